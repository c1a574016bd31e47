"""Personal API tokens: keys to Terraform's registry protocol, stored only as a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import ApiToken, User
from foundation import audit

PREFIX = "pp_"  # recognisable to people and to scanners for leaked secrets
SECRET_BYTES = 32  # 43 characters of base64url, impossible to guess: a fast hash is enough
MOST = 20  # active tokens per person
NOTED_EVERY = timedelta(minutes=1)


class Refused(Exception):
    """The token was not created; the message says why, in a sentence for people."""


@transaction.atomic
def create(owner: User, *, name: str, by: User) -> tuple[ApiToken, str]:
    """Create a token and return it with its text, which is never stored.

    Raises Refused when `owner` has an active token of that name, or already has MOST.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # concurrent calls would see the same count
    working = owner.api_tokens.filter(revoked_at=None)
    if working.filter(name=name).exists():
        raise Refused(f"You already have a token named {name}. Choose another name, or revoke that one first.")
    if working.count() >= MOST:
        raise Refused(f"You have {MOST} tokens, the maximum. Revoke one that you no longer use.")
    text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(owner=owner, name=name, digest=_digest(text))
    audit.record("api_token.created", by=by, target=token, name=name)
    return token, text


@transaction.atomic
def revoke(token: ApiToken, *, by: User) -> ApiToken:
    """Revoke a token for good, effective immediately; idempotent."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record("api_token.revoked", by=by, target=token, name=token.name)
    return token


def working() -> QuerySet[ApiToken]:
    """Active tokens: not revoked, and owned by an active user."""
    return ApiToken.objects.filter(revoked_at=None, owner__is_active=True).select_related("owner")


def accept(text: str, *, now: datetime) -> ApiToken | None:
    """Returns the active token with this text, with its owner; None when there is none.

    `last_used_at` is updated at most once per NOTED_EVERY, so a busy build server causes almost no writes.
    """
    token = working().filter(digest=_digest(text)).first()
    if token is None:
        return None
    seen = now - NOTED_EVERY
    if token.last_used_at is None or token.last_used_at <= seen:
        is_due = Q(last_used_at=None) | Q(last_used_at__lte=seen)
        ApiToken.objects.filter(is_due, pk=token.pk).update(last_used_at=now)
    return token


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
