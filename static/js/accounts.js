// On the pages of sign-in and security: the visitor's time zone, a look at a typed password, passkeys.

for (const field of document.querySelectorAll("input[data-time-zone]")) {
  field.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone || "";
}

for (const input of document.querySelectorAll("input[type=password]")) {
  const field = input.closest(".field");
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "link-button", textContent: "Show password",
  });
  const show = (on) => {
    input.type = on ? "text" : "password";
    button.textContent = on ? "Hide password" : "Show password";
  };
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => show(input.type === "password"));
  input.form?.addEventListener("submit", () => show(false)); // so that browsers offer to keep it
  let tools = field.querySelector("[data-password-tools]");
  if (!tools) {
    tools = Object.assign(document.createElement("div"), { className: "small" });
    field.append(tools);
  }
  tools.prepend(button);
}

if (window.PublicKeyCredential) {
  for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = false;
}

// allauth's script tells of a passkey that was not used; most often the person closed the browser's window.
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-problem]");
  if (!place) return;
  event.preventDefault();
  const taken = event.detail.exception?.name === "InvalidStateError";
  place.textContent = taken
    ? "This device has a passkey for your account already."
    : "The passkey was not used. Try again, or choose another way.";
});
