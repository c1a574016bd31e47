"""Secrets, data and local binaries never reach git or the image."""

import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PRIVATE = [
    ".venv",
    ".env",
    ".env.production",
    ".data/secrets",
    "data/postgres/PG_VERSION",
    "postgres/PG_VERSION",
    "runs/4/terraform.tfstate",
    "dumps/portal.sql",
    "portal.dump",
    "portal.sql",
    "terraform",
]
OURS = ["Dockerfile", "modules/terraform/hcl.py", "deployments/runs/state.py", "requirements.lock", "manage.py"]


@pytest.fixture(scope="module")
def is_ignored(tmp_path_factory):
    """Asks git, in a temporary repository: the source may not be a git checkout."""
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    shutil.copy(ROOT / ".gitignore", root)

    def ask(path):
        return subprocess.run(["git", "-C", root, "check-ignore", "--quiet", path]).returncode == 0

    return ask


@pytest.mark.parametrize("path", [*PRIVATE, "deployments/.env", "deployments/old.dump"])
def test_git_takes_nothing_private(is_ignored, path):
    assert is_ignored(path)


@pytest.mark.parametrize("path", [*OURS, ".env.example", "tests/releases/0.1.0.sql.gz"])
def test_git_takes_what_is_ours(is_ignored, path):
    assert not is_ignored(path)


def image_takes(path):
    """Whether `COPY . .` takes a path. The last line that matches decides; `**/` matches any number of folders."""
    taken = True
    parents = [str(parent) for parent in (PurePosixPath(path), *PurePosixPath(path).parents)]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and any(_matches(parent, pattern) for parent in parents):
            taken = line.startswith("!")
    return taken


def _matches(path, pattern):
    if pattern.startswith("**/"):
        return fnmatch(PurePosixPath(path).name, pattern.removeprefix("**/"))
    return path.count("/") == pattern.count("/") and fnmatch(path, pattern)


@pytest.mark.parametrize(
    "path", [*PRIVATE, "deployments/.env", "demo/run.py", ".git/config", "billing/tests/test_holds.py"]
)
def test_the_image_takes_nothing_private(path):
    assert not image_takes(path)


@pytest.mark.parametrize("path", OURS)
def test_the_image_takes_what_is_ours(path):
    assert image_takes(path)
