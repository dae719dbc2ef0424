// Saving a project from a list: the button alone changes. Without JavaScript, or when that fails, the page is sent.
const BUTTONS = '[form="keep"]';

// Screen readers list buttons by their names: twenty of "Save" would say nothing.
function tell(button) {
  button.ariaLabel = `${button.textContent}: ${button.closest("li").querySelector("h2, h3").textContent}`;
}

function tellAll() {
  document.querySelectorAll(BUTTONS).forEach(tell);
}

async function keep(form, button) {
  const headers = { "HX-Request": "true", "HX-Trigger-Name": "keep" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form, button), headers });
  if (!answer.ok || answer.redirected) throw answer;
  button.insertAdjacentHTML("afterend", await answer.text());
  tell(button.nextElementSibling);
  button.nextElementSibling.focus();
  button.remove();
}

document.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  if (form.id !== "keep" || form.dataset.sent) return;
  event.preventDefault();
  keep(form, button).catch(() => {
    form.dataset.sent = "yes";
    delete form.dataset.sending; // see site.js
    form.requestSubmit(button);
  });
});
document.addEventListener("htmx:after:swap", tellAll);
tellAll();
