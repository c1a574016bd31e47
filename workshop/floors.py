"""`make coverage`: shows the coverage of each app and its floor; exits with 1 if one is below."""

import io
import tomllib
from pathlib import Path

from coverage import Coverage

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    floors = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["workshop"]["coverage"]
    measured = Coverage(config_file=str(ROOT / "pyproject.toml"))
    measured.load()
    low = []
    print(f"{'app':<16}{'covered':>8}{'floor':>8}")
    for app, floor in floors.items():
        covered = measured.report(include=[f"{app}/*"], file=io.StringIO())
        print(f"{app:<16}{covered:>7.1f}%{floor:>7}%")
        low += [app] if covered < floor else []
    if low:
        raise SystemExit(f"Below the floor: {', '.join(low)}. `.venv/bin/coverage report -m` names the lines.")


if __name__ == "__main__":
    main()
