"""Whatever happens in whatever order, the ledger agrees with itself."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing import services, verify
from billing.models import Hold
from billing.tests.money import NOON, centre_of, credits, give, hold_for, numbers

pytestmark = pytest.mark.django_db

MOVES = st.one_of(
    st.tuples(st.just("award"), st.integers(1, 30), st.integers(0, 3)),
    st.tuples(st.just("sale"), st.integers(1, 30), st.integers(1, 999)),
    st.tuples(st.just("hold"), st.integers(1, 40), st.booleans()),
    st.tuples(st.just("capture"), st.integers(0, 5), st.none()),
    st.tuples(st.just("release"), st.integers(0, 5), st.none()),
    st.tuples(st.just("refund"), st.integers(0, 5), st.integers(1, 20)),
    st.tuples(st.just("expire"), st.just(0), st.none()),
)


def move(verb, number, extra, *, carol, centre, now):
    holds = list(Hold.objects.order_by("pk"))
    if verb == "award":
        give(carol, number, expires_at=now + timedelta(hours=extra) if extra else None, now=now)
    elif verb == "sale":
        give(carol, number, paid=extra, now=now)
    elif verb == "hold":
        hold_for(carol, number, centre=centre, purchased_only=extra, now=now)
    elif verb == "expire":
        services.expire(now)
    elif holds and verb == "refund":
        hold = holds[number % len(holds)]
        services.refund(hold, amount=credits(extra), reason="x", by=None, nonce=f"r{next(numbers)}", now=now)
    elif holds:
        getattr(services, verb)(holds[number % len(holds)], now=now)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(MOVES, min_size=3, max_size=25))
def test_any_sequence_of_movements_keeps_the_ledger_whole(carol, bob, moves):
    with transaction.atomic():
        centre = centre_of(carol, partner=bob, share=70)
        for hour, (verb, number, extra) in enumerate(moves):
            try:
                move(verb, number, extra, carol=carol, centre=centre, now=NOON + timedelta(hours=hour))
            except services.LedgerError:
                continue
        assert verify.faults() == []
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        transaction.set_rollback(True)  # the next example begins with an empty ledger
