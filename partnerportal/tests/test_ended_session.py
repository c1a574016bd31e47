"""A session ends while a page is open: the browser comes to the sign-in page, and from there back to the page."""

import re
from functools import cache

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import get_resolver

from accounts import unsent
from accounts.models import PlatformSettings, UnsentForm, User
from deployments.tests.factories import make_deployment, make_run, make_version
from deployments.tests.views.test_deploy import SCHEMA
from tests.leaks import world
from tests.leaks.asking import address, targets
from tests.leaks.table import TABLE
from tests.people import PASSWORD

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PORTAL = "http://testserver"


def sign_in(client, person, address):
    return client.post(address, {"login": person.email, "password": PASSWORD})


@pytest.fixture
def run(carol, alice):
    return make_run(make_deployment(make_version({}, owner=alice), owner=carol))


def test_the_sign_in_page_is_not_swapped_into_a_card(client, run):
    page = run.deployment.get_absolute_url()
    here = {"HX-Request": "true", "HX-Current-URL": f"{PORTAL}{page}?a=b#run"}
    answer = client.get(f"{page}runs/1/status/", headers=here)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == f"/accounts/login/?next={page}%3Fa%3Db"


ELSEWHERE = ["https://evil.example/", f"{PORTAL}//evil.example/", "javascript:alert(1)", "http://[", ""]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(client, run, elsewhere):
    status = f"{run.deployment.get_absolute_url()}runs/1/status/"
    answer = client.get(status, headers={"HX-Request": "true", "HX-Current-URL": elsewhere})
    assert answer["HX-Redirect"] == f"/accounts/login/?next={status}"
    answer = client.post("/profile/name/", headers={"Referer": elsewhere})
    assert answer["Location"] == "/accounts/login/?next=/profile/name/"


def test_signing_in_does_not_end_on_a_naked_fragment(client, carol, run):
    page = run.deployment.get_absolute_url()
    answer = client.get(f"{page}runs/1/status/", headers=BROWSER)
    assert answer["Location"] == f"{page}runs/1/"
    client.force_login(carol)
    assert "<h1>" in client.get(f"{page}runs/1/status/", headers=BROWSER, follow=True).text


@pytest.mark.parametrize(
    ("part", "page"),
    [
        ("/publish/rows/?for=platform&page=2", "/publish/?for=platform&page=2"),
        ("/publish/scan/status/", "/publish/"),
        ("/profile/github/repositories/?for=platform", "/profile/?for=platform"),
        ("/profile/github/repository/search/?q=web", "/profile/?q=web"),
    ],
)
def test_the_address_of_a_part_leads_to_its_page(client, alice, part, page):
    client.force_login(alice)
    answer = client.get(part, headers=BROWSER, follow=True)
    assert answer.redirect_chain[-1] == (page, 302)


def test_a_save_after_the_end_leads_back_to_the_page_that_sent_it(client, db):
    answer = client.post("/profile/github/webhook/", headers={"Referer": f"{PORTAL}/profile/?for=platform#webhook"})
    assert answer["Location"] == "/accounts/login/?next=/profile/%3Ffor%3Dplatform"
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "You were signed out. Nothing was saved. Sign in, then try again."
    ]


@pytest.fixture
def everything(db):
    return world.build()


def test_every_address_of_an_action_or_a_part_leads_to_its_page(everything):
    """All rows of the leak table, which has every address, that refuse a GET; GitHub's hook is no page's action."""
    rows = [row for row in TABLE if row.name != "modules:github-hook" and (is_part(row) or "405" in row.get)]
    browsers = {name: everything.browser_of(name) for name in ("alice", "admin")}
    problems = []
    for row in rows:
        owners = targets(row, everything)
        name = "alice" if "alice" in owners else "admin"
        found = address(row, everything, name if name in owners else owners[0], name)
        answer = browsers[name].get(found, headers=BROWSER, follow=True)
        if (answer.status_code, len(re.findall("<h1[ >]", answer.text))) != (200, 1):
            problems.append(f"{row.name} of {name}: {answer.status_code} at {answer.redirect_chain}")
    assert (problems, len(rows) > 20, any(map(is_part, rows))) == ([], True, True)


@pytest.mark.parametrize("loss", ["signed out", "deactivated"])
def test_a_page_went_on_showing_its_parts_after_the_right_had_ended(everything, loss):
    """All parts of pages, which poll or are loaded later: the browser leaves for the sign-in page."""
    browser = everything.browser_of("admin")
    if loss == "signed out":
        browser.logout()
    else:
        User.objects.filter(email="admin@example.com").update(is_active=False)
    for row in filter(is_part, TABLE):
        part = address(row, everything, targets(row, everything)[0], "admin")
        answer = browser.get(part, headers={"HX-Request": "true", "HX-Current-URL": f"{PORTAL}/publish/"})
        assert (answer["HX-Redirect"], answer.content) == ("/accounts/login/?next=/publish/", b""), row.name


def test_a_page_went_on_showing_its_parts_after_they_were_gone_for_the_reader(everything):
    """Bob's page, with parts of what is no longer his: it loads again, and then he reads that there is none."""
    browser, left = everything.browser_of("bob"), set()
    for row in filter(is_part, TABLE):
        for target in targets(row, everything):
            answer = browser.get(address(row, everything, target, "bob"), headers={"HX-Request": "true"})
            if answer.status_code in (403, 404):
                assert answer["HX-Refresh"] == "true"
                left.add(row.name)
    assert {"deployments:run-status", "modules:publication-status"} <= left
    assert "HX-Refresh" not in browser.get("/deployments/nothing/").headers


def is_part(row) -> bool:
    return row.name in {name for name, view in views().items() if getattr(view, "is_part", False)}


@cache
def views() -> dict:
    """Every view of the portal's apps by its name."""
    return {
        f"{resolver.namespace}:{pattern.name}": pattern.callback
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "namespace", None) in ("accounts", "modules", "deployments", "billing")
        for pattern in resolver.url_patterns
    }


def test_terraform_and_scripts_still_get_405(client, alice):
    client.force_login(alice)
    assert client.get("/profile/name/", headers={"Accept": "application/json"}).status_code == 405


class TestWhatWasTypedIsKept:
    @pytest.fixture
    def form(self, alice):
        version = make_version({}, owner=alice, schema=SCHEMA)
        version.module.audience = "everyone"
        version.module.save()
        return f"/deploy/{version.module.ref}/"

    @pytest.fixture
    def typed(self, alice):
        return {
            "name": "web-shop",
            "in-greeting": "Good morning",
            "in-size": "many",
            "in-token": "s3cret",
            unsent.FIELD: unsent.mark(alice),
        }

    def test_the_form_of_a_deployment_comes_back_filled_in(self, client, alice, form, typed):
        to_sign_in = client.post(form, typed, headers={"Referer": f"{PORTAL}{form}"})
        assert to_sign_in["Location"] == f"/accounts/login/?next={form}"
        page = client.get(to_sign_in["Location"]).text
        assert "Nothing was sent, and what you typed is kept." in page
        back = sign_in(client, alice, to_sign_in["Location"])
        assert back["Location"] == form
        page = client.get(form).text
        assert 'value="Good morning"' in page
        assert 'value="many"' in page
        assert "need" not in re.findall(r'role="alert".*?</div>', page, re.DOTALL)
        assert "s3cret" not in page
        draft = client.get(form).context["draft"]
        assert draft._state.adding  # given out once

    def test_a_secret_is_kept_too_and_stored_encrypted(self, client, alice, form, typed):
        client.post(form, typed)
        assert "s3cret" not in str(dict(client.session))
        sign_in(client, alice, "/accounts/login/")
        assert client.get(form).context["draft"].secrets() == {"token": "s3cret"}

    def test_a_person_filled_the_database_with_forms_of_sessions_that_never_ended(self, alice, form, typed):
        for number in range(UnsentForm.MOST + 2):
            Client().post(form, typed | {"name": f"shop-{number}"})
        kept = [UnsentForm.objects.get(pk=pk).content for pk in UnsentForm.objects.values_list("pk", flat=True)]
        assert [re.findall("name=(shop-.)", text) for text in kept] == [[f"shop-{n}"] for n in (2, 3, 4, 5, 6)]

    def test_the_form_that_gave_way_to_newer_ones_came_back_empty_without_a_word(self, client, alice, form, typed):
        client.post(form, typed)
        for _ in range(UnsentForm.MOST):
            Client().post(form, typed)
        sign_in(client, alice, "/accounts/login/")
        page = client.get(form).text
        assert "Good morning" not in page
        assert "What you typed into this form is no longer kept. Enter it again." in page
        assert "no longer kept" not in client.get(form).text

    def test_of_two_forms_that_were_kept_in_one_session_the_first_came_back_empty(self, client, alice, form, typed):
        client.post(form, typed)
        client.post("/profile/name/", {"first_name": "Alicia", "last_name": "B", unsent.FIELD: unsent.mark(alice)})
        sign_in(client, alice, "/accounts/login/")
        assert 'value="Good morning"' in client.get(form).text
        assert 'value="Alicia"' in client.get("/profile/").text
        assert unsent.KEY not in client.session

    def test_a_session_names_as_many_forms_as_a_person_has(self, client, alice, form, typed):
        for number in range(UnsentForm.MOST + 2):
            client.post(f"{form}?n={number}", typed)
        assert list(client.session[unsent.KEY]) == [f"{form}?n={number}" for number in range(2, 7)]

    def test_what_cannot_be_decrypted_is_kept_until_its_key_is_back(self, client, alice, form, typed, settings):
        client.post(form, typed)
        sign_in(client, alice, "/accounts/login/")
        ring, settings.PORTAL_KEYS = settings.PORTAL_KEYS, "new:" + "bmV3IGtleSBvZiB0aGUgdGVzdHMgYWxvbmUsIDMyIUE="
        missing = "What you typed can&#x27;t be decrypted: the key “test” is missing."
        assert missing in client.get(form).text
        settings.PORTAL_KEYS = ring
        assert 'value="Good morning"' in client.get(form).text

    @pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true", "HX-Current-URL": PORTAL}])
    def test_a_form_from_before_a_new_sign_in_comes_back_too(self, alice, form, typed, htmx):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(alice)
        htmx = htmx and htmx | {"HX-Current-URL": f"{PORTAL}{form}"}
        answer = browser.post(form, typed, headers={"Referer": f"{PORTAL}{form}"} | htmx)
        assert answer["HX-Redirect" if htmx else "Location"] == form
        page = browser.get(form).text
        assert 'value="Good morning"' in page
        assert "You signed in again since you opened this form. What you typed is kept." in page

    def test_a_form_that_another_site_sends_is_still_refused(self, alice, bob, form, typed):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(bob)
        assert "This form is too old" in browser.post(form, {"name": "theirs"}).text
        browser.post(form, typed)  # with the mark of alice, which is the most that another person can have
        assert "Good morning" not in browser.get(form).text
        assert not bob.deployments.exists()

    def test_nobody_else_gets_it(self, client, bob, form, typed):
        client.post(form, typed)
        sign_in(client, bob, "/accounts/login/")
        assert "Good morning" not in client.get(form).text
        assert unsent.KEY not in client.session

    @pytest.mark.parametrize("mark", ["", "carol", "x:y:z"])
    def test_a_visitor_stores_nothing(self, client, form, typed, mark):
        client.post(form, typed | {unsent.FIELD: mark})
        assert unsent.KEY not in client.session

    def test_a_form_of_megabytes_is_not_stored(self, client, form, typed):
        client.post(form, typed | {"in-greeting": "x" * 300_000})
        assert unsent.KEY not in client.session

    def test_a_name_on_the_profile_page(self, client, alice):
        client.post("/profile/name/", {"first_name": "Alicia", "last_name": "B", unsent.FIELD: unsent.mark(alice)})
        sign_in(client, alice, "/accounts/login/")
        page = client.get("/profile/")
        assert 'value="Alicia"' in page.text
        assert page.context["user"].first_name == "Alice"


def test_the_forms_that_people_fill_in_are_marked(client, admin, alice):
    PlatformSettings.load()
    client.force_login(admin)
    for page in ("/profile/", f"/billing/credits/?person={alice.ref}"):
        assert f'name="{unsent.FIELD}"' in client.get(page, follow=True).text


def test_a_session_that_goes_on_is_not_disturbed(carol):
    browser = Client()
    browser.force_login(carol)
    answer = browser.post("/profile/name/", {"first_name": "Carola", "last_name": ""})
    assert answer["Location"] == "/profile/"
