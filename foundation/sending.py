"""Sends the e-mails of the outbox, each in a separate transaction: a crashed sender repeats one at most."""

import hashlib
import logging
import smtplib
from contextlib import closing
from datetime import timedelta
from email.utils import parseaddr
from enum import Enum, auto

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from foundation.encryption import DecryptionFailed
from foundation.models import OutboxMessage

FIRST_PAUSE = timedelta(seconds=30)  # doubled after each failure
MOST_PAUSES = 2**7  # an hour
PATIENCE = timedelta(days=1)  # after creation; then the e-mail is given up
# Errors about one e-mail; any other error is the server's and would hit the next e-mail too.
OF_ONE_EMAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, ValueError, DecryptionFailed)

logger = logging.getLogger(__name__)


class Outcome(Enum):
    NOTHING_DUE = auto()
    TRIED = auto()
    SERVER_FAILED = auto()


def send_due() -> None:
    """Send every e-mail that is due and not locked by another sender; stop when the server fails."""
    with closing(get_connection()) as server:
        while (outcome := _send_next(server)) is Outcome.TRIED:
            pass
    if outcome is Outcome.SERVER_FAILED:
        _postpone_others()


@transaction.atomic
def _send_next(server: BaseEmailBackend) -> Outcome:
    message = _due().select_for_update(skip_locked=True).first()
    if message is None:
        return Outcome.NOTHING_DUE
    message.attempts += 1
    outcome = Outcome.TRIED
    try:
        server.open()
        _letter(message, server).send()
    except (OSError, ValueError, DecryptionFailed) as error:  # smtplib's own errors are OSErrors
        _note_failure(message, error)
        outcome = Outcome.TRIED if isinstance(error, OF_ONE_EMAIL) else Outcome.SERVER_FAILED
    else:
        message.sent_at, message.error, message.secret_text_encrypted = Now(), "", b""
    message.save(update_fields=["attempts", "error", "next_try_at", "sent_at", "given_up_at", "secret_text_encrypted"])
    return outcome


def _due() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(sent_at=None, given_up_at=None, next_try_at__lte=Now())


def _letter(message: OutboxMessage, server: BaseEmailBackend) -> EmailMessage:
    headers = {"Message-ID": message_id(message.key), "Auto-Submitted": "auto-generated"}
    subject = f"{settings.EMAIL_SUBJECT_PREFIX}{message.subject}"
    text = message.secret_text if message.secret_text_encrypted else message.text
    return EmailMessage(subject, text, to=[message.to], headers=headers, connection=server)


def message_id(key: str) -> str:
    """The Message-ID, equal for every attempt, so that receivers can drop a duplicate."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    facts = {"key": message.key, "attempts": message.attempts, "error": str(error)}
    message.error = f"{type(error).__name__}: {error}"[:300].replace("\0", "")
    if timezone.now() - message.created_at > PATIENCE:
        message.given_up_at = Now()
        logger.error("e-mail given up", extra=facts)
        return
    message.next_try_at = Now() + FIRST_PAUSE * min(2 ** (message.attempts - 1), MOST_PAUSES)
    logger.warning("e-mail not sent", extra=facts)


@transaction.atomic
def _postpone_others() -> None:
    """Postpone all due e-mails after the server failed, without counting an attempt."""
    others = _due().select_for_update(skip_locked=True).values("pk")
    OutboxMessage.objects.filter(pk__in=others).update(next_try_at=Now() + FIRST_PAUSE)
