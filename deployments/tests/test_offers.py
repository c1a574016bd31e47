"""What the Deploy page, the form and the confirmation say of a module's current version, and whose it is."""

import csv
import io

import pytest
from django.urls import reverse

from deployments.models import Deployment, Draft
from deployments.runs.runner import execute_run
from deployments.tests.factories import log_of, make_deployment, make_run
from modules.models import Module
from modules.tests.published_versions import make_module, version_of
from modules.versions import lifecycle
from tests.streaming import whole

PLATFORM = reverse("deployments:deploy")
PARTNERS = PLATFORM + "?tab=partner"
PROGRAM = {"resources": [{"address": "data.external.who", "file": "main.tf", "line": 7}]}


@pytest.fixture
def module(alice):
    return make_module(alice, versions=1, schemas=[PROGRAM], audience=Module.Audience.EVERYONE)


def form_of(module):
    return reverse("deployments:deployment-create", args=[module.ref])


def card_of(page: str, module) -> str:
    """The card of a module, from its link to the end of its item."""
    return page.partition(f'href="{module.get_absolute_url()}"')[2].partition("</li>")[0]


def revoke(module, **fields):
    lifecycle.revoke(version_of(module, "1.0.0"), **{"reason": "It leaks keys."} | fields)


def test_a_revoked_module_stays_in_sight_and_cannot_be_deployed(client, alice, carol, module):
    revoke(module, by=alice)
    client.force_login(carol)
    card = card_of(client.get(PARTNERS).content.decode(), module)
    assert "Revoked</span>" in card
    assert "It leaks keys." in card
    assert client.get(form_of(module)).url == module.get_absolute_url()
    assert "It leaks keys." in client.get(module.get_absolute_url()).content.decode()
    assert client.post(form_of(module), {"name": "web-shop"}).url == module.get_absolute_url()
    assert not Draft.objects.exists()


def test_a_revocation_between_form_and_click_wins(client, alice, carol, module):
    client.force_login(carol)
    review = client.post(form_of(module), {"name": "web-shop"}).url
    revoke(module, by=alice)
    page = client.get(review).content.decode()
    assert "Version 1.0.0 is revoked." in page
    assert "Deploy web-shop" not in page
    response = client.post(review)
    assert response.status_code == 422
    assert "Version 1.0.0 was revoked: It leaks keys." in response.content.decode()
    assert not Deployment.objects.exists()


def test_another_version_takes_the_place_of_a_revoked_one(client, alice, carol):
    module = make_module(alice, versions=2, audience=Module.Audience.EVERYONE)
    lifecycle.revoke(version_of(module, "1.1.0"), reason="leaks", by=alice)
    client.force_login(carol)
    card = card_of(client.get(PARTNERS).content.decode(), module)
    assert "Version 1.0.0" in card
    assert "Revoked" not in card
    assert "Version 1.0.0" in client.get(form_of(module)).content.decode()


def test_a_deprecation_warns_with_reason_and_link_wherever_one_deploys(client, alice, carol, module):
    link = "https://example.com/successor"
    lifecycle.deprecate(version_of(module, "1.0.0"), reason="Use network-v2.", link=link, by=alice)
    client.force_login(carol)
    card = card_of(client.get(PARTNERS).content.decode(), module)
    form = client.get(form_of(module)).content.decode()
    response = client.post(form_of(module), {"name": "web-shop"})
    review = client.get(response.url).content.decode()
    assert "Deprecated</span>" in card
    for page in (card, form, review):
        assert "1.0.0 is deprecated." in page
        assert "Use network-v2." in page
        assert f'href="{link}" rel="noopener noreferrer nofollow"' in page
    client.post(response.url)
    assert Deployment.objects.get().version.semver == "1.0.0"


def test_the_confirmation_says_what_the_module_can_do(client, carol, module):
    client.force_login(carol)
    page = client.get(client.post(form_of(module), {"name": "web-shop"}).url).content.decode()
    assert "What this module can do" in page
    assert "<code>data.external.who</code>" in page
    assert "main.tf:7" in page


def test_a_partners_module_named_like_one_of_the_platform_says_whose_it_is(client, alice, bob, carol, admin):
    modules = [make_module(owner, by=owner or admin, versions=1) for owner in (None, alice, bob)]
    Module.objects.update(title="Network", audience=Module.Audience.EVERYONE)
    for module, slug in zip(modules, ["network", "network", "network"], strict=True):
        Module.objects.filter(pk=module.pk).update(slug=slug)
    client.force_login(carol)
    partners = client.get(PARTNERS).content.decode()
    ours, alices, bobs = modules
    platform = card_of(client.get(PLATFORM).content.decode(), ours)
    assert "By <strong>Platform</strong>" in platform
    assert "platform/network" in platform
    for module, name in ((alices, "Alice"), (bobs, "Bob")):
        assert f"By <strong>{name}</strong>" in card_of(partners, module)
        assert f"{name.lower()}/network" in card_of(partners, module)
        assert f"1.0.0 by {name}." in client.get(form_of(module)).content.decode()


def test_two_modules_of_one_title_and_partner_are_told_apart(client, alice, carol):
    one, two = (make_module(alice, versions=1, audience=Module.Audience.EVERYONE) for _ in range(2))
    client.force_login(carol)
    page = client.get(PARTNERS).content.decode()
    assert one.slug != two.slug
    for module in (one, two):
        assert f"alice/{module.slug}</code>" in card_of(page, module)


def test_cards_show_the_title_in_effect_and_deployments_the_one_they_were_made_with(client, alice, carol, module):
    Module.objects.update(title="Greeting by us", own_title="Greeting by us")
    client.force_login(carol)
    assert "Greeting by us" in client.get(PARTNERS).content.decode()
    client.post(client.post(form_of(module), {"name": "web-shop"}).url)
    Module.objects.update(title="Renamed")
    deployment = Deployment.objects.get()
    listed = client.get(reverse("deployments:deployment-list")).content.decode()
    for page in (listed, client.get(deployment.get_absolute_url()).content.decode()):
        assert "Greeting by us" in page
        assert "Renamed" not in page
    found = client.get(reverse("deployments:deployment-list") + "?q=by+us")
    assert [row.name for row in found.context["page"]] == ["web-shop"]


def test_the_list_filters_and_exports_by_module_and_version(client, alice, bob, carol):
    rows = {}
    for owner in (alice, bob):
        version = version_of(make_module(owner, versions=2), "1.1.0")
        rows[owner] = make_deployment(version, owner=carol, name=f"of-{owner.slug}")
        make_run(rows[owner])
    client.force_login(carol)
    address = reverse("deployments:deployment-list")
    page = client.get(address).content.decode()
    for owner, deployment in rows.items():
        ref = deployment.version.module.ref
        assert f'<option value="{ref}">Greeting, {owner.slug}</option>' in page
        found = client.get(f"{address}?module={ref}").context["page"]
        assert [row.name for row in found] == [f"of-{owner.slug}"]
    export = whole(client.get(reverse("deployments:deployment-export"))).decode()
    assert [row["Version"] for row in csv.DictReader(io.StringIO(export))] == ["1.1.0", "1.1.0"]


def test_the_log_says_version_and_publisher(alice, carol, runs_dir):
    version = version_of(make_module(alice, versions=2), "1.1.0")
    run = make_run(make_deployment(version, owner=carol))
    execute_run(run.pk)
    assert log_of(run)[0] == "Deploy web-shop: Greeting 1.1.0 by Alice, run 1"
