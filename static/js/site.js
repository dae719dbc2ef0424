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

// The menu of the account, fetched when somebody reaches for it. Without a script its link leads to a page.
class AccountMenu extends HTMLElement {
  connectedCallback() {
    const link = this.querySelector("a");
    if (!link || !("popover" in this)) return;
    const button = Object.assign(document.createElement("button"), { type: "button", className: link.className });
    this.panel = Object.assign(document.createElement("div"), { popover: "auto", className: "menu-panel" });
    button.append(...link.childNodes);
    button.popoverTargetElement = this.panel;
    for (const reached of ["pointerenter", "focus", "click"]) button.addEventListener(reached, () => this.fill(link.href));
    link.replaceWith(button, this.panel);
  }

  async fill(address) {
    if (this.asked) return;
    this.asked = true;
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) throw answer;
      this.panel.innerHTML = await answer.text();
    } catch {
      this.asked = false;
      if (this.panel.matches(":popover-open")) location.href = address;
    }
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

// How much of a text is written; every form works without it.
class WordCount extends HTMLElement {
  connectedCallback() {
    this.input = document.getElementById(this.getAttribute("for"));
    if (!this.input) return;
    this.max = Number(this.getAttribute("max"));
    this.unit = this.getAttribute("unit") || "words";
    this.spoken = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.spoken.setAttribute("aria-live", "polite");
    this.shown = Object.assign(document.createElement("span"), { ariaHidden: "true" });
    this.replaceChildren(this.shown, this.spoken);
    this.input.addEventListener("input", () => this.count());
    this.count();
  }

  count() {
    const text = this.input.value;
    const used = this.unit === "words" ? (text.match(/\S+/g) || []).length : [...text].length;
    const left = this.max - used;
    this.toggleAttribute("data-over", left < 0);
    const unit = Math.abs(left) === 1 ? this.unit.slice(0, -1) : this.unit;
    const rest = `${Math.abs(left)} ${unit} ${left < 0 ? "too many" : "left"}`;
    this.shown.textContent = left < 0 ? rest : `${used} of ${this.max} ${this.unit}`;
    clearTimeout(this.timer); // speak only when typing pauses, and only near the end
    this.timer = setTimeout(() => {
      this.spoken.textContent = left < this.max / 10 ? rest : "";
    }, 1000);
  }
}

// <auto-save data-url="…"> inside a form posts the form there after a pause; the server answers 2xx.
class AutoSave extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    if (!this.form || !this.dataset.url) return;
    this.form.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), 1500);
    });
    this.form.addEventListener("submit", () => clearTimeout(this.timer));
  }

  async save() {
    const data = new FormData(this.form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    this.textContent = "Saving…";
    try {
      const answer = await fetch(this.dataset.url, { method: "POST", body: data, headers: { "X-Autosave": "1" } });
      if (!answer.ok) throw new Error(answer.status);
      const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
      this.textContent = `Saved ${time}`;
    } catch {
      this.textContent = "Not saved yet: it will be when you continue";
    }
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

// Saving from a list changes the button alone. When that fails, the page is sent.
const KEEP = ".cards > li > button";

// Screen readers list buttons by their names: twenty of "Save" would say nothing.
function tell() {
  for (const button of document.querySelectorAll(KEEP)) {
    button.ariaLabel = `${button.textContent}: ${button.closest("li").querySelector("h2, h3").textContent}`;
  }
}

async function keep(form, button) {
  const headers = { "HX-Request": "true", "HX-Trigger-Name": "keep" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button), headers });
  if (!answer.ok || answer.redirected) throw answer;
  button.insertAdjacentHTML("afterend", await answer.text());
  button.nextElementSibling.focus();
  button.remove();
  tell();
}

document.addEventListener("htmx:after:swap", tell);
tell();

// A second press is a second request: refused while the first is on its way.
document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) return void event.preventDefault();
  if (button?.matches(KEEP) && button.dataset.asked !== "failed") {
    event.preventDefault();
    if (button.dataset.asked) return;
    button.dataset.asked = "yes";
    return void keep(form, button).catch(() => {
      button.dataset.asked = "failed";
      form.requestSubmit(button);
    });
  }
  form.dataset.sending = "yes";
  setTimeout(() => delete form.dataset.sending, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) delete form.dataset.sending;
});

customElements.define("account-menu", AccountMenu);
customElements.define("theme-toggle", ThemeToggle);
customElements.define("notice-dismiss", NoticeDismiss);
customElements.define("dialog-confirm", DialogConfirm);
customElements.define("word-count", WordCount);
customElements.define("auto-save", AutoSave);

// On a phone tabs scroll sideways: begin with the current one.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });

// autofocus does not fire for content that arrives later; the error summary must still take focus.
document.querySelector(".error-summary")?.focus();
