"""What the page of a deployment says of a run: who began it, what it plans, and what cancel and destroy do."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from deployments.models import Deployment, Run
from foundation.credits import CREDIT, written
from foundation.paragraphs import counted, joined


@dataclass(frozen=True)
class Beginning:
    """When a run was queued or started, and by whom."""

    word: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Count:
    """How many resources a plan creates, changes or destroys, with a tone where there are some."""

    text: str
    tone: str
    icon: str


def name_for(person: User, viewer: User) -> str:
    """What `viewer` reads of a person: themselves as "you"."""
    return "you" if person.pk == viewer.pk else person.email


def beginning(run: Run, viewer: User) -> Beginning:
    word, at = ("started", run.started_at) if run.started_at else ("queued", run.created_at)
    return Beginning(word, at, name_for(run.by, viewer))


def planned(run: Run) -> list[Count]:
    """The figures of the plan; none before there is one."""
    if not run.plan:
        return []
    counts = [
        (run.plan["create"], "create", "ok", "plus"),
        (run.plan["change"], "change", "run", "change"),
        (run.plan["destroy"], "destroy", "bad", "minus"),
    ]
    return [Count(f"{number} to {verb}", tone if number else "", icon) for number, verb, tone, icon in counts]


def outcome(run: Run) -> str:
    """What a run that succeeded did, as the end of a sentence."""
    if not run.plan or not run.is_succeeded:
        return ""
    return f", {run.plan['create']} created, {run.plan['change']} changed, {run.plan['destroy']} destroyed"


def on_cancel(run: Run) -> str:
    """What cancelling does."""
    return joined(
        ["Terraform saves its state and stops.", "What was created stays until you destroy it.", _returned(run)]
    )


def _returned(run: Run) -> str:
    if not run.hold:
        return ""
    if run.hold.amount == CREDIT:
        return "The reserved credit is returned."
    return f"The {written(run.hold.amount)} reserved credits are returned."


def cancelled(run: Run) -> str:
    """What became of a run that somebody cancelled."""
    return f"Run {run.number} is cancelled." if run.is_final else f"Run {run.number} is saving its state and stopping."


def on_destroy(deployment: Deployment, *, is_busy: bool) -> str:
    """What destroying does."""
    count = deployment.resource_count
    existing = f"all {counted(count, 'resource')}" if count > 1 else "the one resource" if count else "whatever exists"
    waits = "It waits until the current run has ended." if is_busy else ""
    return joined([f"A new run destroys {existing}.", waits])


def no_outputs(deployment: Deployment, *, is_busy: bool) -> str:
    """Why there are no outputs."""
    if deployment.destroyed_at:
        return "Destroyed with the deployment."
    return "No outputs yet." if is_busy else "No outputs."


def no_resources(run: Run) -> str:
    """Why no resource is listed."""
    return "This run changed no resources." if run.is_final else "Shown after the plan."
