"""The audit trail: written by services in the transaction of the deed itself."""

from typing import Any

from accounts.models import User
from foundation.models import AuditEvent


def record(verb: str, *, by: User, target: Any, **detail: Any) -> AuditEvent:
    """Record that `by` (a user, or None for the portal) did `verb` to `target` (a row with a `ref`).

    `detail` is JSON and never holds a secret.
    """
    return AuditEvent.objects.create(
        verb=verb, by=by.email if by else "", target=f"{target._meta.label_lower}:{target.ref}", detail=detail
    )
