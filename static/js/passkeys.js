// Buttons that ask the browser for a passkey and send their form with it. Hidden until this runs, where passkeys work.
// data-passkey is "create" or "get"; data-options the element with the server's options, or the address of these.
const optionsOf = async (source) => {
  if (source.startsWith("#")) return JSON.parse(document.querySelector(source).textContent);
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  return answer.json();
};
const chosenBy = (form, options) => {
  const alone = form.elements.passwordless;
  if (!alone) return options;
  Object.assign(options.publicKey.authenticatorSelection, {
    residentKey: alone.checked ? "required" : "discouraged",
    requireResidentKey: alone.checked,
    userVerification: alone.checked ? "required" : "preferred",
  });
  return options;
};
for (const button of document.querySelectorAll("[data-passkey]")) {
  const { form } = button;
  const failure = form.querySelector("[data-failure]");
  button.hidden = !window.PublicKeyCredential;
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    failure.hidden = true;
    try {
      const answer = await optionsOf(button.dataset.options);
      const options = chosenBy(form, answer.creation_options || answer.request_options);
      form.elements.credential.value = JSON.stringify(await window.webauthnJSON[button.dataset.passkey](options));
      form.submit();
    } catch {
      failure.hidden = false; // cancelled, timed out, or not a passkey of this portal
    }
  });
}
