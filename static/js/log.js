// Keeps a live log at its end while "Follow" is on; scrolling up switches it off, scrolling to the end on.
for (const follow of document.querySelectorAll("[data-follow]")) {
  const log = document.querySelector(follow.dataset.follow);
  const toEnd = () => { if (follow.checked) log.scrollTop = log.scrollHeight; };
  follow.closest("[hidden]").hidden = false;
  follow.addEventListener("change", toEnd);
  log.addEventListener("scroll", () => {
    follow.checked = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  });
  new MutationObserver(toEnd).observe(log, { childList: true });
  toEnd();
}
