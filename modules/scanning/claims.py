"""A worker's claim of a scan: its lease, its progress, and the token that rejects every write of who lost the claim."""

import threading
import time
from typing import Any, Self

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from accounts.models import GitHubConnection
from foundation.time_budget import TimeBudget
from modules.models import Scan
from modules.models.leases import lease

TELL_EVERY = 0.3  # seconds between two writes of the progress


class ClaimLost(Exception):
    """The lease expired and another worker claimed the scan, or the scan was failed or its connection removed."""


def claim(scan_id: int) -> Scan | None:
    """Claim a scan. Returns None when it is finished, another worker has it, it has no attempts left, or is deleted."""
    anew = {"started_at": Now(), "read": 0, "total": None, "current": ""}
    if not Scan.objects.claim(scan_id, seconds=settings.SCAN_LEASE, **anew):
        return None
    return Scan.objects.select_related("connection").get(pk=scan_id)


def tell(scan: Scan, **fields: Any) -> None:
    """Write to the row; raises ClaimLost."""
    if not Scan.objects.held_by(scan).update(**fields):
        raise ClaimLost


def end(scan: Scan, *, status: Scan.Status, **fields: Any) -> None:
    Scan.objects.held_by(scan).update(status=status, current="", lease_expires_at=None, finished_at=Now(), **fields)


def hold(scan: Scan) -> None:
    """Lock the scan, so that nobody claims it before the transaction ends; raises ClaimLost."""
    if not Scan.objects.held_by(scan).select_for_update(no_key=True).exists():
        raise ClaimLost


def hold_with_connection(scan: Scan) -> None:
    """Lock the connection, then the scan, in the same order as every change of a connection. Raises ClaimLost."""
    if not GitHubConnection.objects.locked().filter(pk=scan.connection_id).exists():
        raise ClaimLost
    hold(scan)


class Lease(threading.Thread):
    """Renews a scan's lease while the work runs, and releases it when the work ends without a result."""

    def __init__(self, scan: Scan) -> None:
        super().__init__(daemon=True)
        self.scan = scan
        self.over = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.over.set()
        self.join()
        Scan.objects.held_by(self.scan).update(lease_expires_at=Now())

    def run(self) -> None:
        try:
            while not self.over.wait(settings.SCAN_LEASE / 4):
                Scan.objects.held_by(self.scan).update(lease_expires_at=lease(settings.SCAN_LEASE))
        finally:
            connection.close()


class Progress:
    """Writes the progress to the row, a few times a second; raises ClaimLost, and OutOfTime when the scan's is up."""

    def __init__(self, scan: Scan) -> None:
        self.scan = scan
        self.budget = TimeBudget(settings.SCAN_TIMEOUT)
        self.current = ""
        self.folders: set[str] = set()
        self.seen: set[str] = set()
        self.told_at = 0.0

    def expect(self, folders: list[str]) -> None:
        """The folders that are read."""
        self.folders = set(folders)
        tell(self.scan, total=len(folders))

    def at(self, path: str) -> None:
        """A file that was read, or a folder that is judged next."""
        self.budget.check()
        self.current = path
        folder = path if path in self.folders else path.rpartition("/")[0]
        if folder in self.folders:
            self.seen.add(folder)
        if time.monotonic() - self.told_at >= TELL_EVERY:
            self.told_at = time.monotonic()
            tell(self.scan, read=max(len(self.seen) - 1, 0), current=path)
