"""The audit trail: written by services in the transaction of the change itself."""

from typing import Any, Protocol

from foundation.models import AuditEvent


class Actor(Protocol):
    """The part of a user that the trail needs."""

    @property
    def email(self) -> str: ...


def record(verb: str, *, by: Actor | None, target: Any, **detail: Any) -> AuditEvent:
    """Record that `by` (None for the portal) did `verb` to `target` (a row with a `ref`).

    `detail` is JSON and never holds a secret.
    """
    return AuditEvent.objects.create(
        verb=verb, by=by.email if by else "", target=f"{target._meta.label_lower}:{target.ref}", detail=detail
    )
