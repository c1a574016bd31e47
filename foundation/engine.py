"""The version of the Terraform that executes runs, which only their workers can ask."""

from typing import Any

from django.db.models import QuerySet

from foundation.compiled import compiled
from foundation.models import Engine

ONLY = 1  # the key of its single row


def terraform_version() -> str:
    """The version, such as "1.15.5"; blank while no worker has told it."""
    return next((version for (version,) in _version()), "")


def of_workers() -> QuerySet[Any]:
    """The same as a query, for one that reads more besides."""
    return Engine.objects.filter(pk=ONLY).values_list("terraform", flat=True)


@compiled
def _version() -> QuerySet[Any]:
    return of_workers()


def record_terraform(version: str) -> None:
    Engine.objects.update_or_create(pk=ONLY, defaults={"terraform": version})
