"""Who gets an e-mail when a version is revoked or its module removed; `deployments` sends it by the same query."""

from collections.abc import Sequence

from accounts.models import User
from foundation.paragraphs import listed
from modules.models import ModuleVersion


def of_revoking(version: ModuleVersion) -> str:
    """Who gets an e-mail when `version` is revoked, as a sentence; blank when nobody does."""
    told = version.deployments.told().order_by("owner__email").values_list("owner__first_name", "owner__email")
    return notice([User(first_name=first_name, email=email).short_name for first_name, email in told.distinct()])


def notice(names: Sequence[str]) -> str:
    return f"{listed(names)} {'gets' if len(names) == 1 else 'get'} an e-mail." if names else ""
