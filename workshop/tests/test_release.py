"""Cutting a release, in a temporary repository."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

import partnerportal

SCRIPT = Path(settings.BASE_DIR) / "workshop" / "release.py"
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Modules can be starred.\n\n## 0.9.0 (2026-01-31)\n\n- Modules.\n"


@pytest.fixture
def repository(tmp_path):
    """A clean tree whose version is 0.9.0."""
    for folder in ("partnerportal", "workshop"):
        (tmp_path / folder).mkdir()
    shutil.copy(SCRIPT, tmp_path / "workshop")
    (tmp_path / "partnerportal" / "__init__.py").write_text('__version__ = "0.9.0"  # SemVer\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    for command in (
        "init",
        "config user.name Alice",
        "config user.email alice@example.com",
        "add .",
        "commit -m First",
    ):
        git(tmp_path, *command.split())
    return tmp_path


def git(repository, *arguments):
    command = ["git", "-C", repository, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def release(repository, version):
    command = [sys.executable, "workshop/release.py", version]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True)


def test_a_release_sets_the_number_cuts_the_changelog_commits_and_tags(repository):
    assert release(repository, "0.10.0").returncode == 0
    assert (repository / "partnerportal" / "__init__.py").read_text() == '__version__ = "0.10.0"  # SemVer\n'
    assert (repository / "CHANGELOG.md").read_text() == (
        f"# Changelog\n\n## Unreleased\n\n## 0.10.0 ({datetime.now(UTC):%Y-%m-%d})\n\n"
        "- Modules can be starred.\n\n## 0.9.0 (2026-01-31)\n\n- Modules.\n"
    )
    assert git(repository, "log", "-1", "--format=%s") == "Release 0.10.0"
    assert git(repository, "describe") == "v0.10.0"
    assert git(repository, "status", "--porcelain") == ""


@pytest.mark.parametrize("version", ["0.9.0", "0.8.9", "0.9.0-rc.1", "1.0", "next", ""])
def test_a_number_that_is_not_higher_is_refused(repository, version):
    ended = release(repository, version)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert git(repository, "status", "--porcelain") == git(repository, "tag") == ""


def test_a_tree_with_changes_is_refused(repository):
    (repository / "CHANGELOG.md").write_text(CHANGELOG.replace("starred", "shared"))
    assert "not committed" in release(repository, "0.10.0").stderr
    assert git(repository, "tag") == ""


def test_a_release_of_nothing_is_refused(repository):
    assert release(repository, "0.10.0").returncode == 0
    assert "nothing under `## Unreleased`" in release(repository, "0.11.0").stderr


def test_the_portal_is_of_a_version_that_the_changelog_knows():
    changelog = (SCRIPT.parents[1] / "CHANGELOG.md").read_text()
    assert f"\n## {partnerportal.__version__} (" in changelog
