"""Starts scans of repositories."""

from functools import partial

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import GitHubConnection, User
from foundation import audit
from foundation.wake import wake
from modules.models import Scan
from modules.models.scans import ScanQuerySet
from modules.publishing import candidates


class NothingToScan(Exception):
    """The connection has no repository yet."""


@transaction.atomic
def start_scan(connection: GitHubConnection, *, by: User | None) -> Scan:
    """Enqueue a scan of the selected repository and return it; returns an unfinished one instead of a second.

    `by` is None for the portal. Raises NothingToScan.
    """
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if connection.repository_id is None:
        raise NothingToScan
    selected = candidates.scans_of(connection).unfinished()
    _give_up_others(connection.scans.unfinished().exclude(pk__in=selected.values("pk")))
    if scan := selected.first():
        return scan
    scan = Scan.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        repository_name=connection.repository_name,
        branch=connection.branch,
        any_depth=connection.any_depth,
        by=by,
    )
    if by:  # the portal scans every few minutes, and each scan is a row anyway
        audit.record("scan.started", by=by, target=scan, repository=scan.repository_name)
    transaction.on_commit(partial(wake, "modules.take_turn"))
    return scan


def _give_up_others(scans: ScanQuerySet) -> None:
    """Fail scans of what is no longer selected; a worker that runs one loses its claim."""
    error = "Another repository, branch or depth was selected in the meantime."
    scans.update(status=Scan.Status.FAILED, error=error, finished_at=Now(), current="")
