"""What a page has shown is what is held: prices, kinds of credits and versions that change meanwhile."""

import pytest
from django.urls import reverse

from billing import services as billing
from billing.models import Hold
from deployments import quotes, services
from deployments.models import Deployment, Draft, Run
from deployments.quotes import Quote
from deployments.tests.factories import hold_of, make_deployment, make_run
from foundation.credits import CREDIT
from foundation.engine import record_terraform
from modules.models import Module
from modules.tests.published_versions import EMPTY, add_version, make_module, version_of
from modules.versions import lifecycle


@pytest.fixture
def module(admin):
    """A platform module for 40 credits."""
    return make_module(None, by=admin, versions=1, own_credit_cost=40 * CREDIT)


@pytest.fixture
def carols(client, carol, admin):
    """A browser of carol, who has 100 awarded credits."""
    billing.add_credits(
        carol, amount=100 * CREDIT, source="goodwill", reason="test", by=admin, nonce="n", wallet_version=0
    )
    client.force_login(carol)
    return client


def reprice(module, **fields):
    Module.objects.filter(pk=module.pk).update(**fields)


def review(client, module):
    """The address of the confirmation, and what its page would post."""
    address = client.post(reverse("deployments:deployment-create", args=[module.ref]), {"name": "web-shop"}).url
    context = client.get(address).context
    return address, {"seen": context["seen"], "quote": str(context["quote"])}


ALIASED = EMPTY | {"unconfigured": ["aws.east"]}
NEWER = EMPTY | {"required_version": ">= 2.0"}
BY_CALLER = "It needs a calling module that passes it the provider configuration aws.east."
BY_VERSION = "It needs Terraform &gt;= 2.0. This portal runs 1.15.5."


@pytest.fixture
def engine(db):
    record_terraform("1.15.4")
    record_terraform("1.15.5")


@pytest.mark.parametrize(("schema", "reason"), [(ALIASED, BY_CALLER), (NEWER, BY_VERSION)])
def test_module_that_can_only_fail_says_why_instead_of_a_button(carols, admin, engine, schema, reason):
    module = make_module(None, by=admin, versions=1, schemas=[schema])
    form = reverse("deployments:deployment-create", args=[module.ref])
    page = carols.get(module.get_absolute_url()).content.decode()
    assert reason in page
    assert form not in page
    assert reason in carols.get(reverse("deployments:deploy")).content.decode()
    assert carols.get(form).url == module.get_absolute_url()


@pytest.mark.parametrize("schema", [ALIASED, NEWER])
def test_nobody_pays_for_a_deployment_that_can_only_fail(carol, admin, engine, schema):
    version = make_module(None, by=admin, versions=1, schemas=[schema]).current_version
    with pytest.raises(services.NotDeployable, match=r"Version 1\.0\.0 can't be deployed here\. It needs "):
        services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol)
    assert not Deployment.objects.exists()


def test_version_that_needs_another_terraform_is_no_update(carols, carol, admin, engine):
    module = make_module(None, by=admin, versions=2, schemas=[EMPTY, NEWER])
    shop = make_deployment(version_of(module, "1.0.0"), owner=carol, status="live")
    make_run(shop, status="succeeded")
    assert "Update to 1.1.0" not in carols.get(shop.get_absolute_url()).content.decode()
    with pytest.raises(services.NotDeployable, match="It needs Terraform >= 2.0"):
        services.start_run(shop, action=Run.Action.UPDATE, version=version_of(module, "1.1.0"), by=carol)
    assert services.start_run(shop, action=Run.Action.UPDATE, by=carol).number == 2


def test_module_is_deployable_while_no_worker_has_told_its_terraform(carol, admin):
    version = make_module(None, by=admin, versions=1, schemas=[NEWER]).current_version
    assert services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol).name == "shop"


def test_the_price_in_effect_goes_before_the_repositorys(carols, module, carol):
    address, shown = review(carols, module)
    assert "Deploy for 40 credits" in carols.get(address).content.decode()
    carols.post(address, shown)
    assert Hold.objects.get().amount == 40 * CREDIT


def test_a_price_that_changed_after_the_page_is_never_held(carols, module, carol):
    address, shown = review(carols, module)
    reprice(module, own_credit_cost=75 * CREDIT)
    response = carols.post(address, shown)
    page = response.content.decode()
    assert response.status_code == 422
    assert "The price changed from 40 to 75 credits. Check it and confirm again." in page
    assert "Your inputs are kept. No run was started and no credits were reserved." in page
    assert "Open Billing" not in page
    assert "Deploy for 75 credits" in page
    assert not Deployment.objects.exists()
    assert billing.balance(carol).held == 0
    carols.post(address, {"seen": response.context["seen"], "quote": str(response.context["quote"])})
    assert Hold.objects.get().amount == 75 * CREDIT


def test_too_few_credits_lead_to_billing(carols, module):
    reprice(module, own_credit_cost=101 * CREDIT)
    address, shown = review(carols, module)
    response = carols.post(address, shown)
    assert response.status_code == 422
    assert "Open Billing" in response.content.decode()


def test_a_lower_price_is_shown_before_it_is_held_too(carols, module):
    address, shown = review(carols, module)
    reprice(module, own_credit_cost=0)
    response = carols.post(address, shown)
    assert response.status_code == 422
    assert "The price changed from 40 to 0 credits. Check it and confirm again." in response.content.decode()
    assert not Deployment.objects.exists()


def test_purchased_only_set_after_the_page_is_told(carols, module):
    address, shown = review(carols, module)
    reprice(module, own_purchased_only=True)
    response = carols.post(address, shown)
    assert response.status_code == 422
    assert "Only Purchased credits can pay for it now." in response.content.decode()
    assert response.context["usable"] == 0
    assert not Deployment.objects.exists()


def test_a_forged_price_lowers_nothing(carols, module):
    address, shown = review(carols, module)
    response = carols.post(address, shown | {"quote": "1.0.0 0 any"})
    assert response.status_code == 422
    assert not Deployment.objects.exists()
    carols.post(address, shown | {"quote": "whatever"})
    assert Hold.objects.get().amount == 40 * CREDIT


def test_a_retry_holds_the_price_on_its_button_or_nothing(carols, module, carol):
    address, shown = review(carols, module)
    carols.post(address, shown)
    deployment = Deployment.objects.get()
    services.finish_run(deployment.runs.get(), token=0, status=Run.Status.FAILED)
    page = carols.get(deployment.get_absolute_url())
    assert "Run again for 40 credits" in page.content.decode()
    assert 'name="quote" value="1.0.0 400000 any"' in page.content.decode()
    reprice(module, own_credit_cost=75 * CREDIT)
    start = reverse("deployments:run-start", args=[deployment.ref])
    response = carols.post(start, {"quote": str(page.context["quote"])})
    assert response.status_code == 422
    assert "The price changed from 40 to 75 credits. Check it and confirm again." in response.content.decode()
    assert "Run again for 75 credits" in response.content.decode()
    assert (deployment.runs.count(), billing.balance(carol).held) == (1, 0)
    carols.post(start, {"quote": str(response.context["quote"])})
    assert hold_of(deployment.runs.get(number=2)).amount == 75 * CREDIT


def test_an_update_of_what_was_never_paid_holds_what_its_review_showed(carols, module, carol):
    address, shown = review(carols, module)
    carols.post(address, shown)
    deployment = Deployment.objects.get()
    services.finish_run(deployment.runs.get(), token=0, status=Run.Status.FAILED)
    address = carols.post(reverse("deployments:deployment-update", args=[deployment.ref]), {"version": "1.0.0"}).url
    shown = carols.get(address).context["quote"]
    reprice(module, own_credit_cost=75 * CREDIT)
    response = carols.post(address, {"quote": str(shown)})
    assert response.status_code == 422
    assert "for 75 credits" in response.content.decode()
    assert (deployment.runs.count(), Draft.objects.count()) == (1, 1)


def test_what_was_paid_once_is_free_whatever_the_price_is_now(carols, module, carol):
    address, shown = review(carols, module)
    carols.post(address, shown)
    deployment = Deployment.objects.get()
    run = deployment.runs.get()
    for step in ["preparing", "planning", "applying", "saving"]:
        run.advance(Run.Status(step), token=0)
    services.finish_run(run, token=0, status=Run.Status.SUCCEEDED)
    shown = carols.get(deployment.get_absolute_url()).context["quote"]
    reprice(module, own_credit_cost=75 * CREDIT, own_purchased_only=True)
    carols.post(reverse("deployments:run-start", args=[deployment.ref]), {"quote": str(shown)})
    assert hold_of(deployment.runs.get(number=2)) is None
    assert billing.balance(carol).posted == 60 * CREDIT


def test_a_partners_own_module_costs_nothing_at_any_price(alice, bob):
    module = make_module(alice, versions=1, own_credit_cost=40 * CREDIT, own_purchased_only=True)
    version = version_of(module, "1.0.0")
    version.module = module
    assert quotes.quote(version, alice) == Quote("1.0.0", 0)
    assert quotes.quote(version, bob) == Quote("1.0.0", 40 * CREDIT, is_purchased_only=True)


def test_a_price_of_zero_may_be_set_over_the_repositorys(bob, alice):
    module = make_module(alice, versions=1, own_credit_cost=0)
    version = add_version(module, number=2, credit_cost=40 * CREDIT)
    assert quotes.quote(version, bob).price == 0


@pytest.mark.parametrize("text", [None, "", "1.0.0", "1.0.0 x any", "1.0.0 -4 any", "1.0.0 4 none", "1.0.0 ४ any"])
def test_what_no_page_shows_is_no_quote(text):
    assert Quote.read(text) is None


def test_a_quote_reads_back_as_it_was_written():
    for quote in (Quote("1.0.0", 0), Quote("2.0.0-rc.1", 123_456, is_purchased_only=True)):
        assert Quote.read(str(quote)) == quote


def test_a_revoked_version_is_refused_with_its_reason(carol, admin, module):
    lifecycle.revoke(version_of(module, "1.0.0"), reason="It leaks keys.", by=admin)
    with pytest.raises(services.NotDeployable, match=r"^Version 1.0.0 was revoked: It leaks keys\.$"):
        services.create_deployment(version_of(module, "1.0.0"), name="x", inputs={}, secrets={}, by=carol)
    assert not Deployment.objects.exists()


def test_the_catalogue_sorts_by_the_price_in_effect(carols, admin):
    for title, cost in [("Dear", 9), ("Cheap", 1), ("Middle", 5)]:
        made = make_module(None, by=admin, versions=1, own_credit_cost=cost * CREDIT)
        reprice(made, title=title)
    page = carols.get(reverse("deployments:deploy") + "?sort=cost")
    assert [module.title for module in page.context["page"]] == ["Cheap", "Middle", "Dear"]
    assert "5 credits" in page.content.decode()


def test_the_badge_purchased_only_follows_what_is_in_effect(carols, module):
    address = reverse("deployments:deploy")
    assert "Purchased only" not in carols.get(address).content.decode()
    reprice(module, own_purchased_only=True)
    assert "Purchased only" in carols.get(address).content.decode()
