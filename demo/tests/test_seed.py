"""The demo world is created by the running portal, completed after an interruption, then unchanged."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import entry_rules
from accounts.models import GitHubConnection, PlatformSettings, SignUp, User
from billing import services as billing
from billing.models import Transfer
from demo import seed
from deployments.models import Deployment, Run
from foundation.credits import CREDIT
from modules.models import Module
from modules.publishing.candidates import newest_scan, of_repository

ENDS = {
    "spring-campaign": ("destroyed", "succeeded"),
    "checkout-api": ("live", "succeeded"),
    "web-shop": ("live", "succeeded"),
    "sales-figures": ("live", "failed"),
    "order-queues": ("live", "succeeded"),
    "sensor-network": ("live", "succeeded"),
    "company-site": ("live", "succeeded"),
}


def _candidates(name):
    connection = GitHubConnection.objects.get(owner__email=f"{name}@example.com")
    return of_repository(connection, newest_scan(connection))


class Interrupted(Exception):
    """The demo was stopped while it was seeded."""


def plant(*, until: str = "") -> list[str]:
    """Run all steps and return their messages. Interrupted by the first message that mentions `until`."""
    said = []

    def say(what):
        said.append(what)
        if until and until in what:
            raise Interrupted

    for step in seed.STEPS:
        step(say)
    return said


def test_interrupted_seed_is_completed_and_then_left_alone(live_db, github, worker):
    worker()
    moments = ("bob@example.com", "alice-example/", "spring-campaign", "a release", "updates to publish", "webhook of")
    for moment in moments:
        with pytest.raises(Interrupted):
            plant(until=moment)
    assert plant() != []

    newest = {name: Run.objects.filter(deployment__name=name).newest_first().first() for name in ENDS}
    assert {name: (run.deployment.status, run.status) for name, run in newest.items()} == ENDS
    assert Deployment.objects.count() == len(ENDS)
    assert Module.objects.published().count() == 11
    assert list(Module.objects.partners().filter(audience="everyone").values_list("path", flat=True)) == [
        "secure_web_app"
    ]
    waiting = {each.path: each.change for each in _candidates("alice") if each.change not in ("", "unchanged")}
    assert waiting == {"clinic_records": "updated", "message_bus": "updated"}
    released = Module.objects.get(path="secure_web_app").current_version
    assert (released.semver, released.bump, released.tag) == ("1.1.0", "minor", "secure_web_app/v1.1.0")
    hooks = {github.world.repositories[hook.repository_id].full_name for hook in github.world.hooks.values()}
    assert hooks == {"alice-example/cloud-modules", "platform-example/platform-modules"}
    balances = {person.short_name: billing.balance(person).available // CREDIT for person in User.objects.all()}
    assert balances == {"Alice": 1000, "Bob": 1080, "Carol": 310, "Admin": 0}  # 60 of hers are reserved for what failed
    assert Transfer.objects.get(kind="revenue").share_amount == 18_90

    with CaptureQueriesContext(connection) as queries:
        assert plant() == []
    assert len(queries) <= 12


@pytest.mark.django_db
def test_a_new_demo_is_open_to_everyone_and_an_admins_choice_stays():
    seed.people(print)
    assert PlatformSettings.load().sign_up == SignUp.OPEN
    entry_rules.set_sign_up(SignUp.CLOSED, by=None)
    seed.people(print)
    assert PlatformSettings.load().sign_up == SignUp.CLOSED
