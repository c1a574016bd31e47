"""The lifecycle of versions while somebody else publishes or deploys: real commits, in a controlled order."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from deployments import services as deployments
from deployments.models import Deployment
from modules.models import Module
from modules.publishing import services
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.published_versions import make_module, version_of
from modules.versions import lifecycle

TIMEOUT = 20  # seconds
WAITS_FOR_ME = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"


@contextmanager
def followed_by(deed):
    """Do the body in a transaction that commits only once `deed`, begun after it elsewhere, waits for it."""
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            outcome = []
            yield outcome
            future = pool.submit(_elsewhere, deed)
            _wait_until_it_waits()
        outcome.append(future.result(TIMEOUT))


def _elsewhere(deed):
    try:
        return deed()
    except (lifecycle.Refused, deployments.Refused) as error:
        return str(error)
    finally:
        connection.close()


def _wait_until_it_waits():
    deadline = time.monotonic() + TIMEOUT
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITS_FOR_ME)
            if cursor.fetchone():
                return
            time.sleep(0.02)
    pytest.fail("It did not wait for the other transaction.")


def deploy(version, by):
    return deployments.create_deployment(version, name="web-shop", inputs={}, secrets={}, by=by)


@pytest.fixture
def module(alice):
    return make_module(alice, audience=Module.Audience.EVERYONE)


def test_deployment_begun_after_a_revocation_sees_it(live_db, alice, carol, module):
    version = version_of(module, "1.2.0")
    with followed_by(lambda: deploy(version, carol)) as outcome:
        lifecycle.revoke(version, reason="leaks", by=alice)
    assert outcome == ["Version 1.2.0 was revoked: leaks."]
    assert not Deployment.objects.exists()


def test_deployment_begun_after_a_roll_back_is_not_made_of_the_other_version(live_db, alice, carol, module):
    version = version_of(module, "1.2.0")
    with followed_by(lambda: deploy(version, carol)) as outcome:
        lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
    assert outcome == ["Version 1.2.0 is no longer available. Open the module to deploy its current version."]
    assert not Deployment.objects.exists()


def test_revocation_waits_for_a_deployment_that_is_being_created(live_db, alice, carol, module):
    version = version_of(module, "1.2.0")
    with followed_by(lambda: lifecycle.revoke(version, reason="leaks", by=alice).semver) as outcome:
        deploy(version, carol)
    assert outcome == ["1.2.0"]
    assert Deployment.objects.get().version == version
    module.refresh_from_db()
    assert module.current_version.semver == "1.1.0"


@pytest.fixture
def published(live_db, alice, github):
    """A module at its second version, with a third one scanned: the scan and the module."""
    connection_of_alice = connect(github, alice, files={"greeting/main.tf": GREETING})
    (module,) = publish(connection_of_alice, "greeting").created
    for number in (2, 3):
        github.commit(NAME, {"greeting/main.tf": f"# {number}\n{GREETING}"})
        if number == 2:
            publish(connection_of_alice, "greeting")
    return scan(connection_of_alice), module


def standing(module) -> tuple[int, list[int]]:
    module.refresh_from_db()
    return module.current_version.number, [version.number for version in module.versions.all()]


def test_roll_back_begun_during_a_publish_goes_last(published, alice):
    found, module = published
    first = module.versions.get(number=1)
    with followed_by(lambda: lifecycle.make_current(first, by=alice).number) as outcome:
        services.publish(found.connection, scan=found, paths={"greeting"}, by=alice)
    assert outcome == [1]
    assert standing(module) == (1, [3, 2, 1])


def test_publish_begun_during_a_roll_back_goes_last(published, alice):
    found, module = published

    def publication():
        return len(services.publish(found.connection, scan=found, paths={"greeting"}, by=alice).updated)

    with followed_by(publication) as outcome:
        lifecycle.make_current(module.versions.get(number=1), by=alice)
    assert outcome == [1]
    assert standing(module) == (3, [3, 2, 1])


def test_two_revocations_at_once_leave_a_version_that_can_be_deployed(live_db, alice, module):
    newest, middle = version_of(module, "1.2.0"), version_of(module, "1.1.0")
    with followed_by(lambda: lifecycle.revoke(middle, reason="leaks too", by=alice).semver):
        lifecycle.revoke(newest, reason="leaks", by=alice)
    module.refresh_from_db()
    assert module.current_version.semver == "1.0.0"
    assert Module.objects.deployable().get() == module
