"""`make release VERSION=0.2.0`: sets the version, cuts the changelog, commits and tags."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from semver import Version

ROOT = Path(__file__).resolve().parent.parent
NUMBER = ROOT / "partnerportal" / "__init__.py"
CHANGELOG = ROOT / "CHANGELOG.md"
UNRELEASED = re.compile(r"^## Unreleased\n+(?=[^#\s])", re.MULTILINE)


def main(number: str) -> None:
    """SystemExit, without any change, unless the tree is clean and the version a higher one."""
    version = _higher(number)
    if _git("status", "--porcelain"):
        raise SystemExit("There are changes that are not committed: commit or stash them first.")
    changelog = _cut(CHANGELOG.read_text(), version, datetime.now(UTC).date())
    CHANGELOG.write_text(changelog)
    NUMBER.write_text(NUMBER.read_text().replace(f'"{current()}"', f'"{version}"'))
    _git("commit", "--quiet", "--all", "--message", f"Release {version}")
    _git("tag", "--annotate", f"v{version}", "--message", f"Partner Portal {version}")
    print(f"v{version} is committed and tagged. Next: `git push --follow-tags`, then `make release-dump`.")


def current() -> Version:
    (number,) = re.findall(r'^__version__ = "(.+)"', NUMBER.read_text(), re.MULTILINE)
    return Version.parse(number)


def _higher(number: str) -> Version:
    if not Version.is_valid(number):
        raise SystemExit(f"{number!r} is no semantic version: make release VERSION=1.2.3")
    version = Version.parse(number)
    if version <= current():
        raise SystemExit(f"{version} is not higher than {current()}, the version that this is.")
    return version


def _cut(changelog: str, version: Version, day: date) -> str:
    """Give the unreleased entries a version and a date, below a new empty "Unreleased"."""
    if not UNRELEASED.search(changelog):
        raise SystemExit("CHANGELOG.md has nothing under `## Unreleased`.")
    return UNRELEASED.sub(f"## Unreleased\n\n## {version} ({day:%Y-%m-%d})\n\n", changelog, count=1)


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main(*sys.argv[1:2] or [""])
