// File fields with progress. Loaded where there is one; the form works without it.

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
    // A submitter without a formaction of its own reports the address of the page.
    const target = event.submitter?.hasAttribute("formaction") ? event.submitter.formAction : form.action;
    request.open("POST", target);
    request.responseType = "document";
    request.upload.addEventListener("progress", (sent) => {
      this.bar.hidden = false;
      this.bar.value = sent.loaded / sent.total;
      this.note.textContent = sent.loaded < sent.total ? `Uploading: ${Math.round(this.bar.value * 100)}%` : "Checking the file…";
    });
    request.addEventListener("load", () => {
      if (request.status === 413) this.stay("That is more than one form may carry. Your answers are still here: shorten them, or add them as a file.");
      else this.show(request);
    });
    request.addEventListener("error", () => this.stay("The upload was interrupted. Your answers are still here: try again."));
    request.send(new FormData(form, event.submitter));
  }

  stay(why) {
    this.bar.hidden = true;
    delete this.input.form.dataset.sending;
    this.note.textContent = why;
    this.note.classList.add("danger-text");
  }

  // The answer is a whole page, after any redirect: put it in place of this one.
  show(request) {
    if (!request.response?.body) return void location.assign(request.responseURL);
    history.pushState(null, "", request.responseURL);
    document.title = request.response.title;
    document.body.replaceWith(document.adoptNode(request.response.body));
    window.htmx?.process(document.body);
    scrollTo({ top: 0, behavior: "instant" }); // a smooth one would win over what takes the focus
    (document.querySelector("[autofocus]") || document.getElementById("main"))?.focus();
  }
}

customElements.define("upload-field", UploadField);
