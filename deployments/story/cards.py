"""The cards of modules on the Deploy page."""

from dataclasses import dataclass

from accounts.models import User
from deployments.offers import WithFigures
from deployments.story import versions
from deployments.story.costs import price_of
from foundation.paragraphs import Notice
from modules.models import Module
from modules.terraform.obstacles import obstacle


@dataclass(frozen=True)
class Card:
    """A module on the Deploy page."""

    module: Module
    price: str
    publisher_note: str
    warning: Notice | None
    record: str


def card(module: WithFigures, user: User, *, terraform: str = "") -> Card:
    """The card of `module` for `user`; `terraform` is the version that executes runs, blank while it is not known."""
    version = module.current_version
    return Card(
        module=module,
        price=price_of(module, user),
        publisher_note="(you)" if module.owner_id == user.pk else "",
        warning=versions.warning(version, is_deployed=False) or _obstacle(obstacle(version.schema, terraform)),
        record=record(module.runs_succeeded, module.runs_finished),
    )


def _obstacle(reason: str) -> Notice | None:
    return Notice("It can't be deployed here.", reason, "warn", "warning") if reason else None


def record(succeeded: int, finished: int) -> str:
    """How many of a module's finished runs succeeded."""
    return f"{succeeded:,} of {finished:,} runs succeeded" if finished else "No finished runs yet"
