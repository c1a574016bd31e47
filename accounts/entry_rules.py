"""Services for the rules of entry: who may create an account, and who needs a second factor."""

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse

from accounts.models import SignUp, TwoFactor, User
from accounts.services import locked_settings
from foundation import audit, outbox


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


@transaction.atomic
def remove_second_factors(person: User, *, by: User | None) -> bool:
    """For somebody who lost theirs: they sign in with the password alone, and are told. False if they had none."""
    removed, _ = Authenticator.objects.filter(user=person).delete()
    if not removed:
        return False
    event = audit.record("user.second_factors_removed", by=by, target=person)
    outbox.post(
        key=f"second-factors-removed:{event.pk}",
        to=person.email,
        subject="Your two-factor sign-in was removed",
        text="You now sign in with your password alone. Set up two-factor sign-in again on your profile:\n"
        f"{outbox.link(reverse('accounts:profile'))}#two-factor",
        why="an admin removed the app, the passkeys and the recovery codes of your account",
        stop="Did you not ask for this? Tell an admin of this portal.",
    )
    return True
