"""What a run leaves on the disk: measured, and removed, however it is built."""

import subprocess
import sys

import pytest

from deployments.sandbox.workspace import BLOCK, Workspace

DIG = """
import os, sys
os.chdir(sys.argv[1])
for _ in range(3000):
    os.mkdir("d")
    os.chdir("d")
"""


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "run").mkdir()
    return Workspace(tmp_path / "run", "")


def test_an_empty_file_costs_a_block(workspace):
    for name in "abc":
        (workspace.root / name).touch()
    assert workspace.size() == 3 * BLOCK


def test_a_large_file_in_a_folder_counts_and_a_link_is_not_followed(workspace, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "large").write_bytes(b"x" * 10 * BLOCK)
    (workspace.root / "inner").mkdir()
    (workspace.root / "inner" / "large").write_bytes(b"x" * 5 * BLOCK)
    (workspace.root / "link").symlink_to(tmp_path / "outside")
    assert 6 * BLOCK <= workspace.size() < 9 * BLOCK


def test_folders_deeper_than_a_path_count_as_endless_and_are_removed(workspace):
    subprocess.run([sys.executable, "-c", DIG, str(workspace.root)], check=True)
    assert workspace.size() == sys.maxsize
    workspace.remove()
    assert not workspace.root.exists()


def test_a_closed_folder_is_removed(workspace):
    closed = workspace.root / "closed"
    closed.mkdir()
    (closed / "file").touch()
    closed.chmod(0)
    workspace.remove()
    assert not workspace.root.exists()
