"""Sentences about states that were put aside."""

from dataclasses import dataclass

from accounts.models import User
from deployments.models import AsideState, Deployment

SHOWN = 20  # resources of one
Reason = AsideState.Reason

WHY = {
    Reason.MISSING: "No state was found",
    Reason.INCOMPLETE: "It doesn't list all resources",
    Reason.TOO_LARGE: "It is too large",
    Reason.UNREADABLE: "It can't be read as a state",
    Reason.LINEAGE: "It belongs to another deployment",
    Reason.SERIAL: "Its serial doesn't follow",
}
TITLE = "The state of this deployment is not complete."
FOR_OWNER = "An admin decides what becomes of it. Until then, do not change or destroy this deployment."
FOR_ADMIN = (
    "Accept a state to use it from now on. Dismiss it once you know that its resources are gone."
    " If nothing else exists, reserved credits are then returned or charged."
)


@dataclass(frozen=True)
class Shown:
    """A state that was put aside, as the deployment's page shows it."""

    aside: AsideState
    says: str
    missing: list[str]
    more: str
    is_there: bool


@dataclass(frozen=True)
class Asides:
    """The undecided ones of a deployment, for the owner and admins."""

    rows: list[Shown]
    title: str
    text: str
    may_decide: bool
    may_download: bool


def undecided(deployment: Deployment, user: User) -> Asides | None:
    """None if there are none, or the person may not change the deployment."""
    if not deployment.may_change(user):
        return None
    rows = [_shown(aside) for aside in deployment.asides.undecided().select_related("run")]
    text = FOR_ADMIN if user.is_staff else FOR_OWNER
    return Asides(rows, TITLE, text, user.is_staff, deployment.owner_id == user.pk) if rows else None


def _shown(aside: AsideState) -> Shown:
    size = f", {aside.size:,} bytes" if aside.size else ""
    says = f"{WHY[Reason(aside.reason)]}: run {aside.run.number}{size}."
    if aside.problem:
        says += f" It was accepted but not used. {aside.problem}"
    more = len(aside.missing) - SHOWN
    return Shown(aside, says, aside.missing[:SHOWN], f"and {more:,} more" if more > 0 else "", aside.size > 0)
