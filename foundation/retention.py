"""What is removed because of its age: rules of the apps, carried out in small steps by the role of retention.

A rule that ends is asked again a day later. The rows themselves say what is left to do, so a pass that breaks off goes
on where it was. Money, the audit trail, and the newest state of anything have no rule.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connections, transaction
from django.db.models import QuerySet
from django.db.models.functions import Least

from foundation.models import OutboxMessage, Removal
from foundation.time_budget import TimeBudget

DATABASE = "retention"  # the connection of the role that may remove
MOST = 200  # rows of a step, which is one transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rule:
    """What becomes of something that is older than the days in a setting; 0 days keep it for ever.

    `step` removes at most so many rows older than a moment, and returns how many; fewer mean that nothing is left.
    """

    name: str
    setting: str
    step: Callable[[datetime, int], int]

    @property
    def days(self) -> float:
        return float(getattr(settings, self.setting))


def carry_out(rules: Sequence[Rule], *, now: datetime, since: datetime, budget: TimeBudget) -> bool:
    """Take steps of the rules that have not ended since `since`, until time is over; True when none had any left."""
    ended = set(Removal.objects.filter(done_at__gte=since).values_list("name", flat=True))
    for rule in rules:
        is_due = rule.days > 0 and rule.name not in ended
        while is_due:
            is_due = _step(rule, now=now, since=since) == MOST
            if budget.is_over:
                return False
    return True


def delete(rows: QuerySet, most: int) -> int:
    """Delete the first `most` of `rows`, with all that hangs on them; returns how many of `rows` there were."""
    chosen = list(rows.using(DATABASE).order_by("pk").values_list("pk", flat=True)[:most])
    rows.model._base_manager.using(DATABASE).filter(pk__in=chosen).delete()
    return len(chosen)


def _step(rule: Rule, *, now: datetime, since: datetime) -> int:
    with transaction.atomic(using=DATABASE):
        removed = rule.step(now - timedelta(days=rule.days), MOST)
        _note(rule, removed, now=now, since=since)
    if removed:
        logger.info("removed because of its age", extra={"rule": rule.name, "rows": removed})
    return removed


def _note(rule: Rule, removed: int, *, now: datetime, since: datetime) -> None:
    notes = Removal.objects.using(DATABASE)
    note, _ = notes.get_or_create(name=rule.name, defaults={"begun_at": now})
    if note.begun_at < since:
        note.begun_at, note.removed = now, 0
    note.removed += removed
    note.total += removed
    note.done_at = now if removed < MOST else None
    note.save(using=DATABASE)


def _forget_mail(before: datetime, most: int) -> int:
    """Sent e-mails, and those that were given up."""
    over = OutboxMessage.objects.alias(over_at=Least("sent_at", "given_up_at"))  # of which one is null
    return delete(over.filter(over_at__lt=before), most)


def _forget_cache(before: datetime, most: int) -> int:
    """Expired rows of Django's cache, which has no model."""
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(
            "DELETE FROM foundation_cache WHERE cache_key IN"
            " (SELECT cache_key FROM foundation_cache WHERE expires < %s ORDER BY expires LIMIT %s)",
            [before, most],
        )
        return int(cursor.rowcount)


RULES = [
    Rule("sent e-mails", "KEEP_MAIL_DAYS", _forget_mail),
    Rule("expired counters of sign-in limits", "KEEP_CACHE_DAYS", _forget_cache),
]
