"""Accepts GitHub's webhook deliveries, each once; a push of the selected branch or of a tag starts a scan.

A delivery is a row. Taking it waits for no lock, whatever a scan or a person changes at that moment; a worker heeds it.

Source: https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
"""

import hashlib
import hmac
import json
import logging
import re
from typing import Any
from urllib.parse import parse_qs

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.db.models.functions import Now

from accounts import webhook_health
from accounts.models import GitHubConnection
from foundation.encryption import DecryptionFailed
from foundation.wake import wake
from modules.models import Delivery
from modules.scanning.services import start_scan

MOST_BYTES = 1024**2  # of a body; a push with many hundreds of commits may have more, and the next rescan finds it
MOST_KEPT = 10_000  # deliveries of a connection: thirty days of three hundred pushes
WORD = re.compile(r"[\w-]{1,40}")  # an event's name or a delivery's id
TAGS = "refs/tags/"
PONG, QUEUED, REPEATED = "pong", "queued", "ignored: this delivery was received before"

logger = logging.getLogger(__name__)


class Unreadable(Exception):
    """The delivery is not in GitHub's format; the text says why."""


def signature_of(body: bytes, connection: GitHubConnection | None) -> str:
    """The HMAC-SHA256 of `body`, hexadecimal; blank without a secret, which takes as long."""
    secret = _secret(connection)
    signature = hmac.new(secret.encode() or b"none", body, hashlib.sha256).hexdigest()
    return signature if secret else ""


def is_signed(signature: str, header: str) -> bool:
    """Whether the header X-Hub-Signature-256 holds `signature`."""
    return hmac.compare_digest(f"sha256={signature}".encode(), header.encode(errors="replace"))


def payload_of(body: bytes, content_type: str) -> dict:
    """The JSON of a delivery, whichever of the two content types it was sent with; raises Unreadable."""
    try:
        if content_type == "application/x-www-form-urlencoded":
            body = parse_qs(body.decode(), strict_parsing=True)["payload"][0].encode()
        payload = json.loads(body)
    except (ValueError, KeyError, RecursionError) as error:
        raise Unreadable("The body is neither JSON nor a form with JSON in its field payload.") from error
    if not isinstance(payload, dict):
        raise Unreadable("The body is JSON, but not an object.")
    return payload


def take(connection: GitHubConnection, *, delivery_id: str, signature: str, event: str, payload: dict) -> str:
    """Store a delivery, and wake a worker if it requires a scan; returns the text for GitHub's page of deliveries.

    Idempotent: a delivery whose id or body was received before has no effect. Raises Unreadable, and DoesNotExist when
    the connection was removed meanwhile.
    """
    connection = GitHubConnection.objects.get(pk=connection.pk)
    if not (WORD.fullmatch(delivery_id) and WORD.fullmatch(event)):
        raise Unreadable("The headers X-GitHub-Delivery and X-GitHub-Event are missing or malformed.")
    needless = _reason_to_ignore(connection, event, payload)
    facts = {"delivery_id": delivery_id, "signature": signature, "event": event, "is_waiting": not needless}
    is_new = _note(connection, repository_id=_repository_id(payload), **facts)
    webhook_health.note_accepted(connection)
    if event == "ping":
        return PONG
    if not is_new:
        return REPEATED
    if needless:
        return f"ignored: {needless}"
    if connection.deliveries.filter(is_waiting=True)[:2].count() == 1:  # of a burst, the first wakes
        wake("modules.heed_deliveries", connection.pk)
    return QUEUED


@transaction.atomic
def heed(connection_id: int) -> None:
    """Start the scan that a connection's deliveries require, one for all of them; idempotent.

    Does nothing while somebody else has locked the connection: the poller comes back.
    """
    unlocked = GitHubConnection.objects.publishing().select_for_update(no_key=True, skip_locked=True, of=("self",))
    connection = unlocked.filter(pk=connection_id).first()
    if connection is None:
        return
    waiting = list(connection.deliveries.filter(is_waiting=True).values_list("pk", flat=True))
    if not Delivery.objects.filter(pk__in=waiting).update(is_waiting=False):
        return
    # A running scan may have asked for the newest commit before this push; the poller compares when it has ended.
    GitHubConnection.objects.filter(pk=connection.pk).update(pushed_at=Now())
    start_scan(connection, by=None)


def heed_waiting() -> None:
    """Heed the deliveries whose message was lost, or whose connection was locked."""
    for connection_id in Delivery.objects.filter(is_waiting=True).values_list("connection", flat=True).distinct():
        heed(connection_id)


def forget_many() -> None:
    """Delete the oldest deliveries of who has more than MOST_KEPT: with a secret anybody can sign any number."""
    numbers = Delivery.objects.order_by().values("connection").annotate(number=Count("pk"))
    for connection_id in numbers.filter(number__gt=MOST_KEPT).values_list("connection", flat=True):
        own = Delivery.objects.filter(connection=connection_id)
        own.filter(is_waiting=False).exclude(pk__in=own.order_by("-pk").values("pk")[:MOST_KEPT]).delete()


def _secret(connection: GitHubConnection | None) -> str:
    if connection is None:
        return ""
    try:
        return connection.webhook_secret
    except DecryptionFailed:
        logger.error("webhook secret cannot be opened", extra={"connection": connection.pk})
        return ""


def _repository_id(payload: dict) -> int | None:
    """Return GitHub's id of the payload's repository. Returns None when it names none, as an organisation's ping."""
    repository = payload.get("repository")
    number = repository.get("id") if isinstance(repository, dict) else None
    return number if type(number) is int and 0 < number < 2**63 else None


def _note(connection: GitHubConnection, *, repository_id: int | None, **facts: Any) -> bool:
    """Store a delivery; whether it is new."""
    try:
        with transaction.atomic():
            Delivery.objects.create(connection=connection, repository_id=repository_id, **facts)
    except IntegrityError:
        return False
    return True


def _reason_to_ignore(connection: GitHubConnection, event: str, payload: dict) -> str:
    """Why an event requires no scan, in a sentence; blank when it requires one."""
    if event != "push":
        return f"the event {event} is not used"
    number = _repository_id(payload)
    if number is None or number != connection.repository_id:
        return "modules come from another repository"
    branch = connection.branch or payload["repository"].get("default_branch")
    ref = str(payload.get("ref"))
    if ref != f"refs/heads/{branch}" and not ref.startswith(TAGS):
        return f"modules come from the branch {branch}"
    if not GitHubConnection.objects.publishing().filter(pk=connection.pk).exists():
        return "its owner publishes no modules"
    return ""
