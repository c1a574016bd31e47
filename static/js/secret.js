// Show/hide and generate for sensitive inputs. The buttons are hidden until this runs.
const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_.!";
const generate = () => Array.from(crypto.getRandomValues(new Uint32Array(24)), (n) => letters[n % letters.length]).join("");

for (const button of document.querySelectorAll("[data-reveal], [data-generate]")) {
  const input = document.querySelector(button.dataset.reveal ?? button.dataset.generate);
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.dataset.generate) input.value = generate();
    const open = Boolean(button.dataset.generate) || input.type === "password";
    input.type = open ? "text" : "password";
    const eye = document.querySelector(`[data-reveal="#${input.id}"]`);
    eye.setAttribute("aria-pressed", open);
    const use = eye.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, open ? "#eye-off" : "#eye"));
  });
}
