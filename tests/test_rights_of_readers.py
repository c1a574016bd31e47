"""Who reads a log or a download may do so as long as a page would show it to them."""

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.models import PlatformSettings, User
from accounts.readers import still_allowed
from deployments.tests.factories import make_deployment, make_run, make_state, make_version

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private_mode(db):
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=True)


@pytest.fixture
def addresses(alice):
    run = make_run(make_deployment(make_version({}, owner=alice), owner=alice), status="failed")
    of_run = [run.deployment.ref, run.number]
    run.deployment.state = make_state(run, outputs={"kubeconfig": {"value": "x" * 70_000, "type": "string"}})
    run.deployment.save()
    return {
        "log": reverse("deployments:run-log", args=of_run),
        "log.txt": reverse("deployments:run-log-text", args=of_run),
        "output": reverse("deployments:output-file", args=[run.deployment.ref, "kubeconfig"]),
        "deployments.csv": reverse("deployments:deployment-export"),
        "transactions.csv": reverse("billing:transactions-csv"),
    }


def readers(person, addresses):
    """The reader of each stream that this person gets."""
    browser = Client()
    browser.force_login(person)
    return {name: browser.get(address).reader for name, address in addresses.items()}


def left(readers):
    """The names of the streams that go on."""
    allowed = still_allowed(list(readers.values()))
    return [name for number, name in enumerate(readers) if number in allowed]


EVERYTHING = ["log", "log.txt", "output", "deployments.csv", "transactions.csv"]


def test_a_partner_loses_what_private_mode_has_opened(addresses, alice, bob):
    of_bob, of_alice = readers(bob, addresses), readers(alice, addresses)
    assert left(of_bob) == EVERYTHING
    PlatformSettings.objects.update(private_mode=False)
    assert left(of_bob) == ["transactions.csv"]  # his own
    assert left(of_alice) == ["log", "log.txt", "output", "transactions.csv"]  # her own; her list had everyone's


def test_a_partner_who_loses_the_role_loses_it_too(addresses, bob):
    of_bob = readers(bob, addresses)
    User.objects.filter(pk=bob.pk).update(is_partner=False, partner_since=None)
    assert left(of_bob) == ["transactions.csv"]


def test_an_admin_who_loses_the_role_loses_what_was_everyones(addresses, admin):
    of_admin = readers(admin, addresses)
    assert left(of_admin) == EVERYTHING
    User.objects.filter(pk=admin.pk).update(is_staff=False)
    assert left(of_admin) == []


def sign_out(person):
    Session.objects.all().delete()


def expire(person):
    Session.objects.update(expire_date="2026-01-01T00:00Z")


def deactivate(person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def change_the_password(person):
    person.set_password("another-long-one-1")
    person.save()


def require_a_second_factor(person):
    PlatformSettings.objects.update(two_factor="admins")


@pytest.mark.parametrize("end", [sign_out, expire, deactivate, change_the_password, require_a_second_factor])
def test_an_admin_loses_everything(addresses, admin, end):
    of_admin = readers(admin, addresses)
    end(admin)
    assert left(of_admin) == []


def test_a_second_factor_that_admins_need_is_not_asked_of_others(addresses, bob):
    of_bob = readers(bob, addresses)
    require_a_second_factor(bob)
    assert left(of_bob) == EVERYTHING


def test_all_readers_are_asked_about_in_one_query(addresses, alice, bob, admin, django_assert_num_queries):
    everybody = [reader for person in (alice, bob, admin) for reader in readers(person, addresses).values()]
    with django_assert_num_queries(1):
        assert still_allowed(everybody) == set(range(15))
