import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from accounts.services import set_roles
from deployments.notices import tell_of_revocations
from deployments.tests.factories import make_deployment, make_run
from foundation.models import AuditEvent, OutboxMessage
from modules.models import Alarm, Module
from modules.tests.catalogues import NAME, connect, publish
from modules.tests.published_versions import EMPTY, add_version, make_module, variable, version_of
from modules.versions import lifecycle

pytestmark = pytest.mark.django_db
FIRST = EMPTY | {"variables": [variable("name"), variable("project", group=0, default="hidden-project")]}
SECOND = EMPTY | {
    "variables": [
        variable("name", required=True),
        variable("project", group=0, default="other-project"),
        variable("inner", group=0),
        variable("password", sensitive=True, default="first-secret"),
    ],
    "outputs": [{"name": "address", "description": "Where it is.", "sensitive": False, "file": "main.tf", "line": 9}],
    "resources": [
        {"address": "google_storage_bucket.logs", "file": "bucket.tf", "line": 3},
        {"address": "google_storage_bucket.data", "file": "bucket.tf", "line": 1},
        {"address": "data.google_project.it", "file": "main.tf", "line": 2},
    ],
    "calls": [{"name": "network", "source": "git::https://git.example.com/network.git", "version": "", "line": 4}],
    "providers": [{"name": "google", "source": "hashicorp/google", "version": "~> 6.0"}],
}


@pytest.fixture
def module(alice):
    return make_module(alice, versions=2, schemas=[FIRST, SECOND], audience=Module.Audience.EVERYONE)


def address(module, semver, name="version"):
    return reverse(f"modules:{name}", args=[module.ref, semver])


def page(client, person, module, semver, query=""):
    client.force_login(person)
    return client.get(address(module, semver) + query)


def post(client, person, module, semver, deed, **data):
    client.force_login(person)
    return client.post(address(module, semver, f"version-{deed}"), data)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def section(response, name) -> str:
    """The text of one card of the page."""
    html = response.content.decode()
    start = html.index(f'id="{name}"')
    return " ".join(re.sub(r"<[^>]+>", " ", html[start : html.index("</section>", start)]).split())


class TestChanges:
    def test_deployer_sees_what_changed_but_nothing_hidden(self, client, carol, module):
        response = page(client, carol, module, "1.1.0")
        text = section(response, "changes")
        assert "What changed since 1.0.0" in text
        assert "Breaking Input now required name" in text
        assert "password" in text
        for hidden in ("hidden-project", "other-project", "inner", "first-secret"):
            assert hidden not in text_of(response)

    def test_publisher_sees_the_hidden_inputs_too(self, client, alice, module):
        response = page(client, alice, module, "1.1.0")
        text = section(response, "changes")
        assert "other-project" in text
        assert "inner" in text
        assert "first-secret" not in text_of(response)

    def test_publisher_who_is_a_partner_no_more_sees_them_still(self, client, alice, admin, module):
        set_roles(alice, is_partner=False, is_staff=False, by=admin)
        text = section(page(client, alice, module, "1.1.0", "?with=1.0.0"), "changes")
        assert "other-project" in text
        assert "Revoke" not in text_of(page(client, alice, module, "1.1.0"))

    def test_first_version_has_none(self, client, carol, module):
        assert "This is the first version." in section(page(client, carol, module, "1.0.0"), "changes")

    def test_commits_in_between_are_named_to_the_publisher_and_counted_for_others(self, client, alice, carol, module):
        commits = [{"sha": "c" * 40, "subject": "Mend the lock", "author": "Alice", "at": "2026-01-01T00:00:00Z"}]
        add_version(module, number=3, commits=commits * 2, schema=SECOND)
        mine = section(page(client, alice, module, "1.2.0"), "changes")
        assert "2 commits since 1.1.0 ccccccc Mend the lock Alice" in mine
        theirs = section(page(client, carol, module, "1.2.0"), "changes")
        assert "2 commits since 1.1.0." in theirs
        assert "Mend the lock" not in theirs


class TestCompare:
    def test_both_directions_are_named(self, client, carol, module):
        text = section(page(client, carol, module, "1.0.0", "?with=1.1.0"), "compare")
        there, back = text.index("From 1.0.0 to 1.1.0 Breaking"), text.index("From 1.1.0 to 1.0.0 Breaking")
        assert there < text.index("Input now required") < back < text.index("Input no longer required")
        assert "other-project" not in text

    def test_without_a_choice_there_is_only_the_form(self, client, carol, module):
        text = section(page(client, carol, module, "1.0.0"), "compare")
        assert text.endswith("Version 1.0.0 with 1.1.0 Compare")

    @pytest.mark.parametrize("query", ["?with=9.9.9", "?with=1.0.0", "?with=%00", "?with=" + "1" * 300])
    def test_version_that_is_no_other_is_404(self, client, carol, module, query):
        assert page(client, carol, module, "1.0.0", query).status_code == 404

    def test_module_of_one_version_has_nothing_to_compare(self, client, alice):
        assert 'id="compare"' not in page(client, alice, make_module(alice, versions=1), "1.0.0").content.decode()


class TestContent:
    def test_resources_come_by_type_with_file_and_line(self, client, carol, module):
        assert section(page(client, carol, module, "1.1.0"), "resources") == (
            'id="resources" aria-labelledby="h-resources"> Resources 3 resources of 2 types Address Declared in '
            "data.google_project 1 data.google_project.it main.tf:2 google_storage_bucket 2 "
            "google_storage_bucket.data bucket.tf:1 google_storage_bucket.logs bucket.tf:3"
        )

    def test_calls_providers_inputs_and_outputs_are_those_of_the_version(self, client, carol, module):
        text = text_of(page(client, carol, module, "1.1.0"))
        assert "network git::https://git.example.com/network.git" in text
        assert "hashicorp/google ~&gt; 6.0" in text
        assert "address Where it is." in text
        older = text_of(page(client, carol, module, "1.0.0"))
        assert "This module has no outputs." in older
        assert "Its own folder declares no resources." in older

    def test_real_version_tells_its_commit_branch_and_readme(self, client, alice, carol, github):
        connection = connect(github, alice, files={"greeting/main.tf": "", "greeting/README.md": "# First words\n"})
        publish(connection, "greeting")
        commit = github.commit(NAME, {"greeting/README.md": "# Other words\n"})
        publish(connection, "greeting")
        module = Module.objects.get()
        Module.objects.update(audience="everyone")
        first, second = module.versions.order_by("number")
        text = text_of(page(client, alice, module, second.semver))
        assert f"Commit {commit[:7]}" in text
        assert f"Branch {connection.branch}" in text
        assert f"Folder {NAME}/greeting" in text
        assert "Other words" in text
        older = text_of(page(client, carol, module, first.semver))
        assert "First words" in older
        assert f"This is not the current version. New deployments use version {second.semver} ." in older
        assert "Folder" not in older


class TestUsage:
    @pytest.fixture
    def used(self, bob, admin, module):
        version = version_of(module, "1.1.0")
        for name, person, endings in (("one", bob, ["failed", "succeeded"]), ("two", admin, ["succeeded"])):
            deployment = make_deployment(version, owner=person, name=name, status="live")
            for status in endings:
                make_run(deployment, action="deploy", status=status)

    def test_names_are_for_publisher_and_admins_alone(self, client, alice, admin, carol, used, module):
        counts = "Deployed 2 Live now 2 Runs succeeded 2, 66 % Runs failed 1"
        names = "Deployed by Deployed Live Succeeded Failed Admin 1 1 1 0 Bob 1 1 1 1"
        for person in (alice, admin):
            assert f"{counts} {names}" in section(page(client, person, module, "1.1.0"), "usage")
        response = page(client, carol, module, "1.1.0")
        assert section(response, "usage").endswith(counts)
        assert "Bob" not in response.content.decode()

    def test_unused_version_says_so_to_its_publisher(self, client, alice, module):
        text = section(page(client, alice, module, "1.0.0"), "usage")
        assert "Deployed 0 Live now 0 Runs succeeded 0 Runs failed 0" in text
        assert "Nobody has deployed this version yet." in text

    def test_queries_do_not_grow(self, client, alice, carol, used, module):
        page(client, alice, module, "1.1.0")
        with CaptureQueriesContext(connection) as few:
            page(client, alice, module, "1.1.0")
        for number in range(3, 9):
            deployment = make_deployment(version_of(module, "1.1.0"), owner=carol, name=f"shop-{number}")
            make_run(deployment, status="succeeded")
            add_version(module, number=number)
        with CaptureQueriesContext(connection) as many:
            page(client, alice, module, "1.1.0")
        assert len(many) == len(few)


class TestDeeds:
    def test_publisher_rolls_back(self, client, alice, module):
        text = section(page(client, alice, module, "1.0.0"), "manage")
        assert "New deployments will use 1.0.0 instead of 1.1.0. Existing deployments keep their version." in text
        response = post(client, alice, module, "1.0.0", "current")
        assert (response.status_code, response.url) == (302, address(module, "1.0.0"))
        assert "Version 1.0.0 is current. New deployments use it." in text_of(client.get(response.url))
        module.refresh_from_db()
        assert module.current_version.semver == "1.0.0"

    def test_publisher_deprecates_with_reason_and_link(self, client, alice, carol, module):
        link = "https://example.com/why"
        assert post(client, alice, module, "1.1.0", "deprecate", reason="Slow", link=link).status_code == 302
        for address in (module.get_absolute_url(), version_of(module, "1.1.0").get_absolute_url()):
            client.force_login(carol)
            html = client.get(address).content.decode()
            assert "<strong>Version 1.1.0 is deprecated.</strong>" in html
            assert "“Slow”" in html
            assert f'<a href="{link}" rel="noopener noreferrer nofollow">' in html
        assert post(client, alice, module, "1.1.0", "undeprecate").status_code == 302
        assert "is deprecated" not in client.get(module.get_absolute_url()).content.decode()

    @pytest.mark.parametrize(
        ("reason", "link", "complaint"),
        [
            ("", "", "This field is required."),
            ("Slow", "javascript:alert(1)", "Enter an address that starts with https://."),
            ("Slow", "http://example.com", "Enter an address that starts with https://."),
            ("x" * 301, "", "Ensure this value has at most 300 characters (it has 301)."),
        ],
    )
    def test_deprecation_that_is_wrong_is_422_and_kept(self, client, alice, module, reason, link, complaint):
        response = post(client, alice, module, "1.0.0", "deprecate", reason=reason, link=link)
        html = response.content.decode()
        assert (response.status_code, complaint in html) == (422, True)
        assert "<details open>" in html
        assert f'value="{reason or link}"' in html or not (reason or link)
        assert version_of(module, "1.0.0").deprecated_at is None

    def test_revoking_promises_an_email_to_just_those_who_get_one(self, client, alice, bob, carol, admin, module):
        current = version_of(module, "1.1.0")
        for person in (alice, bob, admin):
            make_deployment(current, owner=person, name="a", status="live")
        User.objects.filter(pk=admin.pk).update(is_active=False)
        make_run(make_deployment(current, owner=carol, name="at-work"), status="applying")
        make_deployment(version_of(module, "1.0.0"), owner=carol, name="older", status="live")
        said = "Existing deployments keep running. Bob and Carol get an e-mail. The newest version"
        assert said in text_of(page(client, alice, module, "1.1.0"))
        post(client, alice, module, "1.1.0", "revoke", reason="It leaks", confirm="1.1.0")
        tell_of_revocations()
        assert sorted(OutboxMessage.objects.values_list("to", flat=True)) == ["bob@example.com", "carol@example.com"]

    def test_publisher_revokes_the_current_version(self, client, alice, carol, module):
        response = post(client, alice, module, "1.1.0", "revoke", reason="It leaks", confirm="1.1.0")
        assert (response.status_code, response.url) == (302, address(module, "1.1.0"))
        text = text_of(page(client, carol, module, "1.1.0"))
        assert "Version 1.1.0 was revoked on" in text
        assert "Existing deployments are not affected. You can&#x27;t create new ones. “It leaks”" in text
        module.refresh_from_db()
        assert module.current_version.semver == "1.0.0"

    @pytest.mark.parametrize("data", [{"reason": "It leaks"}, {"reason": "It leaks", "confirm": "1.0.0"}])
    def test_revocation_without_its_number_is_422_and_kept(self, client, alice, module, data):
        response = post(client, alice, module, "1.1.0", "revoke", **data)
        html = response.content.decode()
        assert response.status_code == 422
        assert "This does not match. Nothing was revoked. Type 1.1.0 to confirm." in html
        assert 'value="It leaks"' in html
        assert version_of(module, "1.1.0").revoked_at is None

    def test_refusal_is_told_and_changes_nothing(self, client, alice, module):
        post(client, alice, module, "1.0.0", "revoke", reason="It leaks", confirm="1.0.0")
        response = post(client, alice, module, "1.0.0", "current")
        assert "Version 1.0.0 is revoked, so it cannot become current. Undo the revocation first." in text_of(
            client.get(response.url)
        )
        module.refresh_from_db()
        assert module.current_version.semver == "1.1.0"

    def test_revocation_is_taken_back(self, client, alice, module):
        post(client, alice, module, "1.1.0", "revoke", reason="A mistake", confirm="1.1.0")
        assert post(client, alice, module, "1.1.0", "unrevoke").status_code == 302
        text = text_of(page(client, alice, module, "1.1.0"))
        assert "was revoked" not in text
        assert "Make 1.1.0 current" in text

    def test_deployers_are_offered_nothing_and_may_nothing(self, client, bob, carol, module):
        deeds = {"current": {}, "deprecate": {"reason": "x"}, "undeprecate": {}, "unrevoke": {}}
        deeds |= {"revoke": {"reason": "x", "confirm": "1.0.0"}}
        for person in (bob, carol):
            html = page(client, person, module, "1.0.0").content.decode()
            assert ('id="manage"' in html, 'id="danger"' in html) == (False, False)
            answers = {post(client, person, module, "1.0.0", deed, **data).status_code for deed, data in deeds.items()}
            assert answers == {403}
        assert not AuditEvent.objects.exists()

    def test_admin_may_all_of_it(self, client, admin, module):
        assert post(client, admin, module, "1.0.0", "revoke", reason="It leaks", confirm="1.0.0").status_code == 302
        event = AuditEvent.objects.get()
        assert (event.verb, event.by) == ("version.revoked", "admin@example.com")


class TestWhoSees:
    def test_as_the_module(self, client, alice, admin, bob, carol, module):
        Module.objects.update(audience="exclusive")
        people = (alice, admin, bob, carol)
        assert [page(client, person, module, "1.0.0").status_code for person in people] == [200, 200, 404, 404]
        assert [post(client, person, module, "1.0.0", "current").status_code for person in (bob, carol)] == [404, 404]

    @pytest.mark.parametrize("semver", ["9.9.9", "1.0", "1.0.0%00", "1.0.0%0A", "%2e%2e", "1" * 80])
    def test_version_that_is_none_is_404(self, client, carol, module, semver):
        client.force_login(carol)
        assert client.get(f"/modules/{module.ref}/versions/{semver}/").status_code == 404

    def test_version_of_another_module_is_404(self, client, alice, module):
        other = make_module(alice, versions=3)
        assert page(client, alice, module, "1.2.0").status_code == 404
        assert page(client, alice, other, "1.2.0").status_code == 200

    def test_alarm_stands_on_its_version_for_whom_it_concerns(self, client, alice, carol, module):
        Alarm.objects.create(version=version_of(module, "1.0.0"), kind="tag_gone")
        told = "Existing deployments are not affected. Dismiss"
        assert told in text_of(page(client, alice, module, "1.0.0"))
        assert told not in text_of(page(client, alice, module, "1.1.0"))
        assert told not in text_of(page(client, carol, module, "1.0.0"))

    def test_removed_module_keeps_its_versions_for_its_publisher(self, client, alice, carol, module):
        module.removed_at = module.current_version.published_at
        module.save()
        text = text_of(page(client, alice, module, "1.0.0"))
        assert "Removed from the catalogue" in text
        assert "Make 1.0.0 current" not in text
        assert page(client, carol, module, "1.0.0").status_code == 404

    def test_only_the_current_version_is_offered(self, client, carol, module):
        form = reverse("deployments:deployment-create", args=[module.ref])
        assert form in page(client, carol, module, "1.1.0").content.decode()
        assert form not in page(client, carol, module, "1.0.0").content.decode()
        lifecycle.make_current(version_of(module, "1.0.0"), by=module.owner)
        assert form in page(client, carol, module, "1.0.0").content.decode()
