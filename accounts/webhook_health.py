"""Deliveries that were refused because of their signature: kept on the connection's row, e-mailed once a secret."""

import hashlib
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import GitHubConnection
from accounts.services import those_responsible
from accounts.token_health import Trouble
from foundation import outbox

PAUSE = timedelta(minutes=1)  # between two writes, as anybody who knows the address can send what is refused
TEXT = (
    "GitHub signs with another secret. Pushes are noticed only by the regular scans. "
    "Replace the secret here, then enter the new one on GitHub."
)


def trouble_of(connection: GitHubConnection) -> Trouble | None:
    """The refusal since the last accepted delivery; None if there was none."""
    if connection.delivery_refused_at is None:
        return None
    whose, side = ("The platform's", "?for=platform") if connection.is_platform else ("Your", "")
    digest = hashlib.sha256(bytes(connection.webhook_secret_encrypted)).hexdigest()[:16]
    url = f"{reverse('accounts:profile')}{side}#webhook"
    return Trouble(
        f"webhook:{connection.ref}:{digest}", "warn", f"{whose} webhook's deliveries", "are refused", TEXT, url
    )


def note_accepted(connection: GitHubConnection) -> None:
    """Forget the refusals before an accepted delivery."""
    if connection.delivery_refused_at:
        _note(connection, ~Q(delivery_refused_at=None), at=None)


def note_refused(connection: GitHubConnection) -> None:
    """Remember that a delivery was refused, and tell those who manage the connection, once for each secret."""
    is_due = Q(delivery_refused_at=None) | Q(delivery_refused_at__lt=Now() - PAUSE)
    if not _note(connection, is_due, at=Now()):
        return
    connection.refresh_from_db(fields=["delivery_refused_at"])
    trouble = trouble_of(connection)
    for person in those_responsible(connection.owner):
        outbox.post(
            key=f"{trouble.key}:{person.ref}",
            to=person.email,
            subject=trouble.title[:200],
            text=f"{trouble.title}. {trouble.text}\n\nFix it on your profile:\n{outbox.link(trouble.url)}",
            why="you manage this GitHub connection",
            stop="There is one e-mail for each secret. Remove the connection to get none.",
        )


@transaction.atomic
def _note(connection: GitHubConnection, condition: Q, *, at: Now | None) -> int:
    """Note when a delivery was refused, without waiting: while somebody has locked the row, the next delivery does."""
    rows = GitHubConnection.objects.select_for_update(no_key=True, skip_locked=True).filter(condition, pk=connection.pk)
    return GitHubConnection.objects.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
        delivery_refused_at=at
    )
