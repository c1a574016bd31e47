"""Real processes with real commits racing for the same money."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.db import connection, transaction

from billing import granting, services, verify
from billing.models import Allowance, Hold, Lot, Wallet
from billing.tests.money import centre_of, credits, figures, give, hold_for
from foundation.models import Heartbeat
from tests.people import make_partner

START_UP = 10  # seconds for all processes to have imported Django


def start(*arguments) -> subprocess.Popen:
    command = [sys.executable, "-m", "billing.tests.racing", *map(str, arguments)]
    return subprocess.Popen(command, cwd=settings.BASE_DIR, env=os.environ)


def race(count, *arguments) -> list[int]:
    """Exit codes of so many processes that begin at the same moment."""
    begin = time.time() + START_UP
    racers = [start(*arguments, begin) for _ in range(count)]
    return [racer.wait(timeout=120) for racer in racers]


def partner_since(name, *day):
    return make_partner(name, partner_since=datetime(*day, tzinfo=UTC))


def test_money_for_seven_holds_seven_of_sixteen_processes(live_db, carol):
    give(carol, 30)
    give(carol, 49, paid=100)
    codes = race(16, "hold", carol.email, credits(11))
    assert sorted(codes) == [0] * 7 + [7] * 9
    assert Hold.objects.count() == 7
    assert figures(carol) == (0, 2, 77)
    assert verify.faults() == []


def _hold_in_thread(user, centre):
    try:
        hold_for(user, 10, centre=centre, now=None)
    except services.NotEnoughCredits:
        return "not enough"
    finally:
        connection.close()
    return "held"


def test_money_for_seven_holds_seven_of_a_hundred_submits(live_db, carol):
    give(carol, 79)
    centres = [centre_of(carol) for _ in range(100)]
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda centre: _hold_in_thread(carol, centre), centres))
    assert (answers.count("held"), answers.count("not enough")) == (7, 93)
    assert figures(carol) == (9, 0, 70)


def _same_capture(hold):
    try:
        return services.capture(Hold.objects.get(pk=hold.pk)).pk
    finally:
        connection.close()


def test_one_capture_out_of_many_at_once(live_db, carol, bob):
    give(carol, 79, paid=7_900)
    centre = centre_of(carol, partner=bob, share=50)
    hold = services.hold(carol, amount=credits(10), key="run:one:hold", run="one", cost_centre=centre, by=carol)
    with ThreadPoolExecutor(12) as pool:
        transfers = set(pool.map(lambda _: _same_capture(hold), range(24)))
    assert len(transfers) == 1
    assert figures(carol) == (0, 69, 0)
    assert verify.faults() == []


def test_sixteen_processes_grant_each_partner_and_month_exactly_once(live_db):
    """Beat was down from September to November."""
    partners = [partner_since(f"partner{number}", 2026, 8, 10) for number in range(40)]
    Allowance.objects.create(amount=credits(500), valid_from=date(2026, 1, 1))
    codes = race(16, "grant", "2026-11-20T09:00:00+00:00", 7)
    assert codes == [0] * 16
    lots = Lot.objects.filter(source="grant").values_list("account__wallet__owner", "period", "amount")
    months = [date(2026, month, 1) for month in (9, 10, 11)]
    assert sorted(lots) == sorted((user.pk, month, credits(500)) for user in partners for month in months)
    assert verify.faults() == []


def test_a_granter_killed_between_two_partners_is_finished_by_the_next(live_db, alice, bob):
    now = datetime(2026, 11, 20, tzinfo=UTC)
    for partner in (alice, bob):
        type(partner).objects.filter(pk=partner.pk).update(partner_since=datetime(2026, 10, 5, tzinfo=UTC))
        give(partner, 1)
    Allowance.objects.create(amount=credits(500), valid_from=date(2026, 1, 1))
    with transaction.atomic():
        Wallet.objects.select_for_update().get(owner=bob)  # the granter has to stop before bob
        granter = start("grant", now.isoformat(), 1, 0)
        wait_for(lambda: figures(alice, now=now) == (1, 500, 0))
        assert granter.poll() is None
        os.kill(granter.pid, signal.SIGKILL)
        assert granter.wait() == -signal.SIGKILL
    assert figures(bob, now=now) == (1, 0, 0)
    assert granting.ensure_grants(now) == 1
    assert (figures(alice, now=now), figures(bob, now=now)) == ((1, 500, 0), (1, 500, 0))
    assert verify.faults() == []


def test_real_beat_and_worker_grant_what_is_due(live_db, alice, worker, beat):
    type(alice).objects.filter(pk=alice.pk).update(partner_since=datetime(2026, 8, 5, tzinfo=UTC))
    Allowance.objects.create(amount=credits(500), valid_from=date(2026, 1, 1))
    worker(queues=["default"], concurrency=1)
    beat(env={"GRANT_EVERY": "1"})
    wait_for(lambda: Lot.objects.filter(source="grant", period=date(2026, 9, 1)).exists())
    wait_for(lambda: Heartbeat.objects.filter(name="billing.grant_allowances").exists())
    assert Lot.objects.get(period=date(2026, 9, 1)).account.wallet.owner == alice
    assert granting.ensure_grants(datetime(2026, 9, 30, tzinfo=UTC)) == 0


def test_beat_grants_as_soon_as_it_starts(live_db, alice, worker, beat):
    type(alice).objects.filter(pk=alice.pk).update(partner_since=datetime(2026, 8, 5, tzinfo=UTC))
    Allowance.objects.create(amount=credits(500), valid_from=date(2026, 1, 1))
    worker(queues=["default"], concurrency=1)
    beat(env={"GRANT_EVERY": "86400"})
    wait_for(lambda: Lot.objects.filter(source="grant", period=date(2026, 9, 1)).exists())


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s in vain")
        time.sleep(0.1)
