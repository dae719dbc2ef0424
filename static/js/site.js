// Small manners of every page. Nothing here is needed to finish a task.

const THEMES = [["", "System", "sun-moon"], ["light", "Light", "sun"], ["dark", "Dark", "moon"]];

// Remembered in a cookie so that the server can send the right theme with the page: no flash, no inline script.
class ThemeToggle extends HTMLElement {
  connectedCallback() {
    if (this.firstElementChild) return;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Colors");
    for (const [theme, label] of THEMES) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => this.choose(theme));
      button.dataset.choice = theme;
      this.append(button);
    }
    this.show();
  }

  choose(theme) {
    const root = document.documentElement;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    document.cookie = `theme=${theme};path=/;max-age=${theme ? 31536000 : 0};samesite=lax`;
    localStorage.setItem("theme", theme || "auto"); // where Django's admin looks
    this.show();
  }

  show() {
    const current = document.documentElement.dataset.theme || "";
    for (const button of this.children) button.setAttribute("aria-pressed", button.dataset.choice === current);
  }
}

class NoticeDismiss extends HTMLElement {
  connectedCallback() {
    this.querySelector("button")?.addEventListener("click", () => this.closest(".notice").remove());
  }
}

// Without JavaScript a confirmation opens in place as <details>; with it, as a modal dialog.
class DialogConfirm extends HTMLElement {
  connectedCallback() {
    const details = this.querySelector("details");
    const dialog = this.querySelector("dialog");
    dialog.close();
    this.querySelector("summary").addEventListener("click", (event) => {
      event.preventDefault();
      details.open = true;
      dialog.showModal();
      dialog.querySelector("[data-close]").focus(); // the content was closed a moment ago: the dialog found nothing
    });
    dialog.addEventListener("close", () => { details.open = false; });
    this.querySelector("[data-close]").hidden = false;
  }
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest("dialog [data-close]") || event.target.nodeName === "DIALOG") {
    event.target.closest("dialog").close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A second press of a submit button is a second request: refuse it while the first is on its way.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) return void event.preventDefault();
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

customElements.define("theme-toggle", ThemeToggle);
customElements.define("notice-dismiss", NoticeDismiss);
customElements.define("dialog-confirm", DialogConfirm);

// On a phone the tabs scroll sideways: begin with the one the reader is on.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
