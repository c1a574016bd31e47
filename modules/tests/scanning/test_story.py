"""What the scan's card says, case by case; nothing here needs a database."""

import re
from datetime import UTC, datetime

import pytest

from accounts.models import GitHubConnection
from modules.models import Scan
from modules.scanning import story

THEN = datetime(2025, 11, 20, 14, 3, tzinfo=UTC)
READ = {"commit": "a" * 40, "commit_message": "Say <hello>", "committed_at": THEN}
COMMIT = "aaaaaaa “Say &lt;hello&gt;”, committed 20 Nov 2025 14:03"
BASE = Scan(status="succeeded", commit="b" * 40)


def scan(status, **fields):
    return Scan(status=status, created_at=THEN, finished_at=THEN, **fields)


def words(html):
    return re.sub(r"<[^>]+>", "", html)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (None, "The branch main has not been read yet. Reading starts within seconds. Published modules stay."),
        (scan("pending"), "Queued 20 Nov 2025 14:03, waiting for a worker."),
        (scan("running"), "Asking GitHub for the newest commit."),
        (scan("running", **READ), f"Reading {COMMIT}."),
        (scan("running", **READ, read=1, total=1_200), f"Reading {COMMIT}. 1 of 1,200 folders."),
        (scan("running", **READ, read=1, total=3, current="a<"), f"Reading {COMMIT}. 1 of 3 folders, now a&lt;."),
        (scan("failed", error="GitHub <is> down."), "GitHub &lt;is&gt; down."),
        (scan("succeeded", **READ), f"Read {COMMIT}."),
        (
            scan("succeeded", **READ, stored_bytes=12_582_912),
            f"Read {COMMIT}. The platform&#x27;s files use 12 MB of 500 MB.",
        ),
    ],
)
def test_card_says_how_the_scan_stands(row, text):
    assert words(story.text(row, GitHubConnection(branch="main"))) == text


def test_default_branch_is_named_as_such():
    assert story.text(None, GitHubConnection()).startswith("The default branch has not been read yet.")


@pytest.mark.parametrize(
    ("row", "base", "text"),
    [
        (None, None, ""),
        (scan("running"), None, ""),
        (scan("running"), BASE, "The list below shows bbbbbbb."),
        (scan("failed"), BASE, "The list below shows bbbbbbb."),
        (scan("succeeded"), BASE, "Scanned 20 Nov 2025 14:03"),
    ],
)
def test_card_says_of_what_the_list_is(row, base, text):
    assert words(story.aside(row, base)) == text
