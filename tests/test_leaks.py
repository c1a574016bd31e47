"""Requests every URL as everybody with every method, and compares with the table in tests/leaks/table."""

import pytest

from accounts import services as accounts
from deployments.models import Deployment
from deployments.querysets import DeploymentQuerySet
from tests.leaks import walk, world
from tests.leaks.table import TABLE, deployments
from tests.leaks.visit import Visit
from tests.people import PASSWORD

VISITORS = ["", "carol", "alice", "bob", "admin"]


def test_the_table_has_a_row_for_every_address():
    rows = {row.name for row in TABLE}
    patterns = set(walk.patterns())
    assert (sorted(patterns - rows), sorted(rows - patterns)) == ([], [])


@pytest.fixture
def everything(live_db, settings):
    """The test data, for hundreds of password entries: without rate limits, and with a cheap hash."""
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    built = world.build()
    for person in built.people.values():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return built


@pytest.mark.parametrize("private_mode", [False, True], ids=["silo", "private-mode"])
@pytest.mark.parametrize("name", VISITORS, ids=lambda name: name or "anonymous")
def test_every_page_answers_as_the_table_says(everything, name, private_mode):
    accounts.set_private_mode(private_mode, by=everything.people["admin"])
    problems = Visit(everything, name, private_mode=private_mode).problems(TABLE)
    assert not problems, "\n".join(problems)


def test_the_walk_notices_a_query_that_forgets_who_asks(everything, monkeypatch):
    monkeypatch.setattr(DeploymentQuerySet, "visible_to", lambda rows, user: rows.all())
    problems = Visit(everything, "bob", private_mode=False).problems(deployments.ROWS)
    ref = "GET deployments:run-log-text of alice"
    assert [problem for problem in problems if problem.startswith(ref)] == [
        f"{ref}: 200 instead of 404",
        f"{ref}: shows ['mk-alice-deployment-log']",
    ]


def test_the_walk_notices_a_right_that_everybody_has(everything, monkeypatch):
    accounts.set_private_mode(True, by=everything.people["admin"])
    monkeypatch.setattr(Deployment, "may_change", lambda deployment, user: True)
    problems = Visit(everything, "bob", private_mode=True).problems(deployments.ROWS)
    assert "POST deployments:run-cancel of carol: 302 instead of 403" in problems
