// Back from the confirmation opens the draft, and not the form as it was before anything was typed or was wrong.
addEventListener("submit", ({ target }) => {
  const draft = target.querySelector("input[name=draft]")?.value;
  if (!draft) return;
  const address = new URL(location);
  address.searchParams.set("draft", draft);
  history.replaceState(history.state, "", address);
});
