// Score mode by keyboard: 1 to 4 choose a level, n goes on (and saves first), p goes back. Not while a field takes
// text, not once the reader has switched the keys off (WCAG 2.1.4), and not where the hint with the switch is hidden:
// where there is nothing but touch. Without JavaScript there is no hint.

const KEPT = "score-keys";

class ScoreKeys extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    [this.hint, this.button, this.said] = ["[data-hint]", "button", "[aria-live]"].map((one) => this.querySelector(one));
    this.button.addEventListener("click", () => {
      localStorage.setItem(KEPT, this.on ? "off" : "on");
      this.show();
    });
    this.listener = (event) => this.press(event);
    document.addEventListener("keydown", this.listener);
    this.show();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.listener);
  }

  get on() {
    return localStorage.getItem(KEPT) !== "off";
  }

  show() {
    this.toggleAttribute("data-on", this.on);
    this.hint.hidden = !this.on;
    this.button.textContent = this.on ? "Turn keys off" : "Turn keys on";
  }

  press(event) {
    if (!this.on || !this.getClientRects().length || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("textarea, select, dialog, [contenteditable], input:not([type=radio])")) return;
    if (/^[1-4]$/.test(event.key)) this.choose(Number(event.key) - 1);
    else if (event.key === "n") this.goOn();
    else if (event.key === "p") this.goBack();
    else return;
    event.preventDefault();
  }

  choose(index) {
    const radio = this.form.querySelectorAll("input[name=level]")[index];
    radio.checked = true;
    radio.focus(); // so that the level is read out, and Tab leads to the reason
    this.say("");
  }

  // What is on the page and not on the server, also after a refusal.
  get isUnsaved() {
    const changed = (field) => field.checked !== field.defaultChecked || field.value !== field.defaultValue;
    return this.hasAttribute("data-refused") || [...this.form.querySelectorAll("input[type=radio], textarea")].some(changed);
  }

  goOn() {
    if (this.isUnsaved) this.form.requestSubmit();
    else this.follow("next", "This is the last applicant.");
  }

  goBack() {
    if (this.isUnsaved) this.say("This score is not saved. Press n to save it.");
    else this.follow("prev", "This is the first applicant.");
  }

  follow(rel, otherwise) {
    const link = document.querySelector(`a[rel=${rel}]`);
    if (link) link.click();
    else this.say(otherwise);
  }

  say(words) {
    this.said.textContent = words;
  }
}

customElements.define("score-keys", ScoreKeys);
