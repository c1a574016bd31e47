"""What lists show without counting is what counting would give, whatever happened and however much at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from deployments import recount
from deployments.models import Deployment, Run, RunCount
from deployments.runs.ending import finish_run
from deployments.tests.factories import make_deployment, make_run, make_version


def ended(deployment, *, status, action="deploy"):
    """A run of the deployment that a worker has ended."""
    run = make_run(deployment, action=action, status="planning", token=1)
    assert finish_run(run, token=1, status=status)
    return run


def counts(module, day=None):
    fields = ["finished", "succeeded", "others_ended", "others_succeeded"]
    return RunCount.objects.filter(module=module, day=day).values_list(*fields).get()


def test_an_ended_run_counts_for_its_module_that_day_and_ever(alice, carol):
    version = make_version({}, owner=alice)
    shop, own = make_deployment(version, owner=carol), make_deployment(version, owner=alice)
    ended(shop, status="failed")
    ended(shop, status="succeeded", action="retry")
    ended(shop, status="cancelled", action="update")
    ended(own, status="succeeded")
    make_run(own, status="queued")
    assert counts(version.module) == (3, 2, 3, 1)
    assert counts(version.module, Run.objects.first().created_at.date()) == (3, 2, 3, 1)
    assert recount.faults() == []


def test_a_deployment_knows_its_newest_run_whoever_saves_it(alice):
    shop = make_deployment(make_version({}, owner=alice), owner=alice)
    first, second = make_run(shop, status="failed"), make_run(shop)
    shop.status = Deployment.Status.LIVE
    shop.save()  # it was read before it had a run
    assert Deployment.objects.get().newest_run == second
    Deployment.objects.update(newest_run=first)
    assert Deployment.objects.get().newest_run == second
    assert recount.faults() == []


def test_many_runs_of_a_module_that_end_at_once_are_all_counted(live_db, alice, bob, carol):
    version = make_version({}, owner=alice)
    runs = [
        make_run(make_deployment(version, owner=person, name=f"shop-{number}"), status="planning", token=1)
        for number in range(8)
        for person in (alice, bob, carol)
    ]

    def end(run):
        try:
            return finish_run(run, token=1, status="succeeded")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(end, runs))
    assert counts(version.module) == (24, 24, 16, 16)
    assert recount.faults() == []


def test_wrong_counts_are_told_and_counted_again(alice, carol, capsys):
    version = make_version({}, owner=alice)
    shop = make_deployment(version, owner=carol)
    ended(shop, status="succeeded")
    RunCount.objects.create(module=version.module, day=date(2026, 1, 1), finished=7)
    with pytest.raises(CommandError, match="1 row is wrong"):
        call_command("recount")
    call_command("recount", "--repair")
    assert recount.faults() == []
    assert counts(version.module) == (1, 1, 1, 1)
