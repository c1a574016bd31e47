"""Rows that are jobs: a worker claims one for a while, and another may claim it when that is over."""

from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now


class LeasedQuerySet(models.QuerySet[Any]):
    """Of models with `status`, a fencing `token`, `attempts` and `lease_expires_at`."""

    def unfinished(self) -> Self:
        return self.filter(status__in=self.model.UNFINISHED)

    def claimable(self) -> Self:
        """Queued ones, and running ones whose lease has expired by the database's clock."""
        status = self.model.Status
        return self.filter(Q(status=status.PENDING) | Q(status=status.RUNNING, lease_expires_at__lt=Now()))

    def leased(self) -> Self:
        """Running ones whose lease has not expired."""
        return self.filter(status=self.model.Status.RUNNING, lease_expires_at__gte=Now())

    def has_attempts_left(self) -> Self:
        return self.filter(attempts__lt=self.model.MOST_ATTEMPTS)

    def claim(self, pk: int, *, seconds: float, **fields: object) -> bool:
        """Claim a row for some seconds; whether this worker has it now. `fields` are set with the claim."""
        return bool(
            self.claimable()
            .has_attempts_left()
            .filter(pk=pk)
            .update(
                status=self.model.Status.RUNNING,
                token=F("token") + 1,
                attempts=F("attempts") + 1,
                lease_expires_at=lease(seconds),
                **fields,
            )
        )

    def held_by(self, job: Any) -> Self:
        """The row of `job` while it is running and no other worker has claimed it."""
        return self.filter(pk=job.pk, token=job.token, status=self.model.Status.RUNNING)


def lease(seconds: float) -> CombinedExpression:
    """When a lease of so many seconds ends, by the database's clock."""
    return Now() + timedelta(seconds=seconds)
