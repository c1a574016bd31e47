"""Reads the list of repositories that a connection's token can see. The connection's row is the job."""

import logging
from datetime import timedelta

from django.utils import timezone

from accounts import github, services
from accounts.github_errors import GitHubError
from accounts.models import GitHubConnection
from foundation.one_at_a_time import alone
from foundation.wake import wake

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)  # enough for many pages of a slow GitHub; then another worker may retry


def refresh(connection_id: int) -> None:
    """Check the connection's token and store its repositories; no-op if none is requested or another has the lease."""
    connection = _claim(connection_id)
    if connection is None:
        return
    asked_at = connection.refresh_requested_at
    try:
        services.check_connection(connection)
        found = github.repositories(services.token_of(connection))
        services.store_repositories(connection, found=found, asked_at=asked_at)
    except services.ConnectionRemoved:
        logger.info("connection removed while its repositories were read", extra={"connection": connection_id})
    except GitHubError as error:
        logger.warning("repositories not read", extra={"connection": connection_id, "reason": type(error).__name__})
        services.give_up_refresh(connection, problem=str(error), asked_at=asked_at)


@alone
def poll() -> None:
    """Wake a worker for each refresh whose message or worker was lost."""
    for connection_id in GitHubConnection.objects.claimable(timezone.now()).values_list("pk", flat=True):
        wake("accounts.refresh_repositories", connection_id)


def _claim(connection_id: int) -> GitHubConnection | None:
    now = timezone.now()
    claimable = GitHubConnection.objects.claimable(now).filter(pk=connection_id)
    if not claimable.update(refresh_leased_until=now + LEASE):
        return None
    return GitHubConnection.objects.filter(pk=connection_id).first()
