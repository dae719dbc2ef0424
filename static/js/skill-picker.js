// <skill-picker data-src> around a text input: suggestions while typing, as the ARIA combobox pattern describes.
// The server resolves whatever the input holds, so the form works just as well without this. An option with data-href
// leads there.

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
    this.prepare();
    this.listen();
  }

  // Also when a new page was merged into this one, which knows nothing of what was added here.
  prepare() {
    if (!this.list.isConnected) this.append(this.list, this.spoken);
    const attributes = { autocomplete: "off", role: "combobox", "aria-autocomplete": "list", "aria-expanded": `${!this.list.hidden}`, "aria-controls": this.list.id };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
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
    this.prepare();
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
    this.spoken.textContent = found ? `${found} suggestion${found > 1 ? "s" : ""}` : this.dataset.nothing ?? "No skill is called that";
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
    if (event.key === "Enter" && !(this.active >= 0)) return this.close(); // what is typed is sent: suggestions come too late
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
    if (option.dataset.href) {
      location.href = option.dataset.href;
      return;
    }
    this.input.value = option.dataset.name;
    this.close();
    for (const name of ["input", "change"]) this.input.dispatchEvent(new Event(name, { bubbles: true }));
  }
}

document.addEventListener("htmx:after:swap", () => {
  for (const picker of document.querySelectorAll("skill-picker")) if (picker.list) picker.prepare();
});

if (!customElements.get("skill-picker")) customElements.define("skill-picker", SkillPicker);
