"""The cards of modules on the Deploy page."""

from dataclasses import dataclass

from accounts.models import User
from deployments.offers import WithFigures
from deployments.story import versions
from deployments.story.costs import price_of
from foundation.paragraphs import Notice
from modules.models import Module


@dataclass(frozen=True)
class Card:
    """A module on the Deploy page."""

    module: Module
    price: str
    publisher_note: str
    warning: Notice | None
    record: str


def card(module: WithFigures, user: User) -> Card:
    """The card of `module` for `user`."""
    return Card(
        module=module,
        price=price_of(module, user),
        publisher_note="(you)" if module.owner_id == user.pk else "",
        warning=versions.warning(module.current_version, is_deployed=False),
        record=record(module.runs_succeeded, module.runs_finished),
    )


def record(succeeded: int, finished: int) -> str:
    """How many of a module's finished runs succeeded."""
    return f"{succeeded:,} of {finished:,} runs succeeded" if finished else "No finished runs yet"
