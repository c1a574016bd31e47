"""Private Mode from the switch to the pages, and a partner's modules after the partner lost the role."""

import pytest
from django.urls import reverse

from accounts import services as accounts
from accounts.models import PlatformSettings
from deployments import services as deployments
from deployments.models import Run
from foundation.models import AuditEvent
from tests.leaks import walk, world

SWITCH = "/admin/accounts/platformsettings/1/change/"
OFF = {"revenue_share": "70", "sign_up": "open", "sign_up_domains": "", "two_factor": "nobody"}
ON = OFF | {"private_mode": "on"}
BANNER = "Private Mode is on."


@pytest.fixture
def everything(db):
    return world.build()


@pytest.fixture
def browse(everything):
    """Returns a client by name: `browse("bob")` is signed in as bob, always the same one."""
    browsers = {name: everything.browser_of(name) for name in everything.people}
    return browsers.__getitem__


@pytest.fixture
def switch(everything):
    """Sets Private Mode by the service: `switch(True)`."""
    return lambda on: accounts.set_private_mode(on, by=everything.people["admin"])


def page_of(everything, owner: str) -> str:
    return everything.things[owner]["live"].get_absolute_url()


def module_of(everything, owner: str, audience: str) -> str:
    return everything.things[owner][audience].get_absolute_url()


def status(browser, url: str) -> int:
    return browser.get(url).status_code


def test_an_admin_switches_it_in_the_admin_and_the_next_page_knows(everything, browse):
    url = page_of(everything, "carol")
    assert status(browse("bob"), url) == 404
    answer = browse("admin").post(SWITCH, ON)
    assert (answer.status_code, PlatformSettings.load().private_mode) == (302, True)
    assert status(browse("bob"), url) == 200
    browse("admin").post(SWITCH, OFF)
    assert (PlatformSettings.load().private_mode, status(browse("bob"), url)) == (False, 404)


def test_every_flip_is_audited(everything, browse):
    browse("admin").post(SWITCH, ON)
    browse("admin").post(SWITCH, ON)
    browse("admin").post(SWITCH, OFF)
    flips = AuditEvent.objects.filter(verb="platform.private_mode_switched").order_by("pk")
    assert [(flip.by, flip.detail) for flip in flips] == [
        ("admin@example.com", {"on": True}),
        ("admin@example.com", {"on": False}),
    ]


@pytest.mark.parametrize("name", ["alice", "bob", "carol"])
def test_nobody_but_an_admin_switches_it(everything, browse, name):
    before = walk.fingerprint()
    answer = browse(name).post(SWITCH, ON)
    assert answer["Location"].startswith("/admin/login/")
    assert walk.fingerprint() == before


@pytest.mark.parametrize("name", ["alice", "bob", "carol", "admin"])
def test_everybody_is_told_while_it_is_on(browse, switch, name):
    assert BANNER not in browse(name).get("/").text
    switch(True)
    assert BANNER in browse(name).get("/").text
    switch(False)
    assert BANNER not in browse(name).get("/").text


def test_a_user_sees_published_modules_and_nothing_else_more(everything, browse, switch):
    carol = browse("carol")
    hidden, removed = module_of(everything, "bob", "exclusive"), module_of(everything, "bob", "removed")
    lists = ("/deployments/export.csv", "/billing/transactions.csv")
    silo = [walk.body_of(carol.get(url)) for url in lists]
    assert (status(carol, hidden), status(carol, removed)) == (404, 404)
    switch(True)
    assert (status(carol, hidden), status(carol, removed)) == (200, 404)
    assert [walk.body_of(carol.get(url)) for url in lists] == silo
    assert {owner: status(carol, page_of(everything, owner)) for owner in everything.people} == {
        "alice": 404,
        "bob": 404,
        "carol": 200,
        "admin": 404,
    }


def test_a_partner_reads_others_deployments_and_changes_nothing(everything, browse, switch):
    switch(True)
    live, waiting = everything.things["carol"]["live"], everything.things["carol"]["waiting"]
    before = walk.fingerprint()
    posts = {
        reverse("deployments:run-start", args=[live.ref]): {},
        reverse("deployments:deployment-destroy", args=[live.ref]): {"confirm": live.name},
        reverse("deployments:deployment-update", args=[live.ref]): {"in-size": "large"},
        reverse("deployments:output-reveal", args=[live.ref, "key"]): {},
        reverse("deployments:run-cancel", args=[waiting.ref, 1]): {},
    }
    assert {url: browse("bob").post(url, data).status_code for url, data in posts.items()} == dict.fromkeys(posts, 403)
    assert status(browse("bob"), page_of(everything, "carol")) == 200
    assert walk.fingerprint() == before


def test_without_it_everybody_is_alone_again_at_once(everything, browse, switch):
    switch(True)
    assert len(walk.body_of(browse("bob").get("/deployments/export.csv")).splitlines()) == 9
    switch(False)
    assert len(walk.body_of(browse("bob").get("/deployments/export.csv")).splitlines()) == 3
    assert status(browse("bob"), page_of(everything, "alice")) == 404
    assert status(browse("carol"), module_of(everything, "bob", "exclusive")) == 404


def lose_the_role(alice, admin):
    accounts.set_roles(alice, is_partner=False, is_staff=False, by=admin)


def lose_access(alice, admin):
    accounts.set_active(alice, False, by=admin)


@pytest.mark.parametrize("lose", [lose_the_role, lose_access])
@pytest.mark.parametrize("private_mode", [False, True])
def test_a_partner_who_goes_takes_their_modules_along(everything, browse, switch, lose, private_mode):
    switch(private_mode)
    module = everything.things["alice"]["everyone"]
    offer = reverse("deployments:deployment-create", args=[module.ref])
    assert {name: status(browse(name), offer) for name in ("bob", "carol", "admin")} == dict.fromkeys(
        ("bob", "carol", "admin"), 200
    )
    lose(everything.people["alice"], everything.people["admin"])
    assert {name: status(browse(name), offer) for name in ("bob", "carol", "admin")} == dict.fromkeys(
        ("bob", "carol", "admin"), 404
    )
    assert "mk-alice-everyone" not in browse("carol").get("/deploy/?tab=partner").text
    with pytest.raises(deployments.NotDeployable):
        deployments.create_deployment(
            module.current_version, name="too-late", inputs={}, secrets={}, by=everything.people["carol"]
        )


@pytest.mark.parametrize("lose", [lose_the_role, lose_access])
def test_what_is_deployed_of_them_goes_on(everything, browse, lose):
    lose(everything.people["alice"], everything.people["admin"])
    live = everything.things["carol"]["live"]
    assert live.version.module.owner == everything.people["alice"]
    assert status(browse("carol"), live.get_absolute_url()) == 200
    answer = browse("carol").post(reverse("deployments:run-start", args=[live.ref]))
    assert answer["Location"] == live.get_absolute_url()
    newest = live.runs.newest_first().first()
    assert (newest.number, newest.action, newest.status) == (3, Run.Action.UPDATE, Run.Status.QUEUED)


def test_an_ex_partner_deploys_their_old_modules_no_more(everything, browse):
    lose_the_role(everything.people["alice"], everything.people["admin"])
    offer = reverse("deployments:deployment-create", args=[everything.things["alice"]["everyone"].ref])
    assert status(browse("alice"), offer) == 404
    assert status(browse("alice"), page_of(everything, "alice")) == 200
    assert status(browse("alice"), "/publish/") == 403


def test_who_is_deactivated_is_signed_out(everything, browse):
    lose_access(everything.people["alice"], everything.people["admin"])
    assert browse("alice").get("/deployments/")["Location"] == "/accounts/login/?next=/deployments/"
