"""PostgreSQL ends the connection at each statement of a run, a charge, a decision or a grant: it is done once."""

import os
from contextlib import closing, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta

import psycopg2
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.db.models.functions import Now
from django.utils import timezone

from billing import granting, verify
from billing.models import Allowance, Hold, Lot
from billing.tests.money import bank, credits, give
from deployments import asides, services
from deployments.errors import Refused
from deployments.models import AsideState, Run
from deployments.runs import aside, leases, reaper, settlement
from deployments.runs.ending import finish_run
from deployments.runs.runner import execute_run
from deployments.tests.conftest import runs_dir  # noqa: F401 - fixtures
from deployments.tests.factories import make_version
from modules.models import Module

ONE = 'resource "terraform_data" "one" { input = "made" }'
SHARE = 20  # in the small form, one statement of so many is tried


class Cut:
    """Ends the connection before the statement with this number, and counts all of them."""

    def __init__(self, at):
        self.at, self.count = at, 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        if self.count == self.at:
            terminate(context["connection"].connection.info.backend_pid)
        return execute(sql, params, many, context)


def terminate(pid):
    with closing(psycopg2.connect(os.environ["MIGRATE_DATABASE_URL"])) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@contextmanager
def cut(at):
    cutting = Cut(at)
    try:
        with connection.execute_wrapper(cutting):
            yield cutting
    except (OperationalError, InterfaceError):
        connection.close()


@pytest.fixture
def version(live_db, runs_dir, alice):  # noqa: F811
    """A version of alice's module for everybody, which costs 40 credits."""
    made = make_version({"main.tf": ONE}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    return made


def deployed(version, owner, *, name):
    give(owner, 40, now=timezone.now())
    return services.create_deployment(version, name=name, inputs={}, secrets={}, by=owner)


@pytest.mark.parametrize("share", [SHARE, pytest.param(1, marks=pytest.mark.whole)])
def test_a_run_whose_connection_ends_at_any_statement_ends_paid_with_its_state(version, carol, share, record_property):
    total, at = interrupted(version, carol, at=0), 1
    while at <= total:
        interrupted(version, carol, at=at)
        at += share
    assert verify.faults() == []
    record_property("statements of a run, at each of which its connection may end", total)


def interrupted(version, owner, *, at):
    """Carry out a run that loses its connection at one statement, and what is left as beat does; counts statements."""
    shop = deployed(version, owner, name=f"shop-{at}")
    run = shop.runs.get()
    with cut(at) as cutting:
        execute_run(run.pk)
    while not Run.objects.get(pk=run.pk).is_final:
        Run.objects.filter(pk=run.pk).update(lease_expires_at=Now())
        reaper.reap_runs()
        execute_run(run.pk)
    shop.refresh_from_db()
    assert (shop.status, shop.resource_count) == ("live", 1), at
    assert Hold.objects.get(cost_centre=shop.cost_centre).state == "captured", at
    return cutting.count


def kept(version, owner):
    """A deployment whose run failed, left a resource and lost its state: when its credits are due."""
    shop = deployed(version, owner, name=f"shop-{Hold.objects.count()}")
    run = leases.claim(shop.runs.get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        run.advance(step, token=run.token)
    aside.put(run, reason="missing", missing=["a.one"])
    assert finish_run(run, token=run.token, status=Run.Status.FAILED)
    return Hold.objects.get(cost_centre=shop.cost_centre)


def charge(hold):
    settlement.charge_due(hold.due_at)


def dismiss(hold):
    with suppress(Refused):  # decided the first time
        asides.dismiss(AsideState.objects.get(deployment__cost_centre=hold.cost_centre), by=bank())


@pytest.mark.parametrize(("deed", "state"), [(charge, "captured"), (dismiss, "released")])
def test_a_deed_whose_connection_ends_at_any_statement_is_done_once(version, carol, deed, state):
    at, is_cut = 0, True
    while is_cut:
        at += 1
        hold = kept(version, carol)
        with cut(at) as cutting:
            deed(hold)
        is_cut = cutting.count >= at
        deed(hold)
        hold.refresh_from_db()
        assert hold.state == state, at
    assert at > 10
    assert verify.faults() == []


def test_grants_whose_connection_ends_at_any_statement_are_made_once(live_db, alice, bob):
    begun = datetime(2020, 1, 5, tzinfo=UTC)
    type(alice).objects.update(partner_since=begun)
    Allowance.objects.create(amount=credits(5), valid_from=date(2020, 1, 1))
    at, is_cut = 0, True
    while is_cut:
        at += 1
        with cut(at) as cutting:
            granting.tick(begun + timedelta(days=28 * at))
        is_cut = cutting.count >= at
        granting.tick(begun + timedelta(days=28 * at))
    months = Lot.objects.filter(source="grant").values_list("account__wallet__owner", "period")
    assert len(months) == len(set(months)) == 2 * granting_months(begun, begun + timedelta(days=28 * at))
    assert verify.faults() == []


def granting_months(begun, end):
    return (end.year - begun.year) * 12 + end.month - begun.month
