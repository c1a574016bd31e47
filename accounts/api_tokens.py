"""Personal API tokens: keys to Terraform's registry protocol, of which the portal keeps nothing but a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import ApiToken, User
from foundation import audit

PREFIX = "pp_"  # so that people, and tools that look for leaked secrets, know one when they see it
SECRET_BYTES = 32  # 43 characters of base64url, which no list of guesses comes near: a fast hash is enough
MOST = 20  # working ones of one person
NOTED_EVERY = timedelta(minutes=1)


class Refused(Exception):
    """The token was not made; the text says why, in a sentence for people."""


@transaction.atomic
def create(owner: User, *, name: str, by: User) -> tuple[ApiToken, str]:
    """Make a token and return it with its text, which is stored nowhere.

    Raises Refused when `owner` has a working one of that name, or MOST of them.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)  # two at once would count the same ones
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
    """End a token for good, at once; one that is revoked already stays as it is."""
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record("api_token.revoked", by=by, target=token, name=token.name)
    return token


def working() -> QuerySet[ApiToken]:
    """Tokens that work: not revoked, and of people who are active."""
    return ApiToken.objects.filter(revoked_at=None, owner__is_active=True).select_related("owner")


def accept(text: str, *, now: datetime) -> ApiToken | None:
    """The working token of this text, with its owner; None when there is none.

    Its use is noted once in NOTED_EVERY, so that a busy build server costs a read alone.
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
