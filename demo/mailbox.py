"""Stores e-mails, one file each; names sort by time."""

import email
import email.policy
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

SUFFIX = ".eml"


class EmailBackend(BaseEmailBackend):
    """Django e-mail backend; writes each file atomically."""

    def send_messages(self, email_messages) -> int:
        folder = _folder()
        for message in email_messages:
            name = f"{time.time_ns()}-{secrets.token_hex(4)}"
            part = folder / f"{name}.part"
            part.write_bytes(message.message().as_bytes())
            part.rename(folder / f"{name}{SUFFIX}")
        return len(email_messages)


@dataclass(frozen=True)
class Letter:
    """A parsed message."""

    name: str
    subject: str
    to: str
    sender: str
    sent_at: datetime
    text: str


def letters() -> list[Letter]:
    """All messages, newest first."""
    return [_read(path) for path in sorted(_folder().glob(f"*{SUFFIX}"), reverse=True)]


def letter(name: str) -> Letter | None:
    path = _folder() / f"{name}{SUFFIX}"
    return _read(path) if path.is_file() else None


def _folder() -> Path:
    settings.EMAIL_FILE_PATH.mkdir(parents=True, exist_ok=True)
    return settings.EMAIL_FILE_PATH


def _read(path: Path) -> Letter:
    message: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    body = message.get_body(preferencelist=("plain", "html"))
    return Letter(
        name=path.stem,
        subject=message["Subject"] or "(no subject)",
        to=message["To"] or "",
        sender=message["From"] or "",
        sent_at=parsedate_to_datetime(message["Date"]),
        text=body.get_content() if body else "",
    )
