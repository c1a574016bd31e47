"""Credits of the demo world: two granted months, a sale, goodwill and an award, each on its day."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from billing import granting, services
from billing.models import Allowance, Wallet
from billing.months import Month
from foundation.credits import CREDIT

ALLOWANCE = 500  # credits a month
BACK = 2  # months


@transaction.atomic
def credits(say: Callable[[str], None]) -> None:
    """A default allowance from two months ago with its grants, and what the admin added since."""
    if Allowance.objects.exists():
        return
    say("two months of grants, a sale, goodwill and an award")
    people = {person.email.partition("@")[0]: person for person in User.objects.all()}
    admin, now = people["admin"], timezone.now()
    first = Month.of(now).shifted(-BACK)
    Allowance.objects.create(amount=ALLOWANCE * CREDIT, valid_from=first.first, by=admin)
    # Booked in chronological order, so each row's balance follows from the one before.
    granting.ensure_grants(first.shifted(1).start + timedelta(minutes=1))
    day = first.shifted(1).start + timedelta(days=6, hours=9)
    _add(people["carol"], 400, "sale", "Invoice 2041, bank transfer", by=admin, now=day, paid=360_00)
    _add(people["carol"], 25, "goodwill", "Start-up help", by=admin, now=day + timedelta(minutes=4))
    _add(people["bob"], 100, "award", "Best new module of the quarter", by=admin, now=day + timedelta(hours=5))
    granting.ensure_grants(first.shifted(2).start + timedelta(minutes=1))


def _add(owner: User, amount: int, source: str, reason: str, *, by: User, now: datetime, paid: int = 0) -> None:
    wallet = Wallet.objects.filter(owner=owner).first()
    services.add_credits(
        owner,
        amount=amount * CREDIT,
        source=source,
        paid=paid,
        reason=reason,
        by=by,
        nonce=f"demo-{source}",
        wallet_version=wallet.version if wallet else 0,
        now=now,
    )
