"""Repositories with submodules, pointers of Git LFS and odd names, as GitHub's archive has them."""

import pytest

from modules.tests.catalogues import NAME, connect, scan
from modules.tests.reading.test_special_files import CALL, GITMODULES, POINTER

pytestmark = pytest.mark.django_db
COMMIT = "0123456789012345678901234567890123456789"


def codes(row, path="vpc"):
    return [(each["level"], each["code"], each["file"]) for each in row.found.get(path=path).findings]


def test_a_source_in_a_submodule_is_said_and_mended_by_committing_its_files(alice, github):
    files = {"vpc/main.tf": CALL, "vpc/README.md": "# VPC", ".gitmodules": GITMODULES}
    connection = connect(github, alice, files=files, submodules={"shared/network": COMMIT})
    (found,) = scan(connection).found
    (row,) = found.findings
    assert row["message"].startswith("The source ../shared/network is in the Git submodule shared/network, which")
    github.commit(NAME, {"shared/network/main.tf": ""}, remove=["shared/network", ".gitmodules"])
    assert scan(connection).found.get(path="vpc").is_valid


def test_a_submodule_that_is_added_later_is_noticed(alice, github):
    connection = connect(github, alice, files={"vpc/main.tf": "", "vpc/README.md": "# VPC"})
    assert codes(scan(connection)) == []
    github.commit(NAME, {".gitmodules": GITMODULES.replace("shared/network", "vpc/scripts")})
    assert codes(scan(connection)) == [("advice", "submodule", "vpc/scripts")]


def test_an_icon_of_finder_and_a_pointer_leave_the_module_valid(alice, github):
    files = {"vpc/main.tf": "", "vpc/README.md": "# VPC", "vpc/Icon\r": "", "vpc/picture.png": POINTER}
    row = scan(connect(github, alice, files=files))
    assert row.found.get(path="vpc").is_valid
    assert codes(row) == [("advice", "left-out", "vpc/Icon\ufffd"), ("advice", "lfs", "vpc/picture.png")]


def test_twins_elsewhere_do_not_make_the_next_scan_read_everything_again(alice, github, monkeypatch):
    connection = connect(github, alice, files={"vpc/main.tf": "", "docs/A.md": "", "docs/a.md": ""})
    first = scan(connection)
    github.commit(NAME, {"docs/text.md": ""})
    assert scan(connection).same_as == first


def test_a_twin_that_goes_away_lets_its_file_in_again(alice, github):
    connection = connect(github, alice, files={"vpc/main.tf": "", "vpc/README.md": "", "VPC/x.txt": ""})
    assert not scan(connection).found.get(path="vpc").is_valid
    github.commit(NAME, {}, remove=["VPC"])
    assert scan(connection).found.get(path="vpc").is_valid
