// <skill-picker data-src> around a text input: suggestions while typing, as the ARIA combobox pattern describes.
// The server resolves whatever the input holds, so the form works just as well without this.

const PAUSE = 120; // milliseconds after the last key

let count = 0;

class SkillPicker extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    if (!this.input || this.list) return;
    this.list = Object.assign(document.createElement("ul"), { id: `skill-options-${++count}`, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.spoken = Object.assign(document.createElement("span"), { className: "visually-hidden" });
    this.spoken.setAttribute("role", "status");
    this.append(this.list, this.spoken);
    const attributes = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    this.listen();
  }

  listen() {
    this.input.addEventListener("input", (event) => {
      if (!event.isTrusted) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.suggest(), PAUSE);
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
    this.list.addEventListener("click", (event) => this.choose(event.target.closest("[role=option]")));
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  async suggest() {
    const text = this.input.value.trim();
    this.request?.abort();
    if (!text) return this.close();
    const request = (this.request = new AbortController());
    try {
      const address = `${this.dataset.src}?q=${encodeURIComponent(text)}`;
      const answer = await fetch(address, { headers: { Accept: "text/html" }, signal: request.signal });
      if (!answer.ok) return this.close();
      const options = await answer.text();
      if (request === this.request && document.activeElement === this.input) this.show(options);
    } catch {
      if (request === this.request) this.close(); // no suggestions; typing the name still works
    }
  }

  show(options) {
    this.list.innerHTML = options;
    this.options = [...this.list.querySelectorAll("[role=option]")];
    this.options.forEach((option, index) => (option.id = `${this.list.id}-${index}`));
    const found = this.options.length;
    this.spoken.textContent = found ? `${found} suggestion${found > 1 ? "s" : ""}` : "No skill is called that";
    this.activate(-1);
    this.list.hidden = !found;
    this.input.setAttribute("aria-expanded", String(found > 0));
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.activate(-1);
  }

  activate(index) {
    this.active = index;
    this.options?.forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = this.options?.[index];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    if (this.list.hidden) {
      if (event.key === "ArrowDown") this.suggest();
      return;
    }
    const last = this.options.length - 1;
    if (event.key === "ArrowDown") this.activate(this.active === last ? 0 : this.active + 1);
    else if (event.key === "ArrowUp") this.activate(this.active <= 0 ? last : this.active - 1);
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.options[this.active]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  choose(option) {
    if (!option) return;
    this.input.value = option.dataset.name;
    this.close();
    for (const name of ["input", "change"]) this.input.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

if (!customElements.get("skill-picker")) customElements.define("skill-picker", SkillPicker);

// <skill-suggestions> of buttons: a press puts the skill into the first empty picker of the form. With data-watch, what
// is written in those fields brings new ones. Without this, a button sends the form, which comes back filled.
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
        this.timer = setTimeout(() => this.renew(), PAUSE * 6);
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
