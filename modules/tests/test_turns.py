"""Whose job a worker of the queue `work` takes: no owner holds all places, and who waited longest is next."""

from datetime import timedelta

import pytest
from django.utils import timezone

from modules import turns
from modules.models import Publication, Scan
from modules.publishing import job
from modules.scanning import scanner
from modules.tests.hundreds import make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(monkeypatch):
    """The jobs that were begun, by the e-mail of their owner; they stay running, as on a slow worker."""
    begun = []
    for worker, kind in ((job, "publication"), (scanner, "scan")):
        monkeypatch.setattr(
            worker, "work_on", lambda row, kind=kind: begun.append((row.connection.owner.email.partition("@")[0], kind))
        )
    monkeypatch.setattr(turns, "wake", lambda name: woken.append(name))
    woken.clear()
    return begun


woken: list[str] = []


def waiting(kind, owner, *, minutes):
    """A job that has waited so many minutes."""
    connection = getattr(owner, "github_connection", None) or make_connection(owner)
    fields = {"promise": {"a": "new 1.0.0"}} if kind is Publication else {"repository_id": 7}
    row = kind.objects.create(connection=connection, **fields)
    kind.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=minutes))
    return row


def test_who_has_waited_longest_is_next(taken, alice, bob):
    waiting(Scan, bob, minutes=1)
    waiting(Scan, alice, minutes=2)
    turns.take_turn()
    turns.take_turn()
    turns.take_turn()
    assert taken == [("alice", "scan"), ("bob", "scan")]


def test_one_owner_never_holds_both_places_while_another_waits(taken, alice, bob):
    waiting(Publication, alice, minutes=9)
    waiting(Scan, alice, minutes=8)
    waiting(Scan, bob, minutes=1)
    turns.take_turn()
    turns.take_turn()
    turns.take_turn()
    assert taken == [("alice", "publication"), ("bob", "scan")]


def test_the_place_is_free_again_when_a_worker_died(taken, alice):
    waiting(Publication, alice, minutes=2)
    waiting(Scan, alice, minutes=1)
    turns.take_turn()
    Publication.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    turns.take_turn()
    assert taken == [("alice", "publication"), ("alice", "publication")]


def test_owners_may_be_given_more_places(taken, alice, settings):
    settings.WORK_PER_OWNER = 2
    waiting(Publication, alice, minutes=2)
    waiting(Scan, alice, minutes=1)
    turns.take_turn()
    turns.take_turn()
    assert taken == [("alice", "publication"), ("alice", "scan")]


def test_who_has_fewest_running_is_before_who_waited_longer(taken, alice, bob, settings):
    settings.WORK_PER_OWNER = 2
    waiting(Publication, alice, minutes=9)
    waiting(Scan, alice, minutes=8)
    waiting(Scan, bob, minutes=1)
    turns.take_turn()
    turns.take_turn()
    assert taken == [("alice", "publication"), ("bob", "scan")]


def test_a_worker_that_has_finished_wakes_the_next_while_somebody_waits(taken, alice, bob):
    waiting(Scan, alice, minutes=2)
    waiting(Scan, bob, minutes=1)
    turns.take_turn()
    assert woken == ["modules.take_turn"]
    turns.take_turn()
    turns.take_turn()
    assert woken == ["modules.take_turn"]


def test_a_job_without_attempts_left_is_passed_over(taken, alice, bob):
    row = waiting(Scan, alice, minutes=2)
    Scan.objects.filter(pk=row.pk).update(attempts=3)
    waiting(Scan, bob, minutes=1)
    turns.take_turn()
    assert taken == [("bob", "scan")]
