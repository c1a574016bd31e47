"""Deployments beside versions that came later, went back, were deprecated, revoked or removed; and moving between."""

import pytest
from django.urls import reverse

from accounts.models import PlatformSettings
from billing import services as billing
from deployments import services
from deployments.models import Deployment, Draft, Run
from deployments.tests.factories import make_deployment, make_run
from modules import services as catalogue
from modules import versioning
from modules.models import Module
from modules.tests.versions import make_module, variable, version_of

FIRST = {
    "variables": [
        variable("greeting", default="Hello"),
        variable("region", default="north", updatesafe=False),
        variable("old", default=""),
        variable("token", sensitive=True, default=None),
        variable("inner", group=0, default="mk-hidden"),
    ],
    "outputs": [{"name": "url", "description": "", "sensitive": False, "file": "main.tf", "line": 1}],
}
COMPATIBLE = FIRST | {"variables": [*FIRST["variables"], variable("size", type="number", default=5)]}
HTTP = {"address": "data.http.page", "file": "main.tf", "line": 3}
BREAKING = FIRST | {
    "variables": [
        variable("greeting", default="Hello"),
        variable("region", default="south", updatesafe=False),
        variable("token", default="open"),
        variable("inner", group=0, default="mk-other"),
    ],
    "resources": [HTTP],
}


def shop_of(module, owner, *, paid=True, **fields) -> Deployment:
    """A live deployment of 1.0.0."""
    facts = {"status": "live", "inputs": {"greeting": "Hi", "old": "thing"}, "secrets": {"token": "s3cret"}}
    deployment = make_deployment(version_of(module, "1.0.0"), owner=owner, **facts | fields)
    make_run(deployment, status="succeeded" if paid else "failed")
    return deployment


@pytest.fixture
def module(alice):
    """Alice's module for everyone, whose current version 1.1.0 asks one input more than 1.0.0."""
    return make_module(alice, versions=2, schemas=[FIRST, COMPATIBLE], audience=Module.Audience.EVERYONE)


@pytest.fixture
def broken(alice):
    """The same, where 1.1.0 breaks what 1.0.0 promised and reads an address."""
    return make_module(alice, versions=2, schemas=[FIRST, BREAKING], audience=Module.Audience.EVERYONE)


def url(name, *args):
    return reverse(f"deployments:{name}", args=args)


def page_of(client, deployment) -> str:
    return client.get(deployment.get_absolute_url()).content.decode()


def move(client, deployment, data=None):
    """Fill in the form for the current version, and give the address of its confirmation."""
    posted = {"version": "1.1.0", "in-greeting": "Hi", "in-region": "north", "in-size": "5"} | (data or {})
    response = client.post(url("deployment-update", deployment.ref), posted)
    assert response.status_code == 302, response.context["form"].errors
    return response.url


def test_a_newer_version_is_said_with_what_it_changes(client, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "<strong>1.1.0 is available.</strong>" in page
    assert "What changes from 1.0.0 to 1.1.0" in page
    assert "<code>size</code>" in page
    assert f"/deployments/{shop.ref}/update/?version=1.1.0" in page


def test_the_current_version_needs_no_word(client, alice, carol, module):
    versioning.make_current(version_of(module, "1.0.0"), by=alice)
    client.force_login(carol)
    page = page_of(client, shop_of(module, carol))
    assert "is available" not in page
    assert "Move to" not in page


def test_a_roll_back_is_said(client, alice, carol, module):
    shop = make_deployment(version_of(module, "1.1.0"), owner=carol, status="live")
    make_run(shop, status="succeeded")
    versioning.make_current(version_of(module, "1.0.0"), by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "<strong>New deployments use 1.0.0 again.</strong>" in page
    assert "is available" not in page


def test_a_deprecation_is_said_with_reason_and_link(client, alice, carol, module):
    version = version_of(module, "1.0.0")
    versioning.deprecate(version, reason="Old <b>provider</b>.", link="https://example.com/why", by=alice)
    client.force_login(carol)
    page = page_of(client, shop_of(module, carol))
    assert "Version 1.0.0 is deprecated." in page
    assert "Old &lt;b&gt;provider&lt;/b&gt;." in page
    assert '<a href="https://example.com/why" rel="noopener noreferrer nofollow">' in page


def test_a_revocation_is_said_and_what_lives_goes_on(client, alice, carol, module):
    shop = shop_of(module, carol)
    versioning.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "Version 1.0.0 is revoked." in page
    assert "What is deployed goes on; there are no new deployments of it." in page
    assert services.start_run(shop, action=Run.Action.UPDATE, by=carol).version.semver == "1.0.0"


def test_what_never_came_into_being_does_not_begin_with_a_revoked_version(client, alice, carol, module):
    shop = shop_of(module, carol, paid=False, status="pending")
    versioning.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
    client.force_login(carol)
    response = client.post(url("run-start", shop.ref))
    assert response.status_code == 409
    assert "Version 1.0.0 was revoked: leaks." in response.content.decode()
    assert shop.runs.count() == 1
    assert client.post(move(client, shop)).url == shop.get_absolute_url()
    assert shop.runs.get(number=2).version.semver == "1.1.0"


def test_a_removal_is_said_and_what_lives_goes_on(client, alice, carol, module):
    shop = shop_of(module, carol)
    catalogue.remove(module, by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "Alice removed this module from the catalogue" in page
    assert "The deployment goes on untouched" in page
    assert "1.1.0" not in page
    assert services.start_run(shop, action=Run.Action.UPDATE, by=carol).version.semver == "1.0.0"


def test_who_lost_sight_of_a_module_learns_nothing_of_its_versions(client, alice, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    assert "1.1.0" in page_of(client, shop)
    Module.objects.update(audience=Module.Audience.EXCLUSIVE, title="Renamed")
    page = page_of(client, shop)
    assert "not in the catalogue any more, or not for you" in page
    form = client.get(url("deployment-update", shop.ref), {"version": "1.1.0"}).content.decode()
    for hidden in ("1.1.0", "in-size", "Renamed"):
        assert hidden not in page
        assert hidden not in form
    version = version_of(module, "1.1.0")
    with pytest.raises(services.NotDeployable):
        services.start_run(shop, action=Run.Action.UPDATE, by=carol, version=version)


def test_a_reader_in_private_mode_sees_the_news_and_no_way_to_move(client, bob, carol, module):
    shop = shop_of(module, carol)
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=True)
    client.force_login(bob)
    page = page_of(client, shop)
    assert "1.1.0 is available." in page
    assert "?version=1.1.0" not in page


def test_what_is_destroyed_needs_no_word(client, carol, module):
    shop = shop_of(module, carol, status="destroyed", destroyed_at="2026-11-01T10:00Z")
    client.force_login(carol)
    assert "is available" not in page_of(client, shop)


def test_an_update_stays_at_its_version_unless_it_is_asked_to_move(client, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    page = client.get(url("deployment-update", shop.ref)).content.decode()
    assert "This form keeps web-shop at 1.0.0." in page
    assert "in-size" not in page
    review = client.post(url("deployment-update", shop.ref), {"in-greeting": "Hey", "in-region": "north"}).url
    client.post(review)
    shop.refresh_from_db()
    assert (shop.version.semver, shop.runs.get(number=2).version.semver) == ("1.0.0", "1.0.0")


def test_a_move_runs_the_current_version_with_the_inputs_that_it_asks(client, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    page = client.get(url("deployment-update", shop.ref), {"version": "1.1.0"}).content.decode()
    assert "This form moves web-shop from 1.0.0 to 1.1.0." in page
    assert 'name="in-size"' in page
    assert 'value="Hi"' in page
    review = move(client, shop, {"in-size": "7", "in-old": "thing"})
    confirmation = client.get(review)
    assert [change["name"] for change in confirmation.context["changes"]] == ["size"]
    assert "Move web-shop to 1.1.0" in confirmation.content.decode()
    assert "accept" not in confirmation.content.decode()
    assert client.post(review).url == shop.get_absolute_url()
    run = shop.runs.get(number=2)
    assert (run.version.semver, run.action) == ("1.1.0", "update")
    assert run.all_inputs() == {"greeting": "Hi", "old": "thing", "size": 7, "token": "s3cret"}
    shop.refresh_from_db()
    assert shop.version.semver == "1.1.0"


def test_a_breaking_move_names_what_breaks_and_wants_a_yes(client, carol, broken):
    shop = shop_of(broken, carol)
    client.force_login(carol)
    review = move(client, shop)
    page = client.get(review).content.decode()
    assert "1.1.0 breaks what 1.0.0 promised:" in page
    assert "input removed <code>old</code>" in page
    refused = client.post(review)
    assert refused.status_code == 422
    assert "Tick that you accept it." in refused.content.decode()
    assert (shop.runs.count(), Draft.objects.count()) == (1, 1)
    assert client.post(review, {"accept": "1.1.0"}).status_code == 302
    assert shop.runs.get(number=2).version.semver == "1.1.0"


def test_a_move_says_what_it_widens(client, carol, broken):
    shop = shop_of(broken, carol)
    client.force_login(carol)
    review = client.get(move(client, shop))
    assert [ability.name for ability in review.context["move"].widened] == ["data.http.page"]
    assert "This update widens what the module can do" in review.content.decode()


def test_a_default_that_differs_counts_as_a_change_of_what_is_live(client, carol, broken):
    shop = shop_of(broken, carol, inputs={})
    client.force_login(carol)
    review = client.get(move(client, shop, {"in-greeting": "Hello", "in-region": "south"}))
    region = next(change for change in review.context["changes"] if change["name"] == "region")
    assert (region["before"], region["after"]) == ("north", "south")
    assert "This may destroy resources." in review.content.decode()


def test_a_secret_that_the_other_version_does_not_hide_is_never_shown_nor_passed_on(client, carol, broken):
    shop = shop_of(broken, carol)
    client.force_login(carol)
    assert "s3cret" not in client.get(url("deployment-update", shop.ref), {"version": "1.1.0"}).content.decode()
    review = move(client, shop, {"in-token": "open"})
    page = client.get(review)
    assert "s3cret" not in page.content.decode()
    token = next(change for change in page.context["changes"] if change["name"] == "token")
    assert (token["before"], token["after"]) == ("sensitive", "open")
    client.post(review, {"accept": "1.1.0"})
    assert shop.runs.get(number=2).all_inputs() == {"greeting": "Hi", "region": "north"}


def test_a_plain_input_that_becomes_sensitive_is_kept_encrypted(client, alice, carol):
    hiding = {"variables": [variable("greeting", sensitive=True, default=None)], "outputs": FIRST["outputs"]}
    module = make_module(alice, versions=2, schemas=[FIRST, hiding], audience=Module.Audience.EVERYONE)
    shop = shop_of(module, carol)
    client.force_login(carol)
    client.post(move(client, shop, {"in-greeting": ""}), {"accept": "1.1.0"})
    shop.refresh_from_db()
    assert (shop.inputs, shop.secrets()) == ({}, {"greeting": "Hi"})


def test_inputs_of_the_publisher_are_not_told_to_deployers(client, alice, carol, broken):
    shop, own = shop_of(broken, carol), shop_of(broken, alice, name="own")
    client.force_login(carol)
    for address in (shop.get_absolute_url(), move(client, shop)):
        assert "mk-" not in client.get(address).content.decode()
    client.force_login(alice)
    assert "mk-other" in page_of(client, own)


def test_a_version_that_was_replaced_while_the_form_was_open_is_said(client, alice, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    versioning.make_current(version_of(module, "1.0.0"), by=alice)
    response = client.post(url("deployment-update", shop.ref), {"version": "1.1.0", "in-greeting": "typed"})
    assert response.status_code == 422
    assert "The version that you chose is not offered any more." in response.content.decode()
    assert 'value="typed"' in response.content.decode()


def test_a_move_confirmed_after_a_revocation_is_refused(client, alice, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    review = move(client, shop)
    versioning.revoke(version_of(module, "1.1.0"), reason="leaks", by=alice)
    response = client.post(review)
    assert response.status_code == 409
    assert "Version 1.1.0 was revoked: leaks." in response.content.decode()
    assert shop.runs.count() == 1


def test_a_deployment_never_moves_to_a_version_of_another_module(alice, carol, module, broken):
    shop = shop_of(module, carol)
    with pytest.raises(services.NotDeployable):
        services.start_run(shop, action=Run.Action.UPDATE, by=carol, version=version_of(broken, "1.1.0"))
    shop.refresh_from_db()
    assert shop.version.semver == "1.0.0"


def test_a_stranger_moves_nothing(client, bob, carol, module):
    shop = shop_of(module, carol)
    client.force_login(bob)
    assert client.get(url("deployment-update", shop.ref), {"version": "1.1.0"}).status_code == 404
    assert shop.runs.count() == 1


def test_a_move_of_what_was_never_paid_costs_what_the_module_costs(client, alice, carol, admin, module):
    billing.add_credits(
        carol, amount=100 * billing.UNITS, source="goodwill", reason="test", by=admin, nonce="n", wallet_version=0
    )
    Module.objects.update(own_credit_cost=30 * billing.UNITS)
    shop = shop_of(module, carol, paid=False)
    client.force_login(carol)
    review = move(client, shop)
    shown = client.get(review)
    assert "for 30 credits" in shown.content.decode()
    client.post(review, {"quote": str(shown.context["quote"])})
    assert shop.runs.get(number=2).hold.amount == 30 * billing.UNITS
