"""What exists after a run is kept with it; for runs of before, it is read from the states that were kept."""

import json
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from deployments.models import StateVersion
from deployments.tests.factories import make_deployment, make_run, make_version

pytestmark = pytest.mark.django_db


def make_state(run, serial, *names):
    resources = [{"mode": "managed", "type": "a", "name": name, "instances": [{}]} for name in names]
    content = {"lineage": "one", "serial": serial, "outputs": {"first": {"value": names[0]}}, "resources": resources}
    version = StateVersion(deployment=run.deployment, run=run, lineage="one", serial=serial)
    version.content = json.dumps(content).encode()
    version.save()
    return version


def test_runs_of_before_get_what_their_states_say(carol):
    shop = make_deployment(make_version({}, owner=carol), owner=carol)
    runs = [make_run(shop, status="succeeded", finished_at=timezone.now()) for _ in range(3)]
    make_state(runs[0], 1, "one")
    make_state(runs[1], 2, "one", "two")
    unreadable = make_state(runs[2], 3, "three")
    StateVersion.objects.filter(pk=unreadable.pk).update(data=b"torn")
    import_module("deployments.migrations.0008_fill_in_standing").fill(apps, None)
    for row in (shop, *runs):
        row.refresh_from_db()
    assert [run.standing and (run.standing["count"], run.standing["addresses"]) for run in runs] == [
        (1, ["a.one"]),
        (2, ["a.one", "a.two"]),
        None,
    ]
    assert runs[0].standing["outputs"]["first"]["value"] == "one"
    assert shop.addresses == ["a.one", "a.two"]
