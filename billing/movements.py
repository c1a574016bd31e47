"""The list of transactions: transfers, and holds and releases, which do not change the balance."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value

from accounts.models import User
from billing.models import Hold, Transfer
from foundation.choices import ShownChoices

FOUND_IN_BOTH = ["ref", "reference", "reason", "cost_centre__deployment_name", "cost_centre__module_title"]


class Unposted(ShownChoices):
    """Movements that do not change the balance."""

    HOLD = "hold", "", "pause", "Reserved"
    RELEASE = "release", "", "replace", "Returned"


@dataclass(frozen=True)
class Movement:
    """One transaction in the list. Units are signed for a transfer, and unsigned for a hold or release."""

    at: datetime
    kind: Transfer.Kind | Unposted
    ref: str
    about: str
    person: str
    awarded: int
    purchased: int
    balance: int

    @property
    def word(self) -> str:
        """ "reserved" or "returned", shown instead of a sign; blank for a transfer."""
        return self.kind.label.lower() if isinstance(self.kind, Unposted) else ""


def find(
    user: User,
    *,
    person: User | None = None,
    text: str = "",
    start: datetime | None = None,
    end: datetime | None = None,
) -> QuerySet[Any]:
    """The movements that `user` may see, newest first, as dicts of moment, source and pk, for `load`.

    `start` and `end` are days, both included.
    """
    transfers = _told(Transfer.objects.visible_to(user), person, text)
    holds = _told(Hold.objects.visible_to(user), person, text)
    released = holds.filter(state=Hold.State.RELEASED)
    parts = [
        _keys(transfers, "created_at", "transfer", start, end),
        _keys(holds, "created_at", "hold", start, end),
        _keys(released, "finished_at", "release", start, end),
    ]
    return parts[0].union(*parts[1:], all=True).order_by("-moment", "-source", "-pk")


def _told(rows: QuerySet[Any], person: User, text: str) -> QuerySet[Any]:
    if person:
        rows = rows.filter(wallet__owner=person)
    if not text:
        return rows
    matches = Q()
    for name in FOUND_IN_BOTH:
        matches |= Q(**{f"{name}__icontains": text})
    return rows.filter(matches)


def _keys(rows: QuerySet[Any], moment: str, source: str, start: datetime, end: datetime) -> QuerySet[Any]:
    if start:
        rows = rows.filter(**{f"{moment}__gte": datetime.combine(start, time.min, UTC)})
    if end:
        rows = rows.filter(**{f"{moment}__lte": datetime.combine(end, time.max, UTC)})
    return rows.values(moment=F(moment), source=Value(source, CharField()), pk=F("pk"))


def load(keys: Iterable[dict]) -> list[Movement]:
    """The movements of some results of `find`, in the same order, with a fixed number of queries."""
    keys = list(keys)
    transfers = _transfers([key["pk"] for key in keys if key["source"] == "transfer"])
    holds = _holds([key["pk"] for key in keys if key["source"] == "hold"], "created_at")
    releases = _holds([key["pk"] for key in keys if key["source"] == "release"], "finished_at")
    rows: dict[str, dict[int, Any]] = {"transfer": transfers, "hold": holds, "release": releases}
    return [_movement(key["source"], rows[key["source"]][key["pk"]]) for key in keys]


def _transfers(pks: list[int]) -> dict[int, Transfer]:
    return Transfer.objects.select_related("wallet__owner", "by").in_bulk(pks)


def _holds(pks: list[int], moment: str) -> dict[int, Any]:
    """Holds by primary key, each with its Awarded and Purchased units, and the balance at its `moment`."""
    before = Transfer.objects.in_credits().filter(wallet=OuterRef("wallet"), created_at__lte=OuterRef(moment))
    holds = Hold.objects.select_related("wallet__owner", "cost_centre").annotate(
        awarded=Sum("lines__amount", filter=Q(lines__lot__account__kind="awarded"), default=0),
        purchased=Sum("lines__amount", filter=Q(lines__lot__account__kind="purchased"), default=0),
        balance=Subquery(before.newest_first().values("balance_after")[:1]),
    )
    return holds.in_bulk(pks)


def _movement(source: str, row: Any) -> Movement:
    kind: Transfer.Kind | Unposted
    if isinstance(row, Transfer):
        kind, at, balance = Transfer.Kind(row.kind), row.created_at, row.balance_after
    else:
        kind, balance = Unposted(source), row.balance or 0
        at = row.finished_at if source == "release" else row.created_at
    return Movement(
        at=at,
        kind=kind,
        ref=row.ref,
        about=_about(source, row),
        person=row.wallet.owner.email,
        awarded=row.awarded,
        purchased=row.purchased,
        balance=balance or 0,
    )


def _about(source: str, row: Transfer | Hold) -> str:
    """The reference and the reason. A hold's reason is that of its release, so it is shown only there."""
    reason = "" if source == "hold" else row.reason
    return ", ".join(part for part in (row.reference, reason) if part)
