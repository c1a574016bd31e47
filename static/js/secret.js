// Shows and hides what is typed into a sensitive input. The button is hidden until this runs.
for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.querySelector(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const isShown = input.type === "password";
    input.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", isShown);
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, isShown ? "#eye-off" : "#eye"));
  });
}
