// <skill-suggestions> of buttons: a press puts the skill into the first empty picker of the form. With data-watch, what
// is written in those fields brings new ones. Without this, a button sends the form, which comes back filled.
const PAUSE = 720; // milliseconds after the last key

class SkillSuggestions extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.group = this.querySelector("[role=group]");
    if (!this.form || this.spoken) return;
    this.spoken = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.spoken.setAttribute("role", "status");
    this.append(this.spoken);
    this.addEventListener("click", (event) => this.take(event));
    for (const id of (this.dataset.watch || "").split(" ").filter(Boolean)) {
      document.getElementById(id)?.addEventListener("input", () => {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.renew(), PAUSE);
      });
    }
  }

  pickers() {
    return [...this.form.querySelectorAll("skill-picker input")];
  }

  take(event) {
    const button = event.target.closest("button");
    const empty = this.pickers().find((input) => !input.value.trim());
    if (!button || !empty) return;
    event.preventDefault();
    for (let fold = empty.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    empty.value = button.dataset.name;
    for (const name of ["input", "change"]) empty.dispatchEvent(new Event(name, { bubbles: true }));
    this.spoken.textContent = `${button.dataset.name} added`;
    (button.nextElementSibling || button.previousElementSibling || empty).focus();
    button.remove();
    this.hidden = !this.group.children.length;
  }

  async renew() {
    const body = new FormData();
    const fields = this.dataset.watch.split(" ").map((id) => document.getElementById(id)?.value || "");
    body.append("text", fields.join("\n"));
    for (const input of this.pickers()) if (input.value) body.append("have", input.value);
    const token = this.form.elements.csrfmiddlewaretoken.value;
    const answer = await fetch(this.dataset.src, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => null);
    if (!answer?.ok || this.contains(document.activeElement)) return; // never under somebody's finger
    this.group.innerHTML = await answer.text();
    this.hidden = !this.group.children.length;
  }
}

if (!customElements.get("skill-suggestions")) customElements.define("skill-suggestions", SkillSuggestions);
