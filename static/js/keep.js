// Saving a project from a list: the button alone changes. Without JavaScript, or when that fails, the page is sent.
document.addEventListener("submit", async (event) => {
  const { target: form, submitter: button } = event;
  if (form.id !== "keep") return;
  event.preventDefault();
  try {
    const headers = { "HX-Request": "true", "HX-Trigger-Name": "keep" };
    const answer = await fetch(button.formAction, { method: "POST", body: new FormData(form), headers });
    if (!answer.ok || answer.redirected) throw answer;
    button.insertAdjacentHTML("afterend", await answer.text());
    button.nextElementSibling.focus();
    button.remove();
  } catch {
    form.action = button.formAction;
    form.submit();
  }
});
