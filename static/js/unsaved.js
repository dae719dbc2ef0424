// <unsaved-text> inside a form: the browser asks before somebody leaves with what is not saved. `data-typed`: the page
// came back with what was typed, so that it is unsaved from the start.
class UnsavedText extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    if (!this.form) return;
    addEventListener("submit", (event) => {
      if (event.target === this.form) this.sent = !event.defaultPrevented; // the last to hear of it
    });
    addEventListener("pageshow", () => { this.sent = false; });
    addEventListener("beforeunload", (event) => {
      if (!this.sent && this.holds()) event.preventDefault();
    });
  }

  holds() {
    return "typed" in this.dataset || [...this.form.elements].some((field) => {
      if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
      if (field.nodeName !== "SELECT") return "defaultValue" in field && field.value !== field.defaultValue;
      const first = [...field.options].findIndex((option) => option.defaultSelected);
      return field.selectedIndex !== Math.max(first, 0);
    });
  }
}

customElements.define("unsaved-text", UnsavedText);
