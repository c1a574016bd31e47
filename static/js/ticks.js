// Shift and a click tick all rows between the last one and this one; the form then hears of one change.
let last;
document.addEventListener("click", ({ target, shiftKey }) => {
  if (!target.matches("#rows > li > input[type=checkbox]")) return;
  const boxes = [...document.querySelectorAll("#rows > li > input[type=checkbox]:enabled")];
  const [from, to] = [boxes.indexOf(last), boxes.indexOf(target)].sort((a, b) => a - b);
  if (shiftKey && from >= 0) for (const box of boxes.slice(from, to + 1)) box.checked = target.checked;
  last = target;
});
// The browser may show the page as it was left, without asking for it: the choices may be others by now.
addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
