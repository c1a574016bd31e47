"""The outbox: e-mails are rows, written in the transaction that causes them and sent by a worker."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string

from foundation.models import OutboxMessage
from foundation.wake import wake


def link(path: str) -> str:
    """The absolute URL of a page, for e-mails."""
    return f"{settings.PORTAL_URL}{path}"


def post(*, key: str, to: str, subject: str, text: str, why: str, stop: str, is_secret: bool = False) -> None:
    """Write an e-mail within the caller's transaction; idempotent by `key`.

    The portal's name is put before the subject; `why` and `stop` as for `letter`. E-mails are stored, and admins see
    them: one whose text contains a secret must say so by `is_secret`.
    """
    message = OutboxMessage(key=key, to=to, subject=subject)
    whole = letter(text, why=why, stop=stop)
    if is_secret:
        message.secret_text = whole
    else:
        message.text = whole
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    transaction.on_commit(partial(wake, "foundation.send_mail"))


def letter(text: str, *, why: str, stop: str) -> str:
    """The whole text of an e-mail: a greeting, `text`, why it was sent, how to stop it, and a sign-off.

    `why` follows "You get this e-mail because" and has no full stop; `stop` is one sentence or two.
    """
    return render_to_string("emails/base.txt", {"text": text.strip(), "why": why, "stop": stop})
