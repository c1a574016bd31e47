// Appends the lines of a run as they come, each as text in the class of its tone, until the server says "end".
// The browser reconnects by itself and names the last event that it has seen. Where the server has no stream free, the
// page asks for new lines now and then.
const PATIENCE = 5000; // milliseconds until the next question after one that was refused

const append = (log, data) => {
  const lines = document.createDocumentFragment();
  for (const line of data.split("\n")) {
    const tone = line.slice(0, 1).trim();
    const part = document.createElement(tone === "b" ? "b" : "span");
    if (tone && tone !== "b") part.className = tone;
    part.textContent = line.slice(1);
    lines.append(part, "\n");
  }
  log.append(lines);
};

const follow = (log, query = "", patience = 0) => {
  const source = new EventSource(`${log.dataset.stream}?after=${log.dataset.after}${query}`);
  source.addEventListener("message", ({ data, lastEventId }) => {
    log.dataset.after = lastEventId;
    append(log, data);
  });
  source.addEventListener("end", () => source.close());
  source.addEventListener("gone", () => location.reload());
  source.addEventListener("error", () => {
    if (source.readyState !== EventSource.CLOSED) return; // the browser tries again
    setTimeout(() => follow(log, "&ask", PATIENCE), patience);
  });
};

for (const log of document.querySelectorAll("[data-stream]")) follow(log);
