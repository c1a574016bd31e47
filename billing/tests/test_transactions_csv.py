"""transactions.csv to the byte: what people's spreadsheets have read so far, they read on."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing import services
from billing.models import Hold, Transfer
from billing.tests.money import centre_of, give, hold_for
from tests.streaming import whole

pytestmark = pytest.mark.django_db
MORNING = datetime(2025, 10, 12, 9, 30, 5, 999_999, tzinfo=UTC)
HEAD = b"Date (UTC),Type,For,Reference,Person,Awarded,Purchased,Balance,Note\r\n"


def lines(client, user) -> bytes:
    client.force_login(user)
    return whole(client.get(reverse("billing:transactions-csv")))


def test_each_kind_of_line_has_its_exact_text(client, admin, carol):
    give(carol, "0.0001", now=MORNING)
    give(carol, 1_200_000, paid=1, now=MORNING + timedelta(minutes=1))
    shop, lab = centre_of(carol, name="shop"), centre_of(carol, module='Über "Lab"', name="lab")
    charged = hold_for(carol, "12.5", centre=shop, now=MORNING + timedelta(minutes=2))
    services.capture(charged, now=MORNING + timedelta(minutes=3))
    returned = hold_for(carol, 40, centre=lab, now=MORNING + timedelta(minutes=4))
    services.release(returned, reason="the run failed", now=MORNING + timedelta(minutes=5))
    sold, given = Transfer.objects.get(kind="sale").ref, Transfer.objects.get(kind="award").ref
    paid = Transfer.objects.get(kind="capture").ref
    expected = f"""\
2025-10-12 09:35:05,Returned,"Über ""Lab"", lab, the run failed",{returned.ref},CAROL,0,40,1199987.5001,returned
2025-10-12 09:34:05,Reserved,"Über ""Lab"", lab",{returned.ref},CAROL,0,40,1199987.5001,reserved
2025-10-12 09:33:05,Charged,"Postgres Database, shop",{paid},CAROL,-0.0001,-12.4999,1199987.5001,
2025-10-12 09:32:05,Reserved,"Postgres Database, shop",{charged.ref},CAROL,0.0001,12.4999,1200000.0001,reserved
2025-10-12 09:31:05,Sale,for a test,{sold},CAROL,0,1200000,1200000.0001,
2025-10-12 09:30:05,Award,for a test,{given},CAROL,0.0001,0,0.0001,
"""
    expected = expected.replace("CAROL", carol.email).replace("\n", "\r\n").encode()
    assert lines(client, carol) == HEAD + expected
    assert lines(client, admin) == HEAD + expected


def test_lines_of_several_pieces_are_the_lines_of_one(client, carol, monkeypatch):
    for minute in range(4):
        give(carol, 5, now=MORNING + timedelta(minutes=minute))
        services.capture(hold_for(carol, 1, now=MORNING + timedelta(minutes=minute)), now=MORNING)
    at_once = lines(client, carol)
    monkeypatch.setattr("billing.views.transactions.ROWS", 3)
    assert lines(client, carol) == at_once
    assert at_once.count(b"\r\n") == 1 + Transfer.objects.count() + Hold.objects.count() == 13


def test_a_piece_takes_as_many_queries_whatever_its_rows(client, carol):
    give(carol, 50, now=MORNING)
    numbers = set()
    lines(client, carol)
    for _ in range(3):
        services.release(hold_for(carol, 1), reason="cancelled")
        services.capture(hold_for(carol, 1))
        with CaptureQueriesContext(connection) as queries:
            lines(client, carol)
        numbers.add(len(queries))
    assert len(numbers) == 1
