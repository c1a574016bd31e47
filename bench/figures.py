"""A measured figure: samples of one bench run, and of a baseline where there is one."""

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"
SAMPLES = 5


@dataclass(frozen=True)
class Figure:
    """`samples` and `baseline` are raw measurements in `unit`; the value of each is its median."""

    name: str
    what: str
    unit: str
    samples: list[float]
    baseline: list[float] = field(default_factory=list)
    baseline_is: str = ""

    @property
    def value(self) -> float:
        return statistics.median(self.samples)

    @property
    def baseline_value(self) -> float | None:
        return statistics.median(self.baseline) if self.baseline else None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline_value if self.baseline_value else None

    def row(self) -> dict:
        return asdict(self) | {"value": self.value, "baseline_value": self.baseline_value, "ratio": self.ratio}


def p95(samples: list[float]) -> float:
    """The 95th percentile, by nearest rank."""
    ordered = sorted(samples)
    return ordered[max(0, -(-95 * len(ordered) // 100) - 1)]


def write(figures: list[Figure]) -> None:
    """Write the figures into results.json, each with its commit, date and machine; others in it stay."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, cwd=RESULTS.parent)
    origin = {
        "commit": commit.stdout.strip(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }
    content = json.loads(RESULTS.read_text())
    content["figures"] |= {figure.name: figure.row() | origin for figure in figures}
    RESULTS.write_text(json.dumps(content, indent=2) + "\n")


def table(figures: list[Figure]) -> str:
    """All figures as one table of plain text."""
    rows = [("figure", "median", "bare", "what")]
    for figure in figures:
        bare = f"{figure.baseline_value:.3f} {figure.unit}" if figure.baseline else ""
        says = f"{figure.what}; bare: {figure.baseline_is}" if figure.baseline else figure.what
        rows.append((figure.name, f"{figure.value:.3f} {figure.unit}", bare, says))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        f"{name:<{widths[0]}}  {value:>{widths[1]}}  {bare:>{widths[2]}}  {what}" for name, value, bare, what in rows
    )
