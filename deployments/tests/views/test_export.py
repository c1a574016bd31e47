"""The list of deployments as CSV, to the byte: what people's spreadsheets have read so far, they read on."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services
from billing.tests.money import give
from deployments.models import Deployment, Run
from deployments.tests.factories import hold_for, make_deployment, make_run, make_version
from tests.streaming import whole

pytestmark = pytest.mark.django_db
HEAD = b"Deployment,ID,Status,Module,Version,Owner,Credits,Note,Created (UTC),Last run (UTC)\r\n"
CREATED = datetime(2026, 3, 4, 5, 6, 7, 890, tzinfo=UTC)
STARTED = datetime(2026, 3, 4, 23, 59, 59, 999_999, tzinfo=UTC)


@pytest.fixture
def version(alice):
    return make_version({"main.tf": ""}, owner=alice, title='Shop "large", blue')


def lines(client, user) -> bytes:
    client.force_login(user)
    return whole(client.get(reverse("deployments:deployment-export")))


def deployed(version, owner, name, *, status, run=None):
    deployment = make_deployment(version, owner=owner, name=name, status=status)
    Deployment.objects.filter(pk=deployment.pk).update(created_at=CREATED)
    if run:
        Run.objects.filter(pk=make_run(deployment).pk).update(created_at=STARTED, status=run)
    return deployment


def test_each_state_has_its_exact_text(client, admin, carol, version):
    give(carol, 100)
    bare = deployed(version, carol, "bare", status="pending")
    busy = deployed(version, carol, "=busy", status="live", run="applying")
    broken = deployed(version, carol, "broken", status="live", run="lost")
    gone = deployed(version, carol, "gone", status="destroyed", run="queued")
    hold_for(busy.runs.get(), 40)
    services.capture(hold_for(gone.runs.get(), 20))
    expected = f"""\
gone,{gone.ref},Queued,"Shop ""large"", blue",1.0.0,carol@example.com,20,charged,2026-03-04 05:06:07,STARTED
broken,{broken.ref},Live Lost,"Shop ""large"", blue",1.0.0,carol@example.com,0,,2026-03-04 05:06:07,STARTED
'=busy,{busy.ref},Applying,"Shop ""large"", blue",1.0.0,carol@example.com,40,reserved,2026-03-04 05:06:07,STARTED
bare,{bare.ref},Pending,"Shop ""large"", blue",1.0.0,carol@example.com,0,,2026-03-04 05:06:07,
"""
    expected = HEAD + expected.replace("STARTED", "2026-03-04 23:59:59").replace("\n", "\r\n").encode()
    assert lines(client, carol) == lines(client, admin) == expected


def test_lines_of_several_pieces_are_the_lines_of_one(client, carol, version, monkeypatch):
    for number in range(5):
        deployed(version, carol, f"shop-{number}", status="live", run="succeeded")
    at_once = lines(client, carol)
    monkeypatch.setattr("deployments.views.listing.ROWS", 2)
    assert lines(client, carol) == at_once
    assert at_once.count(b"\r\n") == 6


def test_a_piece_takes_as_many_queries_whatever_its_rows(client, carol, version):
    numbers = set()
    lines(client, carol)
    for number in range(3):
        deployed(version, carol, f"shop-{number}", status="live", run="succeeded")
        with CaptureQueriesContext(connection) as queries:
            lines(client, carol)
        numbers.add(len(queries))
    assert len(numbers) == 1
