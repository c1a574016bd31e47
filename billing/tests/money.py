"""Money for tests: who has what, and what a deployment costs."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

from accounts.models import User
from billing import services
from billing.models import Wallet
from foundation.credits import CREDIT
from tests.people import make_admin

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
numbers = count(1)


def credits(amount) -> int:
    return int(Decimal(str(amount)) * CREDIT)


def bank() -> User:
    """The admin who gives credits in tests."""
    return User.objects.filter(email="bank@example.com").first() or make_admin("bank")


def version_of(user) -> int:
    wallet = Wallet.objects.filter(owner=user).first()
    return wallet.version if wallet else 0


def give(user, amount, *, source="award", paid=0, expires_at=None, now=NOON):
    """Credits for a person; with `paid` (minor units) they are sold."""
    return services.add_credits(
        user,
        amount=credits(amount),
        source="sale" if paid else source,
        paid=paid,
        reason="for a test",
        by=bank(),
        nonce=f"test-{next(numbers)}",
        wallet_version=version_of(user),
        expires_at=expires_at,
        now=now,
    )


def centre_of(user, *, partner=None, share=None, module="Postgres Database", name="orders-db"):
    number = next(numbers)
    return services.open_cost_centre(
        owner=user,
        deployment_ref=f"dep{number}",
        deployment_name=name,
        module_title=module,
        partner=partner,
        share=share,
    )


def hold_for(user, amount, *, centre=None, now=NOON, **options):
    run = f"run{next(numbers)}"
    centre = centre or centre_of(user)
    return services.hold(
        user,
        amount=credits(amount),
        key=f"run:{run}:hold",
        run=run,
        cost_centre=centre,
        by=user,
        explain=f"{centre.module_title}, {centre.deployment_name}",
        now=now,
        **options,
    )


def figures(user, *, now=NOON) -> tuple[Decimal, Decimal, Decimal]:
    """Awarded, Purchased and held, in credits."""
    balance = services.balance(user, now=now)
    return balance.awarded / Decimal(CREDIT), balance.purchased / Decimal(CREDIT), balance.held / Decimal(CREDIT)
