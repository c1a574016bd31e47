"""The audit trail: written by services in the transaction of the change itself."""

from typing import Any, Protocol

from django.db import connection

from foundation.models import AuditEvent

# Steps from each verb in the index to the next one; DISTINCT would read the whole trail.
VERBS = """
    WITH RECURSIVE found AS (
        SELECT min(verb) AS verb FROM foundation_auditevent
        UNION ALL
        SELECT (SELECT min(event.verb) FROM foundation_auditevent event WHERE event.verb > found.verb)
          FROM found WHERE found.verb IS NOT NULL
    )
    SELECT verb FROM found WHERE verb IS NOT NULL ORDER BY verb
"""


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


def verbs() -> list[str]:
    """The verbs of all events, in alphabetical order."""
    with connection.cursor() as cursor:
        cursor.execute(VERBS)
        return [verb for (verb,) in cursor.fetchall()]
