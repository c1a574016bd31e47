"""Who is told that a module left the catalogue, on real outbox rows."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from deployments import notices
from deployments.models import Deployment, RemovalNotice
from deployments.notices import tell_of_removals
from deployments.tests.factories import make_deployment, make_run
from foundation.models import OutboxMessage
from modules.models import Module
from modules.publishing import services
from modules.tests.published_versions import make_module
from tests.fixtures.live import owning


@pytest.fixture
def greeting(alice):
    """Alice's module for everyone."""
    return make_module(alice, audience=Module.Audience.EVERYONE)


def live(module, owner, name="web-shop", **fields) -> Deployment:
    return make_deployment(module.versions.get(number=1), owner=owner, name=name, **{"status": "live"} | fields)


def told() -> list[str]:
    return sorted(OutboxMessage.objects.values_list("to", flat=True))


def test_each_owner_of_live_deployments_is_told_once_with_all_of_theirs(greeting, alice, bob, carol, settings):
    settings.PORTAL_URL = "https://portal.example"
    shop, queue = live(greeting, carol), live(greeting, carol, "queue")
    live(greeting, bob)
    services.remove(greeting, by=alice)
    tell_of_removals()
    tell_of_removals()
    assert told() == ["bob@example.com", "carol@example.com"]
    mail = OutboxMessage.objects.get(to="carol@example.com")
    assert mail.subject == "Greeting was removed from the catalogue"
    assert mail.text.startswith("Hello,\n\nGreeting by Alice was removed from the catalogue on ")
    assert f"- web-shop, version 1.0.0: https://portal.example/deployments/{shop.ref}/\n" in mail.text
    assert f"- queue, version 1.0.0: https://portal.example/deployments/{queue.ref}/\n" in mail.text
    assert "You get this e-mail because you have live deployments of this module." in mail.text


def test_the_modules_own_partner_is_not_told_of_their_removal(greeting, alice, carol):
    live(greeting, alice)
    live(greeting, carol)
    services.remove(greeting, by=alice)
    tell_of_removals()
    assert told() == ["carol@example.com"]


def test_an_admin_with_a_deployment_is_told_of_a_platform_module(carol, admin):
    module = make_module(None, by=admin)
    live(module, carol)
    live(module, admin)
    services.remove(module, by=admin)
    tell_of_removals()
    assert told() == ["admin@example.com", "carol@example.com"]
    assert OutboxMessage.objects.first().text.startswith("Hello,\n\nGreeting by Platform was removed")


def test_only_what_lives_counts(greeting, alice, bob, carol, admin):
    live(greeting, bob, status="destroyed", destroyed_at=timezone.now())
    make_run(live(greeting, carol, status="pending"), status="failed")
    make_run(live(greeting, admin, status="pending"), status="applying")
    services.remove(greeting, by=alice)
    tell_of_removals()
    assert told() == ["admin@example.com"]


def test_who_cannot_sign_in_any_more_is_not_told(greeting, alice, bob, carol):
    live(greeting, carol)
    live(greeting, bob)
    type(bob).objects.filter(pk=bob.pk).update(is_active=False)
    services.remove(greeting, by=alice)
    tell_of_removals()
    assert told() == ["carol@example.com"]


def test_a_module_that_came_back_before_the_notice_sends_none(greeting, alice, carol):
    live(greeting, carol)
    services.remove(greeting, by=alice)
    Module.objects.update(removed_at=None)
    tell_of_removals()
    assert told() == []
    assert not RemovalNotice.objects.exists()


def test_a_second_removal_is_told_anew(greeting, alice, carol):
    live(greeting, carol)
    for _ in range(2):
        services.remove(greeting, by=alice)
        tell_of_removals()
        Module.objects.update(removed_at=None)
    assert told() == ["carol@example.com"] * 2


def test_who_deploys_after_the_notice_was_written_is_not_told_of_an_old_removal(greeting, alice, carol):
    services.remove(greeting, by=alice)
    tell_of_removals()
    live(greeting, carol)
    tell_of_removals()
    assert told() == []


def test_a_module_in_the_catalogue_tells_nobody(greeting, carol):
    live(greeting, carol)
    tell_of_removals()
    assert told() == []


def test_a_title_of_several_lines_makes_one_line_of_subject(greeting, alice, carol):
    deployment = live(greeting, carol)
    with owning():
        type(deployment.cost_centre).objects.update(module_title="Greeting\r\nBcc: all")
    services.remove(greeting, by=alice)
    tell_of_removals()
    assert OutboxMessage.objects.get().subject == "Greeting Bcc: all was removed from the catalogue"


def test_dying_between_two_people_leaves_both_to_the_next_look(live_db, greeting, alice, bob, carol, monkeypatch):
    live(greeting, bob)
    live(greeting, carol)
    services.remove(greeting, by=alice)
    post, posted = notices.outbox.post, []

    def post_one(**mail):
        if posted:
            raise KeyboardInterrupt
        posted.append(post(**mail))

    with monkeypatch.context() as patched:
        patched.setattr(notices.outbox, "post", post_one)
        with pytest.raises(KeyboardInterrupt):
            tell_of_removals()
    assert told() == []
    tell_of_removals()
    assert told() == ["bob@example.com", "carol@example.com"]


def test_many_workers_at_once_tell_each_person_once(live_db, greeting, alice, bob, carol):
    live(greeting, bob)
    live(greeting, carol)
    services.remove(greeting, by=alice)

    def tell(_):
        try:
            notices._tell_of_removal(greeting.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(tell, range(16)))
    assert told() == ["bob@example.com", "carol@example.com"]
    assert RemovalNotice.objects.count() == 1
