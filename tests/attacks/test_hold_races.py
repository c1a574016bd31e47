"""Two people, workers or periodic tasks meet at one deployment, with connections of their own: it is paid once."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from billing import verify
from billing.models import Hold, Transfer
from billing.tests.money import bank, credits, give
from deployments import asides, services
from deployments.errors import Refused
from deployments.models import AsideState, Deployment, Run
from deployments.runs import aside, leases, reaper, settlement
from deployments.runs.ending import finish_run
from deployments.tests.conftest import runs_dir  # noqa: F401 - fixtures
from deployments.tests.factories import make_state, make_version
from modules.models import Module

ROUNDS = pytest.mark.parametrize("rounds", [2, pytest.param(20, marks=pytest.mark.whole)])


STATE = b'{"version": 4, "lineage": "one", "serial": 9, "resources": []}'


class WouldWait(Exception):
    pass


class Shop:
    """A deployment of carol's that costs 40 credits, with its first run queued."""

    def __init__(self, version, owner):
        give(owner, 40, now=timezone.now())
        self.owner = owner
        name = f"shop-{Deployment.objects.count()}"
        self.row = services.create_deployment(version, name=name, inputs={}, secrets={}, by=owner)

    def begin(self):
        """Claim the queued run, and take it as far as it applies."""
        self.run = leases.claim(self.row.runs.unfinished().get().pk, worker="here:1")
        for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
            assert self.run.advance(step, token=self.run.token)
        return self

    def fail(self, *, loses=False):
        """End the run with a resource in its state, or with a lost one."""
        if loses:
            aside.put(self.run, reason="missing", missing=["a.one"])
        else:
            make_state(self.run, "a.one", serial=self.run.number)
        assert finish_run(self.run, token=self.run.token, status=Run.Status.FAILED)
        return self

    @property
    def hold(self):
        return Hold.objects.get(cost_centre=self.row.cost_centre)

    # What may happen at the same moment

    def end(self):
        run = Run.objects.get(pk=self.run.pk)
        asked = Run.objects.get(pk=run.pk).cancel_requested_at
        status = Run.Status.CANCELLED if asked else Run.Status.SUCCEEDED
        finish_run(run, token=run.token, status=status, by=self.owner if asked else None)

    def cancel(self):
        services.cancel_run(self.row.runs.newest_first().first(), by=self.owner)

    def destroy(self):
        services.start_run(self.row, action=Run.Action.DESTROY, by=self.owner)

    def retry(self):
        services.start_run(self.row, action=Run.Action.RETRY, by=self.owner)

    def charge(self):
        settlement.charge_due(self.hold.due_at)

    def dismiss(self):
        asides.dismiss(AsideState.objects.get(deployment=self.row), by=bank())

    def reap(self):
        reaper.reap_runs()


def queued(shop):
    return shop


def applying(shop):
    return shop.begin()


def kept(shop):
    return shop.begin().fail()


def lost(shop):
    return shop.begin().fail(loses=True)


def destroying_what_was_lost(shop):
    lost(shop).destroy()
    return shop.begin()


def expired(shop):
    shop.begin()
    make_state(shop.run, "a.one")
    Run.objects.filter(pk=shop.run.pk).update(lease_expires_at=timezone.now() - timedelta(minutes=1))
    return shop


RACES = [
    (queued, ["cancel", "cancel"], {"released"}),
    (applying, ["cancel", "end"], {"captured", "released"}),
    (applying, ["cancel", "cancel", "end"], {"captured", "released"}),
    (applying, ["end", "end"], {"captured"}),
    (kept, ["charge", "charge", "charge"], {"captured"}),
    (kept, ["charge", "retry"], {"captured", "pending"}),
    (kept, ["charge", "destroy", "retry"], {"captured", "pending"}),
    (kept, ["retry", "retry", "destroy", "destroy"], {"pending"}),
    (lost, ["dismiss", "dismiss", "charge"], {"captured", "released"}),
    (lost, ["dismiss", "destroy"], {"released", "pending"}),
    (destroying_what_was_lost, ["dismiss", "end"], {"released"}),
    (expired, ["reap", "reap", "end", "cancel"], {"captured", "pending"}),
]


def together(deeds):
    """Do all at one moment; returns what went wrong, but for what people are told."""
    barrier = Barrier(len(deeds))

    def do(deed):
        try:
            connection.ensure_connection()
            barrier.wait(20)
            deed()
        except Refused:
            pass
        except Exception as error:
            return repr(error)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [error for error in pool.map(do, deeds) if error]


@ROUNDS
def test_whatever_meets_at_a_deployment_settles_it_once(live_db, runs_dir, carol, alice, rounds, record_property):  # noqa: F811
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    bank()
    for number in range(rounds):
        for given, deeds, ends in RACES:
            shop = given(Shop(version, carol))
            wrong = together([getattr(shop, deed) for deed in deeds])
            case = (number, given.__name__, deeds)
            assert (wrong, case) == ([], case)
            assert (shop.hold.state in ends, case, shop.hold.state) == (True, case, shop.hold.state)
            charges = Transfer.objects.filter(kind="capture", cost_centre=shop.row.cost_centre).count()
            assert (charges, case) == (int(shop.hold.state == "captured"), case)
            assert shop.row.runs.filter(status__in=Run.OCCUPYING).count() <= 1, case
    assert verify.faults() == []
    record_property("races, each settled once", rounds * len(RACES))


def test_a_run_was_claimed_while_an_accepted_state_was_being_taken(live_db, runs_dir, carol, alice, admin):  # noqa: F811
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    shop = kept(Shop(version, carol))
    found = aside.put(shop.run, reason="serial", file=io.BytesIO(STATE))
    shop.retry()
    asides.accept(found, by=admin)
    with transaction.atomic():
        aside.take_accepted()
        assert together([claimed_at_once(shop)]) == [repr(WouldWait())]
    shop.begin()
    assert AsideState.objects.get().taken_at
    assert Deployment.objects.get().state.serial == 2


def claimed_at_once(shop):
    def claim():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        try:
            leases.claim(shop.row.runs.unfinished().get().pk, worker="here:2")
        except OperationalError as error:
            raise WouldWait from error

    return claim
