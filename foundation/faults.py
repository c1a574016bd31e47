"""What keeps workers from running until an admin mends it: a disk without room, a key that is missing."""

from datetime import datetime, timedelta

from django.db.models import Value
from django.utils import timezone

from foundation import encryption
from foundation.encryption import DecryptionFailed
from foundation.models import Fault, Heartbeat

PUT_BACK = "Ask an admin to put it back into PORTAL_KEYS."
TASK = "task"  # beside the kinds of faults
ROOM_LASTS = timedelta(minutes=15)  # after which a worker that says nothing more of its disk counts as mended


def note(kind: Fault.Kind, subject: str) -> None:
    """Note a fault of a worker, by its host, or of a key, by its id."""
    Fault.objects.update_or_create(kind=kind, subject=subject, defaults={"seen_at": timezone.now()})


def unreadable(what: str, error: DecryptionFailed) -> str:
    """Why `what`, the subject of a sentence, can't be decrypted, and what to do; a missing key is noted."""
    if not error.missing_key:
        return f"{what} can't be decrypted. Ask an admin to check the portal's keys."
    note(Fault.Kind.KEY, error.missing_key)
    return f"{what} can't be decrypted: the key “{error.missing_key}” is missing. {PUT_BACK}"


def clear(kind: Fault.Kind, subject: str) -> None:
    Fault.objects.filter(kind=kind, subject=subject).delete()


def standing() -> tuple[list[Fault], dict[str, datetime]]:
    """The faults that are not mended, and when each periodic task last succeeded: one query.

    The faults are missing keys that are still not in the ring, and disks that were full lately.
    """
    tasks = Heartbeat.objects.order_by().values_list(Value(TASK), "name", "at")
    rows = Fault.objects.order_by().values_list("kind", "subject", "seen_at").union(tasks, all=True)
    found = rows.order_by("kind", "subject")
    known = [Fault(kind=kind, subject=subject, seen_at=at) for kind, subject, at in found if kind != TASK]
    return [fault for fault in known if _stands(fault)], {name: at for kind, name, at in found if kind == TASK}


def _stands(fault: Fault) -> bool:
    if fault.kind == Fault.Kind.KEY:
        return fault.subject not in encryption.key_ids()
    return timezone.now() - fault.seen_at < ROOM_LASTS
