"""Data of the local GitHub: reproducible on each start, changed, and restored."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
import requests

from demo.github import LocalGitHub
from demo.local_github import snapshot
from demo.local_github.git import Content
from demo.tests.asking import ask, client

CLOUD = "alice-example/cloud-modules"


def test_two_machines_make_the_same_commits(github, tmp_path):
    twin = LocalGitHub(tmp_path)
    for full_name in (CLOUD, "bob-example/telemetry-modules", "platform-example/platform-modules"):
        assert twin.head(full_name) == github.head(full_name)
        assert twin.world.find(full_name).id == github.world.find(full_name).id


def test_second_start_finds_what_was_changed(tmp_path):
    first = LocalGitHub(tmp_path)
    sha = first.commit(CLOUD, {"note.txt": "note"})
    first.rename_repository("alice-example/terraform-local-greeting", "alice-example/greeting")
    second = LocalGitHub(tmp_path)
    assert second.head(CLOUD) == sha
    assert second.world.find_former("alice-example/terraform-local-greeting").full_name == "alice-example/greeting"


def test_changed_source_becomes_a_commit_on_top(tmp_path, monkeypatch):
    sources = tmp_path / "sources"
    folder = sources / "dora-example" / "modules"
    folder.mkdir(parents=True)
    monkeypatch.setattr("demo.local_github.seed.SOURCES", sources)
    (folder / "a.tf").write_text("locals {}\n")
    first = LocalGitHub(tmp_path / "data").head("dora-example/modules")
    assert LocalGitHub(tmp_path / "data").head("dora-example/modules") == first
    (folder / "a.tf").rename(folder / "b.tf")
    again = LocalGitHub(tmp_path / "data")
    git = again.git_of(again.world.find("dora-example/modules"))
    assert [entry.path for entry in git.tree("main")] == ["b.tf"]
    assert git.commits("main")[0].parents == [first]


def test_reset_goes_back_to_the_start(github):
    before, heads = github.world.dump(), github.head(CLOUD)
    github.commit(CLOUD, {"x": "x"})
    github.add_tag(CLOUD, "v1")
    github.add_repository("alice-example/extra", {"main.tf": "locals {}\n"})
    github.add_token("ghp_extra", login="alice-example")
    github.delete_repository("alice-example/terraform-local-greeting")
    github.fail("401")
    github.reset()
    assert github.world.dump() == before
    assert github.head(CLOUD) == heads
    assert list(client(github).get_repo(CLOUD).get_tags()) == []
    assert [row.status for row in github.requests] == [200, 200]


def test_reset_works_a_second_time(github):
    before = github.world.dump()
    for _ in range(2):
        github.rename_repository(CLOUD, "alice-example/moved")
        github.reset()
        assert github.world.dump() == before


def test_stopped_server_answers_no_more_and_comes_back_on_its_port(tmp_path):
    server = LocalGitHub(tmp_path)
    with server:
        url, api = server.url, client(server)
        assert api.get_user().login == "alice-example"
    with pytest.raises(requests.exceptions.ConnectionError):
        api.get_repo(CLOUD)
    with server:
        assert server.url == url
        assert api.get_repo(CLOUD).full_name == CLOUD


def test_repository_made_again_under_the_same_name_has_another_id(github):
    first = github.add_repository("alice-example/again", {"a": "a"})
    with pytest.raises(ValueError, match="already"):
        github.add_repository("alice-example/again", {"a": "a"})
    github.delete_repository("alice-example/again")
    second = github.add_repository("alice-example/again", {"b": "b"})
    assert second.id != first.id
    assert ask(github.url, f"/repositories/{first.id}").status == 404
    assert [entry.path for entry in client(github).get_repo(second.id).get_git_tree("main").tree] == ["b"]


def test_readers_and_the_public_may_read(github):
    github.add_repository("alice-example/shared", {"a": "a"}, readers=["bob-example"])
    github.add_repository("alice-example/open", {"a": "a"}, private=False)
    bob = client(github, "ghp_demo_bob")
    assert "alice-example/shared" in [row.full_name for row in bob.get_user().get_repos()]
    assert bob.get_repo("alice-example/open").private is False


def test_odd_names_and_bytes_survive(github):
    files = {'a "b" \\ ü.txt': b"\x00\xff\n", "empty": b"", "deep/er/x.tf": "locals {}\n"}
    github.add_repository("alice-example/odd", files, symlinks={"out": "/etc/hostname"}, executables=["empty"])
    git = github.git_of(github.world.find("alice-example/odd"))
    blobs = {
        entry.path: (entry.mode, git.blob(entry.sha))
        for entry in git.tree("main", recursive=True)
        if entry.size is not None
    }
    assert blobs == {
        'a "b" \\ ü.txt': ("100644", b"\x00\xff\n"),
        "empty": ("100755", b""),
        "deep/er/x.tf": ("100644", b"locals {}\n"),
        "out": ("120000", b"/etc/hostname"),
    }


def test_folder_becomes_a_repository_without_its_large_files(github, tmp_path):
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text("locals {}\n")
    (tmp_path / "m" / "large.bin").write_bytes(b"\0" * (snapshot.LARGEST_FILE + 1))
    (tmp_path / "link").symlink_to("m")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("[core]\n")
    github.add_from_directory("alice-example/folder", tmp_path)
    tree = client(github).get_repo("alice-example/folder").get_git_tree("main", recursive=True).tree
    assert [entry.path for entry in tree] == ["link", "m", "m/main.tf"]


def test_bare_snapshot_becomes_a_repository_without_what_is_missing(github, tmp_path):
    source = github.add_repository("alice-example/source", {"a.tf": "a", "picture.png": b"png"})
    bare = tmp_path / "bare"
    shutil.copytree(github.git_of(source).path, bare)
    git = github.git_of(source)
    sha = git.entry("main", "picture.png").sha
    loose = bare / "objects" / sha[:2] / sha[2:]
    assert loose.is_file()
    loose.unlink()
    assert snapshot.read(bare) == {"a.tf": Content("100644", b"a")}
    github.add_from_directory("alice-example/copy", bare)
    assert [entry.path for entry in client(github).get_repo("alice-example/copy").get_git_tree("main").tree] == ["a.tf"]


def test_nothing_to_read_is_refused(github, tmp_path):
    with pytest.raises(ValueError, match="holds no files"):
        github.add_from_directory("alice-example/nothing", tmp_path)


def test_program_serves_until_it_is_told_to_stop(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.tf").write_text("locals {}\n")
    command = [sys.executable, "-m", "demo.github", "--data", str(tmp_path / "data")]
    added = ["--add", f"alice-example/added={source}"]
    with subprocess.Popen([*command, *added], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().removeprefix("Listening ").strip()
        assert ask(url, "/repos/alice-example/added").json["full_name"] == "alice-example/added"
        taken = subprocess.run([*command, "--port", url.rsplit(":", 1)[1]], capture_output=True, text=True)
        assert taken.returncode == 1
        assert taken.stderr.startswith("The local GitHub cannot listen on port")
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=10) == 0
