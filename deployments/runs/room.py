"""Whether the disk of this worker has room for a run."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from foundation import faults
from foundation.models import Fault

FULL = (errno.ENOSPC, errno.EDQUOT)


class NoRoom(Exception):
    """The disk of this worker has no room for a run; nothing was changed."""


def check() -> None:
    """Raise NoRoom, and note it, when less than RUN_FREE_BYTES are free where runs work; else clear what was noted."""
    host = socket.gethostname()
    if _free(settings.RUNS_DIR) < settings.RUN_FREE_BYTES:
        faults.note(Fault.Kind.ROOM, host)
        raise NoRoom
    faults.clear(Fault.Kind.ROOM, host)


@contextmanager
def needed() -> Iterator[None]:
    """Turns the error of a disk that is full into NoRoom, and notes it."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        faults.note(Fault.Kind.ROOM, socket.gethostname())
        raise NoRoom from error


def _free(directory: Path) -> int:
    """Bytes that are free on the disk of a directory that may not exist yet; 0 when no more files can be made."""
    while not directory.exists():
        directory = directory.parent
    found = os.statvfs(directory)
    has_inodes = found.f_favail > 0 or found.f_files == 0  # some file systems count none
    return found.f_bavail * found.f_frsize if has_inodes else 0
