"""What keeps workers from running until an admin mends it: a disk without room, a key that is missing."""

from datetime import timedelta

from django.utils import timezone

from foundation import encryption
from foundation.models import Fault

ROOM_LASTS = timedelta(minutes=15)  # after which a worker that says nothing more of its disk counts as mended


def note(kind: Fault.Kind, subject: str) -> None:
    """Note a fault of a worker, by its host, or of a key, by its id."""
    Fault.objects.update_or_create(kind=kind, subject=subject, defaults={"seen_at": timezone.now()})


def clear(kind: Fault.Kind, subject: str) -> None:
    Fault.objects.filter(kind=kind, subject=subject).delete()


def standing() -> list[Fault]:
    """The faults that are not mended: missing keys that are still not in the ring, and disks that were full lately."""
    return [fault for fault in Fault.objects.all() if _stands(fault)]


def _stands(fault: Fault) -> bool:
    if fault.kind == Fault.Kind.KEY:
        return fault.subject not in encryption.key_ids()
    return timezone.now() - fault.seen_at < ROOM_LASTS
