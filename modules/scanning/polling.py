"""Wakes workers for scans whose message or worker was lost, and starts scans that are due."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import GitHubConnection
from foundation.one_at_a_time import alone
from foundation.wake import wake
from modules.models import Scan
from modules.reading import file_store
from modules.scanning import webhooks
from modules.scanning.services import start_scan

LONGEST_PAUSE = timedelta(days=1)
GRACE = timedelta(seconds=5)  # the message of a new scan may still be in the queue
MOST_WOKEN = 8  # workers at once: each wakes the next when it has finished


@alone
def poll_scans() -> None:
    """Fail scans without attempts left, wake workers for claimable ones, start those that pushes or time require."""
    left = Scan.objects.claimable()
    left.filter(attempts__gte=Scan.MOST_ATTEMPTS).update(
        status=Scan.Status.FAILED,
        error="The scan stopped three times without a result. Scan again. Tell an admin if that fails too.",
        current="",
        finished_at=Now(),
    )
    for _ in left.filter(created_at__lt=Now() - GRACE)[:MOST_WOKEN]:
        wake("modules.take_turn")
    webhooks.heed_waiting()
    for connection in _due():
        start_scan(connection, by=None)


@alone
def forget_files() -> None:
    """Delete archives that nothing refers to any more, as of removed connections and given-up publications, and
    deliveries beyond their number.
    """
    file_store.forget_unused()
    webhooks.forget_many()


def _due() -> list[GitHubConnection]:
    """Connections whose selection has no scan, with a push newer than their last scan, or due for a rescan."""
    scans = Scan.objects.filter(connection=OuterRef("pk")).newest_first()
    connections = GitHubConnection.objects.publishing().annotate(
        read_id=Subquery(scans.values("repository_id")[:1]),
        read_branch=Subquery(scans.values("branch")[:1]),
        read_any_depth=Subquery(scans.values("any_depth")[:1]),
        read_at=Subquery(scans.values("finished_at")[:1]),
        begun_at=Subquery(scans.values("started_at")[:1]),
    )
    is_chosen = Q(read_id=F("repository_id"), read_any_depth=F("any_depth"))
    is_chosen &= Q(branch="") | Q(read_branch=F("branch"))
    unread = connections.filter(Q(read_id=None) | ~is_chosen)
    old = connections.filter(is_chosen, read_at__lt=Now() - timedelta(seconds=settings.RESCAN_EVERY))
    pushed = connections.filter(is_chosen, pushed_at__gt=F("begun_at"))
    stale = (connection for connection in old if connection.read_at + _pause(connection) < timezone.now())
    return [*unread, *pushed, *stale]


def _pause(connection: GitHubConnection) -> timedelta:
    """Time between two scans: doubled by each that failed since the last success and the last check, up to a day."""
    good = connection.scans.filter(status=Scan.Status.SUCCEEDED).newest_first().values_list("pk", flat=True).first()
    failed = connection.scans.filter(
        status=Scan.Status.FAILED,
        repository_id=connection.repository_id,
        finished_at__gt=connection.checked_at,
        pk__gt=good or 0,
    ).count()
    return min(timedelta(seconds=settings.RESCAN_EVERY) * 2 ** min(failed, 20), LONGEST_PAUSE)
