// Help while filling in forms: counts, saving, uploads with progress. Every form works without it.

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

const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;

// Wraps a file input: says what was chosen, refuses what is too large, and shows progress while the form is sent.
class UploadField extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=file]");
    if (!this.input || this.note) return;
    this.note = Object.assign(document.createElement("p"), { className: "hint" });
    this.note.setAttribute("role", "status");
    this.bar = Object.assign(document.createElement("progress"), { max: 1, value: 0, hidden: true });
    this.bar.setAttribute("aria-label", "Upload");
    this.append(this.bar, this.note);
    this.input.addEventListener("change", () => this.chosen());
    this.input.form?.addEventListener("submit", (event) => this.send(event));
    const drop = this.querySelector(".drop");
    for (const kind of ["dragover", "dragleave", "drop"]) {
      drop?.addEventListener(kind, () => drop.classList.toggle("over", kind === "dragover"));
    }
  }

  chosen() {
    const limit = Number(this.input.dataset.maxBytes || 26214400);
    const files = [...this.input.files];
    const large = files.find((file) => file.size > limit);
    this.input.setCustomValidity(large ? "too large" : "");
    this.note.textContent = large
      ? `${large.name} is ${megabytes(large.size)}. The limit is ${megabytes(limit)}.`
      : files.map((file) => `${file.name}, ${megabytes(file.size)}`).join("; ");
    this.note.classList.toggle("danger-text", Boolean(large));
  }

  send(event) {
    if (event.defaultPrevented || !this.input.files.length) return;
    event.preventDefault();
    if (!this.input.validity.valid) return void this.input.focus();
    const form = this.input.form;
    const request = new XMLHttpRequest();
    request.open("POST", event.submitter?.formAction || form.action);
    request.responseType = "document";
    request.upload.addEventListener("progress", (sent) => {
      this.bar.hidden = false;
      this.bar.value = sent.loaded / sent.total;
      this.note.textContent = sent.loaded < sent.total ? `Uploading: ${Math.round(this.bar.value * 100)}%` : "Checking the file…";
    });
    request.addEventListener("load", () => this.show(request));
    request.addEventListener("error", () => {
      this.bar.hidden = true;
      delete form.dataset.sending;
      this.note.textContent = "The upload was interrupted. Your answers are still here: try again.";
    });
    request.send(new FormData(form, event.submitter));
  }

  // The answer is a whole page, after any redirect: put it in place of this one.
  show(request) {
    if (!request.response?.body) return void location.assign(request.responseURL);
    history.pushState(null, "", request.responseURL);
    document.title = request.response.title;
    document.body.replaceWith(document.adoptNode(request.response.body));
    window.htmx?.process(document.body);
    scrollTo(0, 0);
    (document.querySelector("[autofocus]") || document.getElementById("main"))?.focus();
  }
}

customElements.define("word-count", WordCount);
customElements.define("auto-save", AutoSave);
customElements.define("upload-field", UploadField);

// autofocus does not fire for content that arrives later; the error summary must still take focus.
document.querySelector(".error-summary")?.focus();
