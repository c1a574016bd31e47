"""Who is told that a version was revoked, on real outbox rows."""

import pytest

from deployments.models import Deployment, RevocationNotice
from deployments.notices import tell_of_revocations
from deployments.tasks import tell_of_removals
from deployments.tests.factories import make_deployment
from foundation.models import OutboxMessage
from modules.models import Module
from modules.tests.published_versions import make_module, version_of
from modules.versions import lifecycle


@pytest.fixture
def greeting(alice):
    """Alice's module for everyone, with the versions 1.0.0 and 1.1.0."""
    return make_module(alice, versions=2, audience=Module.Audience.EVERYONE)


def live(module, owner, semver="1.1.0", name="web-shop", **fields) -> Deployment:
    return make_deployment(version_of(module, semver), owner=owner, name=name, **{"status": "live"} | fields)


def revoke(module, by, reason="It leaks keys."):
    lifecycle.revoke(version_of(module, "1.1.0"), reason=reason, by=by)


def told() -> list[str]:
    return sorted(OutboxMessage.objects.values_list("to", flat=True))


def test_each_owner_of_live_deployments_is_told_once_with_reason_and_links(greeting, alice, bob, carol, settings):
    settings.PORTAL_URL = "https://portal.example"
    shop, queue = live(greeting, carol), live(greeting, carol, name="queue")
    live(greeting, bob)
    revoke(greeting, alice)
    tell_of_revocations()
    tell_of_revocations()
    assert told() == ["bob@example.com", "carol@example.com"]
    mail = OutboxMessage.objects.get(to="carol@example.com")
    assert mail.subject == "Version 1.1.0 of Greeting was revoked"
    assert mail.text.startswith("Hello,\n\nVersion 1.1.0 of Greeting by Alice was revoked on ")
    assert "Reason: It leaks keys.\n" in mail.text
    assert f"- web-shop, version 1.1.0: https://portal.example/deployments/{shop.ref}/\n" in mail.text
    assert f"- queue, version 1.1.0: https://portal.example/deployments/{queue.ref}/\n" in mail.text
    assert "You get this e-mail because you have live deployments of this version." in mail.text


def test_deployments_of_other_versions_and_dead_ones_are_not_told(greeting, alice, bob, carol):
    live(greeting, bob, "1.0.0")
    live(greeting, carol, status="destroyed", destroyed_at="2026-11-01T10:00Z")
    revoke(greeting, alice)
    tell_of_revocations()
    assert told() == []


def test_the_publishers_own_deployments_are_not_told(greeting, alice, carol):
    live(greeting, alice)
    live(greeting, carol)
    revoke(greeting, alice)
    tell_of_revocations()
    assert told() == ["carol@example.com"]


def test_a_revocation_taken_back_before_the_look_sends_none(greeting, alice, carol):
    live(greeting, carol)
    revoke(greeting, alice)
    lifecycle.unrevoke(version_of(greeting, "1.1.0"), by=alice)
    tell_of_revocations()
    assert told() == []
    assert not RevocationNotice.objects.exists()


def test_a_second_revocation_is_told_anew(greeting, alice, carol):
    live(greeting, carol)
    for _ in range(2):
        revoke(greeting, alice)
        tell_of_revocations()
        lifecycle.unrevoke(version_of(greeting, "1.1.0"), by=alice)
    assert told() == ["carol@example.com"] * 2


def test_the_periodic_task_tells_of_revocations_too(greeting, alice, carol):
    live(greeting, carol)
    revoke(greeting, alice)
    tell_of_removals()
    assert told() == ["carol@example.com"]
