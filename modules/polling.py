"""Finds the scans that nobody works at, whatever became of their messages, and repositories that were never read."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import GitHubConnection
from foundation.alone import alone
from foundation.wake import wake
from modules import services
from modules.models import Scan

GRACE = timedelta(seconds=5)  # a scan just asked for has its own message under way


@alone
def poll_scans() -> None:
    """End what was begun too often, wake workers for what waits, start the first scan of a chosen repository."""
    left = Scan.objects.claimable()
    left.filter(attempts__gte=Scan.MOST_ATTEMPTS).update(
        status=Scan.Status.FAILED,
        error="The scan broke off three times. Scan again; tell an admin if it stays.",
        current="",
        finished_at=Now(),
    )
    for scan in left.filter(created_at__lt=Now() - GRACE):
        wake("modules.scan_repository", scan.pk)
    for connection in _never_read():
        services.start_scan(connection, by=None)


def _never_read():
    scans = Scan.objects.filter(connection=OuterRef("pk"), repository_id=OuterRef("repository_id"))
    may_publish = Q(owner=None) | Q(owner__is_active=True, owner__is_partner=True)
    return GitHubConnection.objects.filter(may_publish, ~Exists(scans), repository_id__isnull=False)
