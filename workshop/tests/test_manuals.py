"""Files and names in the manuals exist: whoever moves a file updates them."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
OTHERS = {"styleguide.md", "CHANGELOG.md"}  # name files of other projects, or former ones
MANUALS = [path for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")] if path.name not in OTHERS]
FOLDERS = "|".join(sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")))
PATH = re.compile(rf"`((?:{FOLDERS})/[\w./-]*)`")
PLACE = re.compile(r"`(\w+)` in `([\w/]+\.py)`")


def ids(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("manual", MANUALS, ids=ids)
def test_the_files_that_a_manual_names_are_there(manual):
    assert [path for path in PATH.findall(manual.read_text()) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("manual", MANUALS, ids=ids)
def test_what_a_manual_finds_in_a_file_stands_there(manual):
    places = PLACE.findall(manual.read_text())
    assert [(name, path) for name, path in places if name not in (ROOT / path).read_text()] == []
