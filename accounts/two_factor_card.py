"""The card "Two-factor sign-in" of the profile: what a person has set up. Decrypts nothing."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.app_settings import RECOVERY_CODE_COUNT
from allauth.mfa.models import Authenticator
from django.conf import settings

from accounts.models import User


@dataclass(frozen=True)
class Passkey:
    pk: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class TwoFactorCard:
    """`off` says why nobody can use it; `lead` what it is worth; `codes` how many recovery codes are left."""

    lead: str
    off: str
    app_since: datetime | None
    passkeys: list[Passkey]
    codes: str

    @property
    def is_on(self) -> bool:
        return self.app_since is not None or bool(self.passkeys)


def card(person: User) -> TwoFactorCard:
    kinds = Authenticator.Type
    rows = list(Authenticator.objects.filter(user=person).order_by("pk"))
    apps = [row for row in rows if row.type == kinds.TOTP]
    passkeys = [
        Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at)
        for row in rows
        if row.type == kinds.WEBAUTHN
    ]
    masks = [row.data["used_mask"] for row in rows if row.type == kinds.RECOVERY_CODES]
    return TwoFactorCard(
        lead(is_on=bool(apps or passkeys)),
        settings.TWO_FACTOR_OFF,
        app_since=apps[0].created_at if apps else None,
        passkeys=passkeys,
        codes=codes(RECOVERY_CODE_COUNT - masks[0].bit_count()) if masks else "",
    )


def lead(*, is_on: bool) -> str:
    if is_on:
        return "You sign in with your password and one of these. A stolen password alone is not enough."
    return "Besides your password, sign in with your phone or a passkey. A stolen password alone is then not enough."


def codes(left: int) -> str:
    """Line about recovery codes."""
    if left == 0:
        return "None left. Create new ones."
    return f"{left} of {RECOVERY_CODE_COUNT} left. Each works once."
