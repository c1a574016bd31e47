// Enter in an input of a list adds a row, where it would otherwise send the whole form.
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("[data-rows] input")) return;
  event.preventDefault();
  const { rows } = event.target.closest("[data-rows]").dataset;
  document.querySelector(`button[name="add"][value="${CSS.escape(rows)}"]`)?.click();
});
