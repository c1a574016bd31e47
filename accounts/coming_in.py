"""Services of the platform settings that say who comes in, and how."""

from django.db import transaction

from accounts.models import SignUp, TwoFactor, User
from accounts.services import locked_settings
from foundation import audit


@transaction.atomic
def set_sign_up(choice: SignUp, *, domains: str = "", by: User | None) -> None:
    """Set who may create an account; `domains`, separated by commas, are kept whatever the choice."""
    platform = locked_settings()
    if (platform.sign_up, platform.sign_up_domains) == (choice, domains):
        return
    platform.sign_up, platform.sign_up_domains = choice, domains
    platform.save(update_fields=["sign_up", "sign_up_domains"])
    audit.record("platform.sign_up_set", by=by, target=platform, sign_up=choice, domains=domains)


@transaction.atomic
def require_two_factor(of: TwoFactor, *, by: User) -> None:
    """Set of whom two-factor sign-in is required."""
    platform = locked_settings()
    if platform.two_factor == of:
        return
    platform.two_factor = of
    platform.save(update_fields=["two_factor"])
    audit.record("platform.two_factor_set", by=by, target=platform, required_of=of)
