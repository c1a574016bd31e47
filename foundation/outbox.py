"""The outbox: e-mails are written with the change that causes them, and sent by a worker."""

from functools import partial

from django.db import transaction

from foundation.models import OutboxMessage
from foundation.wake import wake


def post(*, key: str, to: str, subject: str, text: str) -> None:
    """Write an e-mail within the caller's transaction; a second one with the same key is left out."""
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(key=key, to=to, subject=subject, text=text)], ignore_conflicts=True
    )
    transaction.on_commit(partial(wake, "foundation.send_mail"))
