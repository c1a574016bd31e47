"""
Seeds the demo world through the portal's services and running workers.

Each of STEPS creates one part and reports with `say` what it waits for. Steps are idempotent: at later starts a query
or two finds the part complete, or the step completes it after an interruption.
"""

from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts import entry_rules
from accounts.models import SignUp, User
from billing.months import Month
from demo import catalogue, changes, history, money, webhooks

PASSWORD = "demo-portal"
PARTNER_FOR = 2  # months that started since alice and bob became partners, each with a grant
ROLES: dict[str, dict] = {
    "alice": {"is_partner": True},
    "bob": {"is_partner": True},
    "carol": {},
    "admin": {"is_staff": True, "is_superuser": True},
}


@transaction.atomic
def people(say: Callable[[str], None]) -> None:
    """Two partners, a user and an admin, each `<name>@example.com` with a verified address."""
    if not User.objects.exists():
        entry_rules.set_sign_up(SignUp.OPEN, by=None)  # whoever tries the demo may try this, too
    known = set(User.objects.values_list("email", flat=True))
    since = Month.of(timezone.now()).shifted(-PARTNER_FOR).start
    for name, roles in ROLES.items():
        email = f"{name}@example.com"
        if email in known:
            continue
        say(f"{name}, {email}")
        when = {"partner_since": since} if roles.get("is_partner") else {}
        user = User.objects.create_user(email, PASSWORD, first_name=name.title(), **roles, **when)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)


STEPS = [people, money.credits, catalogue.published, history.deployments, changes.since, webhooks.registered]
