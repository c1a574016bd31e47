"""The switch that takes folders at any depth as modules: on GitHub, in scans, in the catalogue and the registry."""

import pytest

from accounts.services import select_repository
from modules.models import Module, Scan
from modules.publishing import candidates
from modules.reading import parse_cache
from modules.registry import offers
from modules.scanning import polling, scanner
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan

pytestmark = pytest.mark.django_db

HELPER = 'module "inner" {\n  source = "./inner"\n}\n'
FILES = {
    "cloud/aws/alb/main.tf": GREETING + HELPER,
    "cloud/aws/alb/inner/main.tf": "locals { a = 1 }\n",
    "cloud/gcp/alb/main.tf": f"# gcp\n{GREETING}",
    "network/main.tf": f"# network\n{GREETING}",
    "network/examples/complete/main.tf": 'module "network" {\n  source = "../.."\n  name   = "x"\n}\n',
}


def switched(connection, on=True):
    return select_repository(connection, repository_id=connection.repository_id, any_depth=on, by=connection.owner)


@pytest.fixture
def connection(alice, github):
    return switched(connect(github, alice, files=FILES))


def paths(row: Scan) -> list[str]:
    return list(row.found.values_list("path", flat=True))


DEEP = ["cloud/aws/alb", "cloud/gcp/alb", "network", "network/examples/complete"]


def test_it_is_off_at_first_and_only_the_usual_folders_are_modules(alice, github):
    row = scan(connect(github, alice, files=FILES))
    assert (row.any_depth, paths(row)) == (False, ["network"])


def test_modules_three_folders_deep_are_found_and_helpers_are_not(connection):
    row = scan(connection)
    assert (row.any_depth, row.read, row.total, paths(row)) == (True, 4, 4, DEEP)
    assert list(row.found.filter(is_valid=False)) == []
    assert row.found.get(path="cloud/aws/alb").helpers == ["cloud/aws/alb/inner"]


def test_changing_the_switch_starts_a_scan_and_gives_up_the_one_before(alice, github):
    connection = connect(github, alice, files=FILES)
    scan(connection)
    start_scan(connection, by=alice)
    switched(connection)
    polling.poll_scans()
    rows = Scan.objects.order_by("pk").values_list("any_depth", "status", "error")
    assert list(rows) == [
        (False, "succeeded", ""),
        (False, "failed", "Another repository, branch or depth was selected in the meantime."),
        (True, "pending", ""),
    ]


def test_the_list_shows_only_what_was_found_under_the_current_setting(connection):
    deep = scan(connection)
    assert candidates.newest_scan(connection) == deep
    connection = switched(connection, on=False)
    assert candidates.newest_scan(connection) is None
    usual = scan(connection)
    assert (candidates.newest_scan(connection), paths(usual)) == (usual, ["network"])


def test_saving_the_same_branch_again_keeps_the_switch(connection, alice):
    select_repository(connection, repository_id=connection.repository_id, branch="main", by=alice)
    connection.refresh_from_db()
    assert connection.any_depth


class TestReuse:
    def test_an_unchanged_branch_costs_one_request(self, connection, github):
        first = scan(connection)
        github.requests.clear()
        second = scan(connection)
        assert (second.same_as, len(github.requests)) == (first, 1)

    def test_a_change_beside_the_modules_downloads_nothing(self, connection, github):
        first = scan(connection)
        github.commit(NAME, {"docs/text.md": "# Text"})
        github.requests.clear()
        assert scan(connection).same_as == first
        assert "codeload" not in {line.origin for line in github.requests}

    def test_a_scan_under_the_other_setting_is_no_base(self, connection):
        scan(connection)
        assert scan(switched(connection, on=False)).same_as is None

    def test_only_the_changed_module_is_read_again(self, connection, github, monkeypatch):
        scan(connection)
        seen = []

        def watching(sources):
            sources = list(sources)
            seen.extend(source.key for source in sources)
            return parse_cache.parse(sources)

        monkeypatch.setattr(scanner, "parse", watching)
        github.commit(NAME, {"cloud/gcp/alb/main.tf": f"# new\n{GREETING}"})
        assert paths(scan(connection)) == DEEP
        # Files of a helper are read before anybody knows that an unchanged module calls it.
        assert seen == ["cloud/aws/alb/inner/main.tf", "cloud/gcp/alb/main.tf"]

    def test_a_folder_that_is_called_from_now_on_is_no_module_any_more(self, connection, github):
        github.commit(NAME, {"cloud/gcp/alb/inner/main.tf": ""})
        assert "cloud/gcp/alb/inner" in paths(scan(connection))
        github.commit(NAME, {"cloud/gcp/alb/main.tf": GREETING + HELPER})
        assert paths(scan(connection)) == DEEP

    def test_a_folder_that_is_not_called_any_more_is_a_module(self, connection, github):
        scan(connection)
        github.commit(NAME, {"cloud/aws/alb/main.tf": GREETING})
        assert "cloud/aws/alb/inner" in paths(scan(connection))

    def test_a_new_folder_of_the_same_name_renames_the_unchanged_one(self, connection, github):
        github.commit(NAME, {}, remove=["cloud/gcp"])
        assert scan(connection).found.get(path="cloud/aws/alb").title == "Alb"
        github.commit(NAME, {"cloud/gcp/alb/main.tf": GREETING})
        row = scan(connection)
        titles = dict(row.found.filter(path__endswith="/alb").values_list("path", "title"))
        assert titles == {"cloud/aws/alb": "Aws Alb", "cloud/gcp/alb": "Gcp Alb"}

    def test_a_linked_file_inside_a_module_does_not_cost_a_download(self, alice, github):
        files = FILES | {"shared/LICENSE": "MIT"}
        links = {"cloud/aws/alb/LICENSE": "../../../shared/LICENSE"}
        connection = switched(connect(github, alice, files=files, symlinks=links))
        first = scan(connection)
        github.commit(NAME, {"docs/text.md": "# Text"})
        assert scan(connection).same_as == first


class TestCatalogue:
    def test_two_modules_of_one_name_have_titles_and_addresses_of_their_own(self, connection):
        publish(connection, "cloud/aws/alb", "cloud/gcp/alb")
        modules = Module.objects.select_related("current_version", "owner")
        assert {module.path: (module.title, offers.address(module)) for module in modules} == {
            "cloud/aws/alb": ("Aws Alb", "alice/alb/terraform"),
            "cloud/gcp/alb": ("Gcp Alb", "alice/gcp-alb/terraform"),
        }

    def test_a_tag_with_the_whole_path_numbers_its_module_alone(self, connection, github):
        github.add_tag(NAME, "cloud/gcp/alb/v2.5.0")
        publish(connection, "cloud/aws/alb", "cloud/gcp/alb")
        versions = {module.path: module.current_version for module in Module.objects.select_related("current_version")}
        assert {path: (version.semver, version.tag) for path, version in versions.items()} == {
            "cloud/aws/alb": ("1.0.0", ""),
            "cloud/gcp/alb": ("2.5.0", "cloud/gcp/alb/v2.5.0"),
        }

    def test_a_renamed_parent_folder_moves_all_its_modules(self, connection, github):
        publish(connection, "cloud/aws/alb", "cloud/gcp/alb")
        before = {module.title: module.ref for module in Module.objects.all()}
        moved = {path.replace("cloud/", "clouds/"): text for path, text in FILES.items() if path.startswith("cloud/")}
        github.commit(NAME, moved, remove=["cloud"])
        publish(connection, "clouds/aws/alb", "clouds/gcp/alb")
        after = Module.objects.listed()
        assert {module.title: module.ref for module in after} == before
        assert sorted(module.path for module in after) == ["clouds/aws/alb", "clouds/gcp/alb"]

    def test_a_published_module_stays_when_the_switch_goes_off(self, connection):
        publish(connection, "cloud/aws/alb", "network")
        connection = switched(connection, on=False)
        publish(connection, "cloud/aws/alb", "network")
        assert sorted(Module.objects.listed().values_list("path", flat=True)) == ["cloud/aws/alb", "network"]
