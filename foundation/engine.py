"""The version of the Terraform that executes runs, which only their workers can ask."""

from foundation.models import Engine

ONLY = 1  # the key of its single row


def terraform_version() -> str:
    """The version, such as "1.15.5"; blank while no worker has told it."""
    return Engine.objects.filter(pk=ONLY).values_list("terraform", flat=True).first() or ""


def record_terraform(version: str) -> None:
    Engine.objects.update_or_create(pk=ONLY, defaults={"terraform": version})
