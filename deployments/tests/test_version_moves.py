"""Moving a deployment to its module's current version: by the form, the confirmation and the service."""

import pytest
from django.utils import timezone

from accounts.services import set_roles
from billing import services as billing
from deployments import services
from deployments.models import Draft, Run
from deployments.tests.factories import hold_of
from deployments.tests.version_moves import BREAKING, COMPATIBLE, FIRST, move, page_of, shop_of, url
from foundation.credits import CREDIT
from modules.models import Module
from modules.tests.published_versions import make_module, variable, version_of
from modules.versions import lifecycle


@pytest.fixture
def module(alice):
    """Alice's module for everyone, whose current version 1.1.0 asks one input more than 1.0.0."""
    return make_module(alice, versions=2, schemas=[FIRST, COMPATIBLE], audience=Module.Audience.EVERYONE)


@pytest.fixture
def broken(alice):
    """The same, where 1.1.0 breaks what 1.0.0 promised and reads an address."""
    return make_module(alice, versions=2, schemas=[FIRST, BREAKING], audience=Module.Audience.EVERYONE)


def test_what_never_came_into_being_does_not_begin_with_a_revoked_version(client, alice, carol, module):
    shop = shop_of(module, carol, paid=False, status="pending")
    lifecycle.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
    client.force_login(carol)
    response = client.post(url("run-start", shop.ref))
    assert response.status_code == 409
    assert "Version 1.0.0 was revoked: leaks." in response.content.decode()
    assert shop.runs.count() == 1
    assert client.post(move(client, shop)).url == shop.get_absolute_url()
    assert shop.runs.get(number=2).version.semver == "1.1.0"


@pytest.mark.parametrize("change", [{"audience": "exclusive"}, {"removed_at": timezone.now()}])
def test_what_never_came_into_being_does_not_begin_with_what_its_owner_sees_no_more(alice, carol, change):
    module = make_module(alice, versions=1, audience="everyone")
    deployment = services.create_deployment(module.current_version, name="one", inputs={}, secrets={}, by=carol)
    services.cancel_run(deployment.runs.get(), by=carol)
    Module.objects.filter(pk=module.pk).update(**change)
    with pytest.raises(services.NotDeployable, match="no longer shared with you"):
        services.start_run(deployment, action="retry", by=carol)
    assert deployment.runs.count() == 1


def test_an_update_stays_at_its_version_unless_it_is_asked_to_move(client, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    page = client.get(url("deployment-update", shop.ref)).content.decode()
    assert "This form keeps web-shop on 1.0.0." in page
    assert "in-size" not in page
    review = client.post(url("deployment-update", shop.ref), {"in-greeting": "Hey", "in-region": "north"}).url
    client.post(review)
    shop.refresh_from_db()
    assert (shop.version.semver, shop.runs.get(number=2).version.semver) == ("1.0.0", "1.0.0")


def test_a_move_runs_the_current_version_with_the_inputs_that_it_asks(client, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    page = client.get(url("deployment-update", shop.ref), {"version": "1.1.0"}).content.decode()
    assert "This form updates web-shop from 1.0.0 to 1.1.0." in page
    assert 'name="in-size"' in page
    assert 'value="Hi"' in page
    review = move(client, shop, {"in-size": "7", "in-old": "thing"})
    confirmation = client.get(review)
    assert [change["name"] for change in confirmation.context["changes"]] == ["size"]
    assert "Update web-shop to 1.1.0" in confirmation.content.decode()
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
    assert "Version 1.1.0 is not compatible with 1.0.0:" in page
    assert "input removed <code>old</code>" in page
    refused = client.post(review)
    assert refused.status_code == 422
    assert "Tick the box to accept the changes." in refused.content.decode()
    assert (shop.runs.count(), Draft.objects.count()) == (1, 1)
    assert client.post(review, {"accept": "1.1.0"}).status_code == 302
    assert shop.runs.get(number=2).version.semver == "1.1.0"


def test_a_move_says_what_it_widens(client, carol, broken):
    shop = shop_of(broken, carol)
    client.force_login(carol)
    review = client.get(move(client, shop))
    assert [ability.name for ability in review.context["move"].widened] == ["data.http.page"]
    assert "This update lets the module do more" in review.content.decode()


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


def test_the_form_asks_the_same_people_for_hidden_inputs_as_the_modules_page_shows_them(
    client, alice, bob, carol, admin, broken
):
    set_roles(alice, is_partner=False, is_staff=False, by=admin)
    for person, sees in ((alice, True), (admin, True), (bob, False), (carol, False)):
        own = shop_of(broken, person, name=person.slug)
        client.force_login(person)
        assert ("in-inner" in client.get(url("deployment-update", own.ref)).content.decode()) is sees
        assert broken.shows_hidden_inputs_to(person) is sees


def test_a_version_that_was_replaced_while_the_form_was_open_is_said(client, alice, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
    response = client.post(url("deployment-update", shop.ref), {"version": "1.1.0", "in-greeting": "typed"})
    assert response.status_code == 422
    assert "The version you chose is no longer available." in response.content.decode()
    assert 'value="typed"' in response.content.decode()


def test_a_move_confirmed_after_a_revocation_is_refused(client, alice, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    review = move(client, shop)
    lifecycle.revoke(version_of(module, "1.1.0"), reason="leaks", by=alice)
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
        carol, amount=100 * CREDIT, source="goodwill", reason="test", by=admin, nonce="n", wallet_version=0
    )
    Module.objects.update(own_credit_cost=30 * CREDIT)
    shop = shop_of(module, carol, paid=False)
    client.force_login(carol)
    review = move(client, shop)
    shown = client.get(review)
    assert "for 30 credits" in shown.content.decode()
    client.post(review, {"quote": str(shown.context["quote"])})
    assert hold_of(shop.runs.get(number=2)).amount == 30 * CREDIT


def test_a_form_that_became_stale_shows_the_defaults_of_now(client, alice, carol):
    newest = FIRST | {"variables": [*FIRST["variables"], variable("size", type="number", default=6)]}
    module = make_module(alice, versions=3, schemas=[FIRST, COMPATIBLE, newest], audience=Module.Audience.EVERYONE)
    shop = shop_of(module, carol)
    client.force_login(carol)
    typed = {"version": "1.1.0", "in-greeting": "Hey", "in-region": "north", "in-size": "5"}
    response = client.post(url("deployment-update", shop.ref), typed)
    assert response.status_code == 422
    assert 'value="Hey"' in str(response.context["form"]["greeting"])
    assert 'value="6"' in str(response.context["form"]["size"])
