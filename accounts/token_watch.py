"""Checks whether tokens still work and when they expire: daily, and when GitHub rejects one."""

import logging
from datetime import timedelta

from django.db.models import Q
from django.db.models.functions import Now

from accounts import services
from accounts.github_errors import GitHubError
from accounts.models import GitHubConnection
from foundation.one_at_a_time import alone

FRESH = timedelta(days=1)
SOON = timedelta(minutes=10)  # after a transient failure of GitHub
logger = logging.getLogger(__name__)


@alone
def check_connections() -> None:
    """Check each token whose last check is a day old; a failure for one does not affect the others.

    A token that GitHub gave no verdict on is checked again at the next run.
    """
    old = Q(checked_at__lt=Now() - FRESH) | Q(checked_at__lt=Now() - SOON, problem_kind="", problem__gt="")
    for connection in GitHubConnection.objects.of_publishers().filter(old).order_by("checked_at"):
        _check(connection)


def check_after(connection: GitHubConnection, fault: Exception) -> None:
    """Check the token at once when `fault`, which ended a scan or similar, is a new problem of the token.

    GitHub is asked again, so a transient failure alerts nobody. A known problem is not checked again: a check
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
