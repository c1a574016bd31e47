"""`make bench`: one table on the screen, and bench/results.json."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.figures import SAMPLES, Figure, table, write
from bench.pages import pages
from bench.scale.group import scale
from bench.web import many_pages
from bench.world import World

INSIDE = "import django; django.setup(); from bench import {0}; {0}.main()"
BASE_DIR = Path(__file__).resolve().parent.parent


def main() -> None:
    chosen = sys.argv[1:] or list(GROUPS)
    if unknown := set(chosen) - set(GROUPS):
        raise SystemExit(f"No figures are called {', '.join(unknown)}. There are {', '.join(GROUPS)}.")
    figures = [figure for name in chosen for figure in GROUPS[name]()]
    write(figures)
    print(table(figures))


def demo() -> list[Figure]:
    """Figures of a demo of its own."""
    with own_world() as world:
        again = demo_again(world)
        world.rest()
        return [again, pages(world), *inside(world, "runs")]


def watchers() -> list[Figure]:
    """Figures of 500 people who watch one live log, in a demo of its own."""
    with own_world() as world:
        world.start()
        world.rest()
        return inside(world, "watchers")


def web() -> list[Figure]:
    """Figures of 32 clients who ask for one page, in a demo of its own."""
    with own_world() as world:
        world.start()
        world.rest()
        return many_pages(world)


@contextmanager
def own_world() -> Iterator[World]:
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as directory:
        Path(directory).chmod(0o755)  # PostgreSQL's user has to traverse it
        world = World(Path(directory))
        try:
            yield world
        finally:
            world.stop()


def demo_again(world: World) -> Figure:
    """Measure the start of a demo with existing data; leaves it running."""
    world.start()
    samples = []
    for _ in range(SAMPLES):
        world.stop()
        samples.append(world.start())
    return Figure("demo.again", "second start of the demo, to a served page", "s", samples)


def inside(world: World, module: str) -> list[Figure]:
    """Figures that need the portal's code, from a process with the demo's environment."""
    answer = subprocess.run(
        [sys.executable, "-c", INSIDE.format(module), world.url],
        env=world.environment(),
        cwd=BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    if answer.returncode:
        raise SystemExit(f"The figures of {module} could not be measured.")
    return [Figure(**row) for row in json.loads(answer.stdout)]


GROUPS = {"demo": demo, "scale": scale, "watchers": watchers, "web": web}

if __name__ == "__main__":
    main()
