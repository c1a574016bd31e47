"""What the page of a deployment says of versions that came later, went back, were deprecated, revoked or removed."""

import pytest

from accounts.models import PlatformSettings
from deployments import services
from deployments.models import Run
from deployments.tests.factories import make_deployment, make_run
from deployments.tests.version_moves import COMPATIBLE, FIRST, page_of, shop_of, url
from modules.models import Module
from modules.publishing import services as catalogue
from modules.tests.published_versions import make_module, version_of
from modules.versions import lifecycle


@pytest.fixture
def module(alice):
    """Alice's module for everyone, whose current version 1.1.0 asks one input more than 1.0.0."""
    return make_module(alice, versions=2, schemas=[FIRST, COMPATIBLE], audience=Module.Audience.EVERYONE)


def test_a_newer_version_is_said_with_what_it_changes(client, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "<strong>Version 1.1.0 is available.</strong>" in page
    assert "What changes from 1.0.0 to 1.1.0" in page
    assert "<code>size</code>" in page
    assert f"/deployments/{shop.ref}/update/?version=1.1.0" in page


def test_the_current_version_needs_no_word(client, alice, carol, module):
    lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
    client.force_login(carol)
    page = page_of(client, shop_of(module, carol))
    assert "is available" not in page
    assert "Update to" not in page


def test_a_roll_back_is_said(client, alice, carol, module):
    shop = make_deployment(version_of(module, "1.1.0"), owner=carol, status="live")
    make_run(shop, status="succeeded")
    lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "<strong>New deployments use 1.0.0 again.</strong>" in page
    assert "is available" not in page


def test_a_revocation_is_no_roll_back_and_a_deprecated_successor_is_said(client, alice, carol, module):
    shop = make_deployment(version_of(module, "1.1.0"), owner=carol, status="live")
    make_run(shop, status="succeeded")
    lifecycle.revoke(version_of(module, "1.1.0"), reason="It leaks keys.", by=alice)
    lifecycle.deprecate(version_of(module, "1.0.0"), reason="Old provider.", by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "Version 1.1.0 is revoked." in page
    assert "“It leaks keys.”" in page
    assert "<strong>New deployments use 1.0.0.</strong> Version 1.1.0 was revoked." in page
    assert "Version 1.0.0 is deprecated: “Old provider.”" in page
    form = client.get(url("deployment-update", shop.ref), {"version": "1.0.0"}).content.decode()
    assert "returned to it" not in page + form


def test_a_deprecation_is_said_with_reason_and_link(client, alice, carol, module):
    version = version_of(module, "1.0.0")
    lifecycle.deprecate(version, reason="Old <b>provider</b>.", link="https://example.com/why", by=alice)
    client.force_login(carol)
    page = page_of(client, shop_of(module, carol))
    assert "Version 1.0.0 is deprecated." in page
    assert "Old &lt;b&gt;provider&lt;/b&gt;." in page
    assert '<a href="https://example.com/why" rel="noopener noreferrer nofollow">' in page


def test_a_revocation_is_said_and_what_lives_goes_on(client, alice, carol, module):
    shop = shop_of(module, carol)
    lifecycle.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "Version 1.0.0 is revoked." in page
    assert "Existing deployments are not affected. You can&#x27;t create new ones." in page
    assert services.start_run(shop, action=Run.Action.UPDATE, by=carol).version.semver == "1.0.0"


def test_a_removal_is_said_and_what_lives_goes_on(client, alice, carol, module):
    shop = shop_of(module, carol)
    catalogue.remove(module, by=alice)
    client.force_login(carol)
    page = page_of(client, shop)
    assert "This module was removed from the catalogue on" in page
    assert "This deployment is not affected. You can still change it, run it again or destroy it." in page
    assert "1.1.0" not in page
    assert services.start_run(shop, action=Run.Action.UPDATE, by=carol).version.semver == "1.0.0"


def test_who_lost_sight_of_a_module_learns_nothing_of_its_versions(client, alice, carol, module):
    shop = shop_of(module, carol)
    client.force_login(carol)
    assert "1.1.0" in page_of(client, shop)
    Module.objects.update(audience=Module.Audience.EXCLUSIVE, title="Renamed")
    page = page_of(client, shop)
    assert "no longer in the catalogue, or no longer shared with you" in page
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
    assert "Version 1.1.0 is available." in page
    assert "?version=1.1.0" not in page


def test_what_is_destroyed_needs_no_word(client, carol, module):
    shop = shop_of(module, carol, status="destroyed", destroyed_at="2026-11-01T10:00Z")
    client.force_login(carol)
    assert "is available" not in page_of(client, shop)
