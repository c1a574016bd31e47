// Appends the lines of a run as they come, each as text in the class of its tone, until the server says "end".
// The browser reconnects by itself and names the last event that it has seen.
for (const log of document.querySelectorAll("[data-stream]")) {
  const source = new EventSource(log.dataset.stream);
  source.addEventListener("message", ({ data }) => {
    const lines = document.createDocumentFragment();
    for (const line of data.split("\n")) {
      const tone = line.slice(0, 1).trim();
      const part = document.createElement(tone === "b" ? "b" : "span");
      if (tone && tone !== "b") part.className = tone;
      part.textContent = line.slice(1);
      lines.append(part, "\n");
    }
    log.append(lines);
  });
  source.addEventListener("end", () => source.close());
}
