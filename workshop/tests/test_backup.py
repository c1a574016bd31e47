"""Runs the two commands of docs/operations.md as written there."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from accounts.models import User
from embedded import postgres
from tests.leaks.walk import fingerprint
from workshop import dump

ROOT = Path(settings.BASE_DIR)
PREFIX = "docker compose exec -T postgres "
WHOSE = "-U portal -d portal"


def commands():
    """Backup and restore."""
    text = (ROOT / "docs" / "operations.md").read_text()
    backup, restore = re.findall(rf"^{PREFIX}(pg_(?:dump|restore) .*[<>] portal\.dump)$", text, re.MULTILINE)
    return backup, restore


def run(command, *, url, folder):
    assert WHOSE in command
    environment = os.environ | {"PATH": f"{postgres.BINARIES}:{os.environ['PATH']}"}
    command = command.replace(WHOSE, f"--dbname '{url}'")
    subprocess.run(command, shell=True, cwd=folder, env=environment, check=True)


@pytest.mark.parametrize("earlier_release", dump.kept()[-1:], indirect=True)
def test_what_was_backed_up_is_restored_whole(earlier_release, bare_db, manage, tmp_path):
    backup, restore = commands()
    manage("migrate", "--no-input", "--verbosity", "0")
    before = fingerprint()
    run(backup, url=earlier_release, folder=tmp_path)
    restored = bare_db()
    run(restore, url=restored, folder=tmp_path)
    manage("migrate", "--no-input", "--verbosity", "0")  # as `docker compose up` does; it gives the portal its rights
    assert fingerprint() == before
    User.objects.create(email="late@example.com")
    run(restore.replace("--no-owner", "--no-owner --clean --if-exists"), url=restored, folder=tmp_path)
    manage("migrate", "--no-input", "--verbosity", "0")
    assert fingerprint() == before
    manage("ledger_verify")  # raises if a balance is wrong
