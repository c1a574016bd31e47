"""Problems of a token appear on every page of its managers, the number of updates beside Publish."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection as database
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import GitHubConnection
from deployments.tests.factories import make_deployment, make_run, make_version
from modules.models import Module, ModuleVersion, Scan, ScannedModule
from tests.people import make_partner

pytestmark = pytest.mark.django_db
BAND = re.compile(
    r'<section class="notice wideband" data-tone="(\w+)" aria-label="GitHub connection">(.*?)</section>', re.S
)
NAV = re.compile(r"<nav aria-label=\"Main\">(.*?)</nav>", re.S)
REVOKED = {"problem": "whatever", "problem_kind": "rejected"}


def connect(owner, **fields) -> GitHubConnection:
    names = {"login": "somebody", "repository_name": "alice-example/modules", "repository_id": 1, "branch": "main"}
    connection = GitHubConnection(owner=owner, checked_at=timezone.now(), **(names | fields))
    connection.token = "ghp_secret"
    connection.save()
    return connection


def bands(response) -> list[tuple[str, str]]:
    """Tone and text of each band."""
    found = BAND.findall(response.text)
    return [(tone, " ".join(html.unescape(re.sub("<[^>]+>", "", words)).split())) for tone, words in found]


@pytest.fixture
def browse(client):
    def get(person, path="/profile/"):
        client.force_login(person)
        return client.get(path)

    return get


@pytest.fixture
def pages(alice):
    """One URL for each kind of page."""
    schema = {name: [] for name in ("variables", "outputs", "resources", "providers", "calls")} | {"platform": {}}
    deployment = make_deployment(make_version({"main.tf": ""}, owner=alice, schema=schema), owner=alice)
    make_run(deployment)
    module = deployment.version.module
    return {
        "start": "/",
        "profile": "/profile/",
        "publish": "/publish/",
        "deploy": "/deploy/",
        "deployments": "/deployments/",
        "deployment": deployment.get_absolute_url(),
        "billing": "/billing/",
        "module": module.get_absolute_url(),
        "form": f"/deploy/{module.ref}/",
        "e-mail": "/accounts/email/",
        "not found": "/nowhere/",
        "forbidden": "/publish/?for=platform",
    }


KINDS = ["start", "profile", "publish", "deploy", "deployments", "deployment", "billing", "module", "form", "e-mail"]


@pytest.mark.parametrize("kind", [*KINDS, "not found", "forbidden"])
def test_it_stands_on_every_page_of_the_partner(browse, alice, pages, kind):
    connect(alice, **REVOKED)
    response = browse(alice, pages[kind])
    assert response.status_code == {"not found": 404, "forbidden": 403}.get(kind, 200)
    assert bands(response) == [
        (
            "bad",
            "Your GitHub token no longer works. It was revoked or deleted on GitHub. Scans are paused until you save "
            "a new token. Published modules are not affected. Open your profile",
        )
    ]
    assert 'href="/profile/#github">Open your profile</a>' in response.text


@pytest.mark.parametrize(
    ("fields", "tone", "words"),
    [
        ({"problem_kind": "scope"}, "bad", "Your GitHub token has lost the repo scope. It cannot read private"),
        ({"problem_kind": "unreadable"}, "bad", "Your GitHub token cannot read alice-example/modules. The repository"),
        ({"problem_kind": "sealed"}, "bad", "Your GitHub token cannot be decrypted. The portal no longer has the key"),
    ],
)
def test_it_says_what_is_wrong(browse, alice, fields, tone, words):
    connect(alice, **fields)
    ((shown_tone, shown),) = bands(browse(alice))
    assert (shown_tone, shown[: len(words)]) == (tone, words)


@pytest.mark.parametrize(
    ("hours", "tone", "words"),
    [
        (9 * 24, "warn", "Your GitHub token expires in 9 days. Scans stop on 10 Dec 2030 at 12:00 UTC"),
        (24, "warn", "Your GitHub token expires in 1 day. Scans stop on 2 Dec 2030 at 12:00 UTC"),
        (1, "warn", "Your GitHub token expires today. Scans stop on 1 Dec 2030 at 13:00 UTC"),
        (-1, "bad", "Your GitHub token has expired. It expired on 1 Dec 2030 at 11:00 UTC. Scans are paused"),
    ],
)
def test_it_says_until_when(browse, alice, monkeypatch, hours, tone, words):
    noon = datetime(2030, 12, 1, 12, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    connect(alice, expires_at=noon + timedelta(hours=hours))
    ((shown_tone, shown),) = bands(browse(alice))
    assert (shown_tone, shown[: len(words)]) == (tone, words)


@pytest.mark.parametrize("days", [15, 400])
def test_an_expiry_later_on_needs_no_band(browse, alice, days):
    connect(alice, expires_at=timezone.now() + timedelta(days=days))
    assert bands(browse(alice)) == []


def test_a_fault_of_github_needs_no_band(browse, alice):
    connect(alice, problem="GitHub has a problem at the moment.")
    assert bands(browse(alice)) == []


def test_it_is_for_those_it_concerns_alone(browse, alice, bob, carol, admin):
    connect(alice, **REVOKED)
    connect(None, problem_kind="scope")
    [(_, words)] = bands(browse(admin))
    assert words.startswith("The platform's GitHub token has lost the repo scope.")
    assert 'href="/profile/?for=platform#github">' in browse(admin).text
    assert [len(bands(browse(person))) for person in (alice, bob, carol)] == [1, 0, 0]
    assert bands(Client().get("/accounts/login/")) == []


def test_a_partner_who_is_admin_sees_both(browse):
    dora = make_partner("dora", is_staff=True)
    connect(dora, **REVOKED)
    connect(None, **REVOKED)
    whose = [words.partition(" GitHub")[0] for _, words in bands(browse(dora))]
    assert whose == ["Your", "The platform's"]


def test_band_and_count_cost_a_page_one_query_and_a_fragment_none(client, alice):
    connect(alice, **REVOKED)
    client.force_login(alice)

    def asked(path) -> int:
        with CaptureQueriesContext(database) as queries:
            assert client.get(path).status_code == 200
        return len(
            [query["sql"] for query in queries if 'AS "updates" FROM "accounts_githubconnection"' in query["sql"]]
        )

    assert asked("/styleguide/") == 1
    assert asked("/profile/github/repository/search/") == 0


class TestUpdates:
    @pytest.fixture
    def changed(self, alice):
        """Two published modules of alice; one has changed in the repository."""
        connection = connect(alice)
        scan = Scan.objects.create(
            connection=connection, repository_id=1, repository_name="r", branch="main", status="succeeded"
        )
        for path, is_same in (("one", False), ("two", True)):
            version = make_version({"main.tf": f"# {path}"}, owner=alice, path=path)
            self.find(scan, version, is_same)
        Module.objects.update(repository_id=1)
        return scan

    def find(self, scan, version: ModuleVersion, is_same):
        content_hash = version.content_hash if is_same else "f" * 64
        ScannedModule.objects.create(
            scan=scan,
            path=version.module.path,
            title=version.title,
            is_valid=True,
            content_hash=content_hash,
        )

    def test_they_are_counted_beside_publish(self, browse, alice, changed):
        page = browse(alice, "/deployments/")
        assert '<span class="count">1<span class="sr"> update available</span></span>' in page.text
        ScannedModule.objects.update(content_hash="f" * 64)
        assert '<span class="count">2<span class="sr"> updates available</span></span>' in browse(alice, "/").text

    def test_nothing_is_counted_when_all_is_current(self, browse, alice, changed):
        ScannedModule.objects.filter(path="one").delete()
        assert "available</span>" not in NAV.findall(browse(alice).text)[0]

    def test_others_see_no_count_of_theirs(self, browse, alice, bob, carol, admin, changed):
        for person in (bob, carol, admin):
            assert "update" not in NAV.findall(browse(person).text)[0]

    def test_an_admin_sees_those_of_the_platform(self, browse, admin, changed):
        GitHubConnection.objects.update(owner=None)
        Module.objects.update(owner=None)
        assert '<span class="count">1<span class="sr"> update available</span></span>' in browse(admin).text

    def test_the_start_page_says_so(self, browse, alice, changed):
        page = " ".join(re.sub("<[^>]+>", " ", browse(alice, "/").text).split())
        assert "Published modules have 1 update available" in page


def test_pages_without_a_person_have_no_band():
    assert "GitHub token" not in get_template("500.html").render()
