"""Updates that are published automatically, those that wait for a person, and how many there are."""

import html

import pytest
from django.utils import timezone

from accounts import token_health, webhook_health
from accounts.services import set_active, set_roles
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion
from modules.publishing import candidates, previews, services
from modules.publishing.services import publish_automatically
from modules.publishing.terms import Terms, set_terms, terms_of
from modules.publishing.updates import connections_of
from modules.tests.catalogues import GREETING, NAME, connect, publish, published, scan
from modules.versions import lifecycle
from tests.people import make_admin

pytestmark = pytest.mark.django_db
WIDER = GREETING + 'variable "colour" {\n  type    = string\n  default = "red"\n}\n'
NARROWER = 'variable "name" {\n  type = string\n}\n'
RUNS_A_PROGRAM = GREETING + (
    'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n'
)


@pytest.fixture
def connection(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": GREETING, "other/main.tf": GREETING})
    publish(connection, "greeting", "other")
    Module.objects.filter(path="greeting").update(auto_publish_by=alice)
    return connection


def versions(path="greeting"):
    found = ModuleVersion.objects.filter(module__path=path).order_by("number")
    return list(found.values_list("semver", flat=True))


def held_back(connection, path="greeting"):
    rows = candidates.of_repository(connection, candidates.newest_scan(connection))
    previews.attach(rows, connection, candidates.newest_scan(connection))
    return next(row.held_back for row in rows if row.path == path)


def automatic(connection) -> bool:
    """What the settings of the one module show."""
    (row,) = candidates.of_repository(connection, candidates.newest_scan(connection))
    return terms_of(row).auto_publish


class TestByThemselves:
    def test_compatible_update_is_published_at_the_end_of_the_scan_and_others_wait(self, connection, github, alice):
        github.commit(NAME, {"greeting/main.tf": WIDER, "other/main.tf": WIDER})
        scan(connection)
        assert (versions(), versions("other")) == (["1.0.0", "1.1.0"], ["1.0.0"])
        version = Module.objects.get(path="greeting").current_version
        assert (version.semver, version.published_by) == ("1.1.0", alice)
        event = AuditEvent.objects.filter(verb="module.updated").get()
        assert (event.by, event.detail["version"], event.detail["automatic"]) == ("", "1.1.0", True)

    def test_twice_makes_one_version(self, connection, github):
        github.commit(NAME, {"greeting/main.tf": WIDER})
        reading = scan(connection)
        assert publish_automatically(connection, scan=reading) == []
        assert versions() == ["1.0.0", "1.1.0"]

    @pytest.mark.parametrize(
        ("source", "reason"),
        [(NARROWER, "the interface change is breaking"), (RUNS_A_PROGRAM, "it can do more than before")],
    )
    def test_what_breaks_or_can_do_more_waits_and_says_why(self, connection, github, source, reason):
        github.commit(NAME, {"greeting/main.tf": source})
        scan(connection)
        assert (versions(), held_back(connection)) == (["1.0.0"], reason)
        publish(connection, "greeting", "other")
        assert held_back(connection) == ""

    def test_moved_folder_waits(self, connection, github):
        github.commit(NAME, {"modules/greeting/main.tf": WIDER}, remove=["greeting"])
        scan(connection)
        assert versions() == ["1.0.0"]
        assert held_back(connection, "modules/greeting") == "its folder was renamed"

    def test_rolled_back_module_waits(self, connection, github):
        github.commit(NAME, {"greeting/main.tf": WIDER})
        scan(connection)
        module = Module.objects.get(path="greeting")
        Module.objects.filter(pk=module.pk).update(current_version=module.versions.get(number=1))
        github.commit(NAME, {"greeting/main.tf": f"# more\n{WIDER}"})
        scan(connection)
        assert versions() == ["1.0.0", "1.1.0"]
        assert held_back(connection) == "version 1.0.0 was made current by hand"

    def test_module_whose_newest_version_is_revoked_waits(self, connection, github, alice):
        github.commit(NAME, {"greeting/main.tf": WIDER})
        scan(connection)
        lifecycle.revoke(Module.objects.get(path="greeting").current_version, reason="It leaks.", by=alice)
        github.commit(NAME, {"greeting/main.tf": f"# more\n{WIDER}"})
        scan(connection)
        assert versions() == ["1.0.0", "1.1.0"]
        assert held_back(connection) == "version 1.1.0 is revoked"

    def test_removed_and_new_modules_are_left_alone(self, connection, github, alice):
        publish(connection, "other")
        github.commit(NAME, {"greeting/main.tf": WIDER, "third/main.tf": WIDER})
        scan(connection)
        assert (versions(), Module.objects.count()) == (["1.0.0"], 2)

    @pytest.mark.parametrize("lost", ["role", "account"])
    def test_owner_who_is_no_partner_any_more_publishes_nothing(self, connection, github, alice, admin, lost):
        if lost == "role":
            set_roles(alice, is_partner=False, is_staff=False, by=admin)
        else:
            set_active(alice, False, by=admin)
        github.commit(NAME, {"greeting/main.tf": WIDER})
        assert publish_automatically(connection, scan=scan(connection)) == []
        assert versions() == ["1.0.0"]

    def test_platform_module_waits_when_who_switched_it_on_is_no_admin_any_more(self, admin, alice, github):
        module = published(github, None, by=admin, name="platform-example/test-modules")
        connection = services.GitHubConnection.objects.get()
        Module.objects.update(auto_publish_by=alice)
        github.commit("platform-example/test-modules", {"greeting/main.tf": WIDER})
        scan(connection, by=admin)
        assert versions() == ["1.0.0"]
        Module.objects.update(auto_publish_by=admin)
        publish_automatically(connection, scan=candidates.newest_scan(connection))
        assert versions() == ["1.0.0", "1.1.0"]
        assert module.versions.first().published_by == admin

    def test_page_says_who_may_no_longer_publish_and_another_admin_takes_over(self, admin, github, client):
        published(github, None, by=admin, name="platform-example/test-modules")
        connection, second = services.GitHubConnection.objects.get(), make_admin("second")
        set_terms(connection, path="greeting", terms=Terms(audience="everyone", auto_publish=True), by=second)
        assert (held_back(connection), automatic(connection)) == ("", True)
        set_roles(second, is_partner=False, is_staff=False, by=admin)
        reason = "Second switched it on, and may no longer publish"
        assert (held_back(connection), automatic(connection)) == (reason, False)
        client.force_login(admin)
        page = html.unescape(client.get("/publish/row/?for=platform&path=greeting").text)
        assert f"Not published automatically: {reason}." in page
        assert "Compatible updates are published automatically." not in page
        set_terms(connection, path="greeting", terms=Terms(audience="everyone", auto_publish=True), by=admin)
        assert (held_back(connection), automatic(connection)) == ("", True)
        assert Module.objects.get().auto_publish_by == admin

    def test_update_that_waits_for_a_publisher_who_may_no_longer_publish_says_so(self, admin, alice, github):
        published(github, None, by=admin, name="platform-example/test-modules", auto_publish_by=alice)
        connection = services.GitHubConnection.objects.get()
        github.commit("platform-example/test-modules", {"greeting/main.tf": WIDER})
        scan(connection, by=admin)
        (row,) = candidates.of_repository(connection, candidates.newest_scan(connection))
        assert (row.change, row.publishes_itself) == ("updated", False)
        assert row.held_back == "Alice switched it on, and may no longer publish"

    def test_scan_that_is_not_the_newest_publishes_nothing(self, connection, github):
        old = candidates.newest_scan(connection)
        Module.objects.update(auto_publish_by=None)
        github.commit(NAME, {"greeting/main.tf": WIDER})
        scan(connection)
        Module.objects.update(auto_publish_by=connection.owner)
        assert publish_automatically(connection, scan=old) == []


def updates_of(person) -> int:
    return sum(connection.updates for connection in connections_of(person))


class TestCounts:
    def test_updates_are_published_modules_that_differ_from_the_newest_scan(self, connection, github, alice):
        assert updates_of(alice) == 0
        github.commit(NAME, {"other/main.tf": WIDER, "third/main.tf": WIDER})
        scan(connection)
        assert updates_of(alice) == 1
        publish(connection, "greeting", "other")
        assert updates_of(alice) == 0

    def test_unchanged_rescan_that_shares_its_rows_counts_the_same(self, connection, github, alice):
        github.commit(NAME, {"other/main.tf": WIDER})
        scan(connection)
        github.commit(NAME, {"README.md": "x"})
        assert scan(connection).same_as_id is not None
        assert updates_of(alice) == 1

    def test_partner_who_lost_the_role_has_none(self, connection, github, alice, admin):
        github.commit(NAME, {"other/main.tf": WIDER})
        scan(connection)
        set_roles(alice, is_partner=False, is_staff=False, by=admin)
        assert updates_of(alice) == 0

    def test_roll_back_is_no_update(self, connection, github, alice):
        github.commit(NAME, {"other/main.tf": WIDER})
        publish(connection, "greeting", "other")
        module = Module.objects.get(path="other")
        Module.objects.filter(pk=module.pk).update(current_version=module.versions.get(number=1))
        assert updates_of(alice) == 0

    def test_invalid_removed_and_others_modules_are_none(self, connection, github, alice, bob, admin):
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": "x = = 1\n", "other/main.tf": WIDER})
        scan(connection)
        published(github, bob, name="bob-example/test-modules")
        assert [updates_of(person) for person in (alice, bob, admin)] == [0, 0, 0]

    def test_platform_has_its_own_count(self, admin, github, alice):
        published(github, None, by=admin, name="platform-example/test-modules")
        github.commit("platform-example/test-modules", {"greeting/main.tf": WIDER})
        scan(services.GitHubConnection.objects.get(), by=admin)
        assert (updates_of(admin), updates_of(alice)) == (1, 0)

    def test_partner_who_is_an_admin_has_both_in_one_query(self, connection, github, alice, django_assert_num_queries):
        set_roles(alice, is_partner=True, is_staff=True, by=make_admin("root"))
        alice.refresh_from_db()
        published(github, None, by=alice, name="platform-example/test-modules")
        for name in (NAME, "platform-example/test-modules"):
            github.commit(name, {"greeting/main.tf": WIDER, "other/main.tf": WIDER})
        for each in services.GitHubConnection.objects.all():
            scan(each, by=alice)
        with django_assert_num_queries(1):
            found = connections_of(alice)
        assert [(each.owner_id, each.updates) for each in found] == [(alice.pk, 1), (None, 1)]

    def test_what_a_page_says_of_them_is_read_with_them(self, connection, alice, django_assert_num_queries):
        (found,) = connections_of(alice)
        found.delivery_refused_at = timezone.now()
        with django_assert_num_queries(0):
            assert webhook_health.trouble_of(found).says == "are refused"
            assert token_health.trouble_of(found) is None

    def test_other_repository_and_other_branch_count_for_nothing(self, connection, github, alice):
        github.commit(NAME, {"other/main.tf": WIDER})
        scan(connection)
        type(connection).objects.update(branch="develop")
        assert updates_of(alice) == 0
        other = connect(github, alice, name="alice-example/others", files={"other/main.tf": WIDER})
        scan(other)
        assert updates_of(alice) == 0
