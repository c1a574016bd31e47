"""The nightly removal of what is old: which rules there are, and when they are carried out."""

from datetime import datetime, timedelta

from django.conf import settings

import accounts.retention
import deployments.retention
import foundation.retention
import modules.retention
from foundation.one_at_a_time import alone
from foundation.time_budget import TimeBudget

SECONDS = 10  # of one task, so that others of its queue need not wait
RULES = [
    *foundation.retention.RULES,
    *accounts.retention.RULES,
    *modules.retention.RULES,
    *deployments.retention.RULES,
]


@alone
def tick(now: datetime) -> None:
    """Go on with this night's pass. A pass begins at RETENTION_HOUR (UTC), or as soon after it as the portal runs."""
    foundation.retention.carry_out(RULES, now=now, since=_night(now), budget=TimeBudget(SECONDS))


def _night(now: datetime) -> datetime:
    today = now.replace(hour=settings.RETENTION_HOUR, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)
