"""The outbox: e-mails are written with the change that causes them, and sent by a worker."""

from functools import partial

from django.conf import settings
from django.db import transaction

from foundation.models import OutboxMessage
from foundation.wake import wake


def link(path: str) -> str:
    """The whole address of a page of the portal, as an e-mail needs it."""
    return f"{settings.PORTAL_URL}{path}"


def post(*, key: str, to: str, subject: str, text: str) -> None:
    """Write an e-mail within the caller's transaction; a second one with the same key is left out.

    The portal's name goes before the subject. No part may hold a secret: e-mails are kept, and admins see them.
    """
    OutboxMessage.objects.bulk_create(
        [OutboxMessage(key=key, to=to, subject=subject, text=text)], ignore_conflicts=True
    )
    transaction.on_commit(partial(wake, "foundation.send_mail"))
