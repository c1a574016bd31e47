"""Rows that are jobs: a worker claims one for a while, and another may claim it when that is over."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class LeasedQuerySet(models.QuerySet[Any]):
    """Of models with `status`, a fencing `token`, and `lease_expires_at`."""

    def unfinished(self) -> Self:
        return self.filter(status__in=self.model.UNFINISHED)

    def claimable(self) -> Self:
        """Queued ones, and running ones whose lease has expired by the database's clock."""
        status = self.model.Status
        return self.filter(Q(status=status.PENDING) | Q(status=status.RUNNING, lease_expires_at__lt=Now()))

    def held_by(self, job: Any) -> Self:
        """The row of `job` while it is running and no other worker has claimed it."""
        return self.filter(pk=job.pk, token=job.token, status=self.model.Status.RUNNING)
