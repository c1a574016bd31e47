"""Every address of the portal, asked by everybody with every method, beside the table in tests/leaks/table."""

import pytest

from accounts import services as accounts
from tests.leaks import walk, world
from tests.leaks.table import TABLE
from tests.leaks.visit import Visit

VISITORS = ["", "carol", "alice", "bob", "admin"]


def test_the_table_has_a_row_for_every_address():
    rows = {row.name for row in TABLE}
    patterns = set(walk.patterns())
    assert (sorted(patterns - rows), sorted(rows - patterns)) == ([], [])


@pytest.mark.parametrize("private_mode", [False, True], ids=["silo", "private-mode"])
@pytest.mark.parametrize("name", VISITORS, ids=lambda name: name or "anonymous")
def test_every_page_answers_as_the_table_says(live_db, settings, name, private_mode):
    settings.ACCOUNT_RATE_LIMITS = False  # the walk is faster than people are
    everything = world.build()
    accounts.set_private_mode(private_mode, by=everything.people["admin"])
    problems = Visit(everything, name, private_mode=private_mode).problems(TABLE)
    assert not problems, "\n".join(problems)
