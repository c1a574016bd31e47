"""Invitations: links that create one account once, for the address that was invited; stored only as a hash."""

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Invitation, SignUp, User
from foundation import audit, outbox

LASTS = timedelta(days=7)
TOKEN_BYTES = 32  # impossible to guess: a fast hash is enough


class NotAcceptable(Exception):
    """The link created no account; the message says why, in a sentence for people."""


@transaction.atomic
def create(email: str, *, role: Invitation.Role, by: User | None) -> tuple[Invitation, str]:
    """Create an invitation, and return it with its link, which is never stored in clear.

    An earlier link for the address no longer works. `by` is None for the command line.
    """
    services.locked_settings()  # two admins who invite one address at once
    for earlier in Invitation.objects.waiting().filter(email=email.lower()):
        revoke(earlier, by=by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    invitation = Invitation.objects.create(
        email=email.lower(), role=role, digest=_digest(token), invited_by=by, expires_at=timezone.now() + LASTS
    )
    audit.record("invitation.created", by=by, target=invitation, email=invitation.email, role=role)
    return invitation, outbox.link(reverse("invitation", args=[token]))


@transaction.atomic
def invite(email: str, *, role: Invitation.Role, by: User) -> Invitation:
    """Create an invitation and e-mail its link to the address."""
    invitation, link = create(email, role=role, by=by)
    account = "a partner account" if role == Invitation.Role.PARTNER else "an account"
    outbox.post(
        key=f"invitation:{invitation.ref}",
        to=invitation.email,
        subject="You are invited",
        text=f"{by.email} invites you to create {account}. Choose your password here:\n{link}\n\n"
        f"The link works once, until {invitation.expires_at:%-d %B %Y}.",
        why="an admin of this portal entered your address",
        stop="If you do not want an account, ignore it.",
        is_secret=True,
    )
    return invitation


@transaction.atomic
def revoke(invitation: Invitation, *, by: User | None) -> Invitation:
    """Revoke a link for good; one that was accepted or revoked before stays as it is."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at is None and invitation.revoked_at is None:
        invitation.revoked_at = timezone.now()
        invitation.save(update_fields=["revoked_at"])
        audit.record("invitation.revoked", by=by, target=invitation, email=invitation.email)
    return invitation


def find(token: str, *, now: datetime) -> Invitation | None:
    """The invitation of this link, if it can be accepted now."""
    return Invitation.objects.acceptable(now).filter(digest=_digest(token)).first()


def accept(invitation: Invitation, *, password: str, first_name: str = "", last_name: str = "") -> User:
    """Create the person with the invited role; the invited address counts as confirmed, as the link was sent to it.

    Raises NotAcceptable, of two simultaneous calls for the second.
    """
    try:
        return _accept(invitation, password=password, first_name=first_name, last_name=last_name)
    except IntegrityError as error:  # somebody signed up with the address in the meantime
        raise NotAcceptable(has_account(invitation.email)) from error


@transaction.atomic
def _accept(invitation: Invitation, *, password: str, **names: str) -> User:
    platform = services.locked_settings()
    acceptable = Invitation.objects.acceptable(timezone.now()).select_for_update(of=("self",))
    fresh = acceptable.filter(pk=invitation.pk).first()
    if fresh is None:
        raise NotAcceptable("The link was used already, or is no longer valid. Nothing was changed.")
    if platform.sign_up == SignUp.CLOSED and fresh.invited_by:
        raise NotAcceptable("Nobody can create an account at the moment. Your invitation is kept. Try again later.")
    if is_taken(fresh.email):
        raise NotAcceptable(has_account(fresh.email))
    roles = {"is_partner": fresh.role == Invitation.Role.PARTNER, "is_staff": fresh.role == Invitation.Role.ADMIN}
    person = User.objects.create_user(fresh.email, password, **names, **roles)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    fresh.accepted_at, fresh.accepted_by = timezone.now(), person
    fresh.save(update_fields=["accepted_at", "accepted_by"])
    audit.record("invitation.accepted", by=person, target=fresh, role=fresh.role)
    return person


def is_taken(email: str) -> bool:
    """Whether somebody has an account with this address, or confirmed it as one of theirs."""
    is_another = EmailAddress.objects.filter(email=email.lower(), verified=True).exists()
    return is_another or User.objects.filter(email=email.lower()).exists()


def has_account(email: str) -> str:
    return f"{email} has an account already. Nothing was changed."


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
