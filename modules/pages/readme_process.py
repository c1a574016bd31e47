"""Renders READMEs in a child process with limits: `python -m modules.pages.readme_process SECONDS`.

What a hostile text may cost is bounded by the process, whatever the libraries do with it: it ends there, and only that
README is shown as plain text.
"""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from modules.pages.readme import Home, TooMuch, render

SECONDS = 2  # of the processor, for one README; a common one takes 0.05
MEMORY = 512 * 1024 * 1024
START_SECONDS = 60
READY = b"ready"
ROOT = Path(__file__).resolve().parents[2]


class ChildFailed(Exception):
    """The process could not start, so nothing is known about any text."""


@dataclass(frozen=True)
class Page:
    """A text to render, and where its relative links lead to."""

    text: str
    home: Home


def render_all(pages: list[Page]) -> list[str | None]:
    """Return the HTML of each page, None where it could not be made within the limits. Raises ChildFailed."""
    made: list[str | None] = []
    while len(made) < len(pages):
        made += _answers(pages[len(made) :])
        if len(made) < len(pages):
            made.append(None)  # the process ended with this one
    return made


def _answers(pages: list[Page]) -> Iterator[str | None]:
    """The answers of one process, up to the text that ended it. Raises ChildFailed."""
    try:
        output = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "modules.pages.readme_process", str(SECONDS)],
            input=json.dumps([asdict(page) for page in pages]).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=START_SECONDS + 5 * SECONDS * len(pages),
            env={"PYTHONPATH": str(ROOT)},  # nothing of the worker's own, so that no text can reach its secrets
            cwd=ROOT,
            check=False,
        ).stdout
    except subprocess.TimeoutExpired as slow:
        output = slow.stdout or b""
    ready, *lines = output.split(b"\n")[:-1] or [b""]
    if ready != READY:
        raise ChildFailed
    yield from map(json.loads, lines)


def _answer(page: Page, seconds: float) -> str | None:
    signal.setitimer(signal.ITIMER_PROF, seconds)  # its signal ends this process
    try:
        return render(page.text, page.home)
    except TooMuch:
        return None
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def main(seconds: float) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(READY.decode(), flush=True)
    for row in json.load(sys.stdin):
        print(json.dumps(_answer(Page(row["text"], Home(**row["home"])), seconds)), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]))
