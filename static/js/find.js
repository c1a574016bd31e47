// Filters the inputs of a large form while one types into its search, and opens the folds where some are left.
for (const search of document.querySelectorAll("[data-find]")) {
  const form = search.form;
  const status = form.querySelector("[data-found]");
  const folds = form.querySelectorAll("details.fold");
  const before = new Map();
  form.querySelector("button[name=search]").hidden = true;

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const boxes = [...form.querySelectorAll("[data-words]")];
    for (const box of boxes) {
      const text = `${box.dataset.words} ${box.querySelector(".help")?.textContent ?? ""}`.toLowerCase();
      box.hidden = !words.every((word) => text.includes(word));
    }
    for (const fold of folds) {
      if (words.length && !before.has(fold)) before.set(fold, fold.open);
      fold.hidden = !fold.querySelector("[data-words]:not([hidden])");
      fold.open = words.length ? !fold.hidden : before.get(fold) ?? fold.open;
      if (!words.length) before.delete(fold);
    }
    const left = boxes.filter((box) => !box.hidden).length;
    status.textContent = words.length ? `${left} of ${boxes.length} inputs match.` : "";
  };
  search.addEventListener("input", filter);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    form.querySelector("[data-words]:not([hidden]) :is(input, select, textarea):not([type=hidden])")?.focus();
  });
}

// A link to a part of a fold opens it. Newer browsers do so themselves.
addEventListener("click", ({ target }) => {
  const link = target.closest('a[href^="#"]');
  const fold = link && document.getElementById(decodeURIComponent(link.hash.slice(1)))?.closest("details.fold");
  if (fold) fold.open = true;
});
