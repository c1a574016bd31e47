"""The public actions of the ledger. Amounts are units (10,000 per credit); money is in minor units.

Actions that move credits are atomic and idempotent, and are retried after a deadlock or another conflict in the
database.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import PlatformSettings, User
from billing import ledger
from billing.crediting import add_credits, expire
from billing.errors import (
    BadAdjustment,
    HoldIsOver,
    KeyReused,
    LedgerError,
    NotEnoughCredits,
    OwnBalance,
    RefundTooLarge,
    WalletMoved,
)
from billing.holds import capture, hold, keep, release
from billing.models import Account, CostCentre, Lot
from billing.refunding import refund
from foundation.compiled import Param, compiled

__all__ = [
    "BadAdjustment",
    "Balance",
    "HoldIsOver",
    "KeyReused",
    "LedgerError",
    "NotEnoughCredits",
    "OwnBalance",
    "RefundTooLarge",
    "WalletMoved",
    "add_credits",
    "balance",
    "capture",
    "expire",
    "hold",
    "keep",
    "open_cost_centre",
    "refund",
    "release",
]


@dataclass(frozen=True)
class Balance:
    """A person's credits in units: the available ones of each kind, and the held ones of both."""

    awarded: int = 0
    purchased: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        return self.awarded + self.purchased

    @property
    def posted(self) -> int:
        return self.available + self.held


def balance(user: User, *, now: datetime | None = None) -> Balance:
    """A person's balance at `now`. Takes no lock; without a wallet it is 0."""
    (figures,) = _figures(owner=user.pk, now=now or timezone.now()) or [(0, 0, 0)]
    return Balance(*map(int, figures))


@compiled
def _figures(owner: Param, now: Param) -> QuerySet[Any]:
    """Units that are free of each kind, and those that are held; no row without lots."""
    is_usable = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    free = F("remaining") - F("held")

    def free_of(kind: Account.Kind) -> Coalesce:
        return Coalesce(Sum(free, filter=is_usable & Q(account__kind=kind)), 0)

    lots = Lot.objects.filter(account__wallet__owner=owner, remaining__gt=0).order_by().values("account__wallet__owner")
    figures = lots.annotate(
        figure_awarded=free_of(Account.Kind.AWARDED),
        figure_purchased=free_of(Account.Kind.PURCHASED),
        figure_held=Coalesce(Sum("held"), 0),
    )
    return figures.values_list("figure_awarded", "figure_purchased", "figure_held")


@transaction.atomic
def open_cost_centre(
    *,
    owner: User,
    deployment_ref: str,
    deployment_name: str,
    module_title: str,
    partner: User | None = None,
    share: Decimal | None = None,
) -> CostCentre:
    """Create the cost centre of a deployment: copies of the facts that billing needs.

    `partner` (None for a platform module) earns `share` percent of the money paid for captured credits; the default
    is the platform's current percentage.
    """
    ledger.open_wallets(person.pk for person in (owner, partner) if person)
    if partner and share is None:
        share = PlatformSettings.load().revenue_share
    return CostCentre.objects.create(
        owner=owner,
        deployment_ref=deployment_ref,
        deployment_name=deployment_name,
        module_title=module_title,
        partner=partner,
        share_percent=share if partner else 0,
    )
