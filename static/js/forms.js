// Help while filling in forms: counts and saving. Every form works without it.

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
    this.shown.textContent = left < 0 ? `${-left} ${this.unit} too many` : `${used} of ${this.max} ${this.unit}`;
    clearTimeout(this.timer); // speak only when typing pauses, and only near the end
    this.timer = setTimeout(() => {
      this.spoken.textContent = left < this.max / 10 ? `${Math.abs(left)} ${this.unit} ${left < 0 ? "too many" : "left"}` : "";
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

customElements.define("word-count", WordCount);
customElements.define("auto-save", AutoSave);

// autofocus does not fire for content that arrives later; the error summary must still take focus.
document.querySelector(".error-summary")?.focus();
