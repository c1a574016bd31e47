// While the portal is away one message says so, and parts of the page ask again; those that poll do so anyway.
// Our own answers of 503 bring that message, and Retry-After. A 503 of a proxy has none, and its page is not shown.
const message = () => document.querySelector("[data-away]");
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const { xhr, requestConfig } = detail;
  if (xhr.status < 500) message()?.remove();
  if (xhr.status !== 503 || !xhr.getResponseHeader("HX-Retarget")) return;
  detail.shouldSwap = requestConfig.verb !== "get" || !message();
});
document.addEventListener("htmx:responseError", ({ detail: { xhr, elt, requestConfig: { verb, path } } }) => {
  if (xhr.status !== 503 || verb !== "get" || elt.matches("[hx-trigger^=every]")) return;
  const seconds = Number(xhr.getResponseHeader("Retry-After")) || 5;
  setTimeout(() => { if (elt.isConnected) window.htmx.ajax("get", path, { source: elt }); }, seconds * 1000);
});
