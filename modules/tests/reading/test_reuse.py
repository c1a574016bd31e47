"""What a second scan asks GitHub for, parses and writes."""

import pytest

from modules.models import ParsedFile, ScannedModule
from modules.reading import parse_cache
from modules.scanning import scanner
from modules.tests.catalogues import GREETING, NAME, connect, scan

pytestmark = pytest.mark.django_db

FILES = {f"part{number}/main.tf": f"# {number}\n{GREETING}" for number in range(6)}


def asked(github):
    """The last part of each path that was asked for, without what names a commit."""
    kinds = [
        next(kind for kind in ("branches", "commits", "tags", "trees", "tarball", "") if kind in line.path)
        for line in github.requests
    ]
    return [(line.origin, kind, line.status) for line, kind in zip(github.requests, kinds, strict=True)]


def rescan(github, connection):
    github.requests.clear()
    return scan(connection)


CHANGED = [
    ("api", "branches", 200),
    ("api", "commits", 200),
    ("api", "tags", 200),
    ("api", "trees", 200),
    ("api", "tarball", 302),
]


def test_unchanged_branch_costs_one_conditional_request(alice, github, monkeypatch):
    connection = connect(github, alice, files=FILES)
    first = scan(connection)
    monkeypatch.setattr(scanner, "parse", None)
    second = rescan(github, connection)
    assert asked(github) == [("api", "branches", 304)]
    assert (second.status, second.commit, second.read, second.total) == ("succeeded", first.commit, 6, 6)
    assert list(second.found) == list(first.found)
    assert ScannedModule.objects.count() == 6


def test_third_scan_of_an_unchanged_branch_is_as_cheap(alice, github):
    connection = connect(github, alice, files=FILES)
    first = scan(connection)
    scan(connection)
    third = rescan(github, connection)
    assert asked(github) == [("api", "branches", 304)]
    assert third.same_as == first


@pytest.mark.parametrize("count", [1, 6])
def test_changed_branch_costs_the_same_whatever_the_number_of_modules(alice, github, count):
    connection = connect(github, alice, files=dict(list(FILES.items())[:count]))
    scan(connection)
    github.commit(NAME, {"part0/main.tf": "# new\n" + GREETING})
    rescan(github, connection)
    assert asked(github)[:5] == CHANGED
    assert [origin for origin, _, _ in asked(github)[5:]] == ["codeload"]


def test_only_the_changed_module_is_read_again(alice, github, monkeypatch):
    connection = connect(github, alice, files=FILES)
    before = {row.path: row for row in scan(connection).found}
    seen = []

    def watching(sources):
        sources = list(sources)
        seen.extend(source.key for source in sources)
        return parse_cache.parse(sources)

    monkeypatch.setattr(scanner, "parse", watching)
    github.commit(NAME, {"part3/more.tf": 'output "more" {\n  value = 1\n}\n'})
    row = rescan(github, connection)
    assert seen == ["part3/main.tf", "part3/more.tf"]
    assert (row.read, row.total, row.same_as) == (6, 6, None)
    after = {found.path: found for found in row.found}
    assert [path for path in before if before[path].content_hash != after[path].content_hash] == ["part3"]
    assert [output["name"] for output in after["part3"].schema["outputs"]] == ["text", "more"]
    assert after["part1"].schema == before["part1"].schema
    assert after["part1"].content_hash == before["part1"].content_hash


def test_change_beside_the_modules_downloads_nothing(alice, github):
    connection = connect(github, alice, files=FILES)
    first = scan(connection)
    sha = github.commit(NAME, {"docs/text.md": "# Text"}, message="Write")
    row = rescan(github, connection)
    assert asked(github) == CHANGED[:4]
    assert (row.commit, row.commit_message, row.same_as) == (sha, "Write", first)


def test_content_is_parsed_once_ever(alice, github, bob):
    scan(connect(github, alice, files=FILES))
    known = ParsedFile.objects.count()
    scan(connect(github, bob, name="bob-example/copy", files=FILES))
    assert ParsedFile.objects.count() == known == 6


def test_files_that_nobody_has_any_more_were_known_for_ever(alice, github, monkeypatch):
    monkeypatch.setattr(parse_cache, "MOST_KEPT", 6)
    connection = connect(github, alice, files=FILES)
    scan(connection)
    for number in range(3):
        github.commit(NAME, {"part0/main.tf": f"# {number}\n"})
        assert rescan(github, connection).status == "succeeded"
    assert ParsedFile.objects.count() <= 6


def test_answers_of_earlier_readers_are_forgotten(alice, github):
    ParsedFile.objects.create(blob="a" * 40, is_json=False, reader=0, answer={})
    scan(connect(github, alice, files=FILES))
    assert not ParsedFile.objects.filter(reader=0).exists()


def test_a_large_answer_is_not_kept(alice, github):
    large = "".join(f'variable "v{number}" {{\n  description = "{"x" * 90}"\n}}\n' for number in range(500))
    scan(connect(github, alice, files={"a/main.tf": large, "b/main.tf": ""}))
    assert ParsedFile.objects.count() == 1


@pytest.mark.parametrize(
    ("files", "links", "change"),
    [
        ({"a/main.tf": 'module "b" {\n  source = "../b/in"\n}\n', "b/in/main.tf": ""}, {}, {"b/in/main.tf": "# new\n"}),
        ({"a/main.tf": "", "c/x.tf": ""}, {"a/x.tf": "../c/x.tf"}, {"c/x.tf": "# new\n"}),
        (
            {"a/main.tf": "", "c/d/x.tf": "", "e/y.tf": ""},
            {"a/z": "../c", "c/d/y.tf": "../../e/y.tf"},
            {"e/y.tf": "# new\n"},
        ),
    ],
    ids=["sibling", "link", "link behind a link"],
)
def test_module_changes_with_what_it_uses(alice, github, files, links, change):
    connection = connect(github, alice, files=files, symlinks=links)
    before = scan(connection).found.get(path="a").content_hash
    github.commit(NAME, change)
    after = rescan(github, connection).found.get(path="a").content_hash
    assert before != after


def test_missing_sibling_that_appears_repairs_its_caller(alice, github):
    connection = connect(github, alice, files={"a/main.tf": 'module "b" {\n  source = "../b"\n}\n'})
    assert not scan(connection).found.get(path="a").is_valid
    github.commit(NAME, {"b/main.tf": ""})
    assert scan(connection).found.get(path="a").is_valid


def test_new_link_to_a_folder_is_a_new_module(alice, github):
    connection = connect(github, alice, files=FILES)
    scan(connection)
    github.commit(NAME, {}, symlinks={"copy": "part1"})
    assert "copy" in scan(connection).found.values_list("path", flat=True)


def test_new_twin_of_a_module_makes_it_invalid(alice, github):
    connection = connect(github, alice, files=FILES)
    scan(connection)
    github.commit(NAME, {"PART1/main.TF": "", "PART1/main.tf": ""})
    assert not scan(connection).found.get(path="part1").is_valid


def test_module_that_is_gone_is_not_carried_over(alice, github):
    connection = connect(github, alice, files=FILES)
    scan(connection)
    github.commit(NAME, {}, remove=["part2"])
    assert "part2" not in scan(connection).found.values_list("path", flat=True)


def test_wider_limits_read_everything_again(alice, github, settings):
    settings.PARSE_FILE_BYTES = 10
    connection = connect(github, alice, files=FILES)
    assert [found.is_valid for found in scan(connection).found] == [False] * 6
    settings.PARSE_FILE_BYTES = 1000
    assert [found.is_valid for found in scan(connection).found] == [True] * 6


def test_file_that_took_too_long_is_tried_again(alice, github, settings, monkeypatch):
    connection = connect(github, alice, files=FILES)
    settings.PARSE_SECONDS = 0.000001
    first = scan(connection)
    assert {row["code"] for row in first.found.get(path="part0").findings if row["level"] == "error"} == {"limits"}
    second = scan(connection)
    assert second.same_as is None


def test_base_of_another_branch_or_repository_is_not_used(alice, github):
    connection = connect(github, alice, files=FILES)
    scan(connection)
    other = connect(github, alice, name="alice-example/others", files={"x/main.tf": ""})
    assert list(scan(other).found.values_list("path", flat=True)) == ["x"]


def test_repository_of_too_many_entries_is_refused_before_its_download(alice, github, settings):
    settings.ARCHIVE_ENTRIES = 3
    row = rescan(github, connect(github, alice, files=FILES))
    assert row.error == "The archive has more than 3 entries."
    assert "codeload" not in {line.origin for line in github.requests}


def test_weather_station_is_valid(bob, github):
    found = scan(connect(github, bob, name="bob-example/telemetry-modules")).found.get(path="weather_station")
    assert found.is_valid
    assert [row["name"] for row in found.schema["variables"]] == ["station_name", "height"]


def test_edge_cache_stays_invalid(alice, github):
    found = scan(connect(github, alice, name="alice-example/cloud-modules")).found.get(path="edge_cache")
    errors = [(row["code"], row["file"], row["line"]) for row in found.findings if row["level"] == "error"]
    assert errors == [("syntax", "edge_cache/variables.tf", 7)]


def test_hostile_file_costs_its_module_alone(alice, github):
    files = {
        "deep/main.tf": "locals {\n  x = " + "[" * 10_000 + "]" * 10_000 + "\n}\n",
        "line/main.tf": 'locals {\n  x = "' + "x" * 1024**2 + '"\n}\n',
        "fine/main.tf": GREETING,
    }
    row = scan(connect(github, alice, files=files))
    problems = {
        found.path: [each["message"] for each in found.findings if each["level"] == "error"] for found in row.found
    }
    assert problems == {
        "deep": ["This is nested deeper than 100 levels."],
        "fine": [],
        "line": ["This file is larger than 256 KB."],
    }
