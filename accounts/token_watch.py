"""Checks every token, daily and when GitHub rejects it: whether it still works, and for how long."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from accounts import services
from accounts.github_errors import GitHubError
from accounts.models import GitHubConnection
from foundation.one_at_a_time import alone

FRESH = timedelta(days=1)
SOON = timedelta(minutes=10)  # when GitHub itself had a fault
logger = logging.getLogger(__name__)


@alone
def check_connections() -> None:
    """Check each token whose last check is a day old; the failure of one affects no other.

    One that GitHub could not answer for is checked again at the next run.
    """
    old = Q(checked_at__lt=Now() - FRESH) | Q(checked_at__lt=Now() - SOON, problem_kind="", problem__gt="")
    for connection in GitHubConnection.objects.of_publishers().filter(old).order_by("checked_at"):
        _check(connection)


def check_after(connection: GitHubConnection, fault: Exception) -> None:
    """Check the token at once when `fault`, which ended some other work, is a new problem of the token.

    GitHub is asked once more, so that a transient fault alerts nobody. A known problem is not checked again: a check
    resets the pauses between scans.
    """
    if isinstance(fault, GitHubError) and fault.problem not in ("", connection.problem_kind):
        _check(connection)


def _check(connection: GitHubConnection) -> None:
    try:
        services.check_connection(connection)
    except services.ConnectionRemoved:
        logger.info("connection removed while it was checked", extra={"connection": connection.pk})
    except Exception:
        logger.exception("connection not checked", extra={"connection": connection.pk})
