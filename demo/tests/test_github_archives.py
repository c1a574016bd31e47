"""Archives of the local GitHub: links to another origin that needs no authentication."""

import io
import tarfile

import pytest

from demo.tests.asking import ask, client

CLOUD = "alice-example/cloud-modules"


@pytest.fixture
def link(github):
    return client(github).get_repo(CLOUD).get_archive_link("tarball", "main")


def unpacked(data: bytes) -> tuple[dict[str, tarfile.TarInfo], str]:
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        return {member.name: member for member in archive}, archive.pax_headers["comment"]


def test_tarball_is_a_redirect_to_another_origin(github):
    reply = ask(github.url, f"/repos/{CLOUD}/tarball/main")
    assert reply.status == 302
    assert reply.headers["location"].startswith(f"{github.codeload.url}/{CLOUD}/legacy.tar.gz/main?token=")
    assert github.codeload.url != github.url
    assert "ghp_demo_alice" not in reply.headers["location"]


def test_archive_has_one_top_folder_and_the_commit_in_its_header(github, link):
    members, commit = unpacked(ask(link, token=None).body)
    head = github.head(CLOUD)
    top = f"alice-example-cloud-modules-{head[:7]}"
    assert commit == head
    assert {name.split("/")[0] for name in members} == {top}
    assert members[f"{top}/site_monitor/common_tags.tf"].linkname == "../common_tags/common_tags.tf"
    assert members[f"{top}/site_monitor/main.tf"].isreg()


def test_archive_keeps_execute_bits(github):
    link = client(github, "ghp_demo_platform").get_repo("platform-example/platform-modules").get_archive_link("tarball")
    members, _ = unpacked(ask(link, token=None).body)
    modes = {name.split("/", 1)[-1]: member.mode & 0o111 for name, member in members.items()}
    assert modes["modules/Container_Service/scripts/announce.sh"]
    assert not modes["modules/Container_Service/main.tf"]


def test_other_origin_refuses_an_authorization_header(github, link):
    assert ask(link).status == 400
    assert [(row.origin, row.status, row.had_authorization) for row in github.requests[-1:]] == [
        ("codeload", 400, True)
    ]
    assert ask(link, token=None).status == 200


def test_link_opens_only_what_it_was_made_for(github, link):
    assert ask(link.split("?")[0], token=None).status == 404
    assert ask(link.replace("cloud-modules", "other"), token=None).status == 404
    assert ask(link.split("token=")[0] + "token=guessed", token=None).status == 404


def test_link_gives_the_commit_of_when_it_was_made(github, link):
    before = github.head(CLOUD)
    github.commit(CLOUD, {"later.txt": "later"})
    _, commit = unpacked(ask(link, token=None).body)
    assert commit == before


def test_archive_of_an_older_commit(github):
    before = github.head(CLOUD)
    github.commit(CLOUD, {"later.txt": "later"})
    link = client(github).get_repo(CLOUD).get_archive_link("tarball", before)
    members, commit = unpacked(ask(link, token=None).body)
    assert commit == before
    assert not any(name.endswith("later.txt") for name in members)
