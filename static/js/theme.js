// The server writes data-theme from the cookie, so there is no flash; this only saves the reload.
addEventListener("change", ({ target }) => {
  if (target.name !== "theme") return;
  document.cookie = `theme=${target.value}; path=/; max-age=31536000; SameSite=Lax`;
  const root = document.documentElement;
  if (target.value === "auto") delete root.dataset.theme; else root.dataset.theme = target.value;
});
