"""Sentences about runs on a deployment's page: start, plan, outcome, and the effect of cancel and destroy."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from deployments.models import Deployment, Run
from deployments.resource_list import Page, Standing, Wanted
from foundation.paragraphs import Notice, counted, joined

NOT_CANCELLED = "Nothing was cancelled. The page shows how it ended."


@dataclass(frozen=True)
class Beginning:
    """When a run was queued or started, and the person who requested it."""

    word: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Count:
    """The number of resources that a plan creates, changes or destroys; without a tone when it is 0."""

    text: str
    tone: str
    icon: str


def name_for(person: User, viewer: User) -> str:
    """A person's e-mail address, or "you" for the viewer."""
    return "you" if person.pk == viewer.pk else person.email


def beginning(run: Run, viewer: User) -> Beginning:
    word, at = ("started", run.started_at) if run.started_at else ("queued", run.created_at)
    return Beginning(word, at, name_for(run.by, viewer))


def queued(run: Run) -> str:
    """The result of a button that starts a run, in the button's words."""
    return f"{run.get_action_display()} {run.deployment.name}: run {run.number} is queued."


def planned(run: Run) -> list[Count]:
    """The counts of the plan; none before the plan."""
    if not run.plan:
        return []
    counts = [
        (run.plan["create"], "create", "ok", "plus"),
        (run.plan["change"], "change", "run", "change"),
        (run.plan["destroy"], "destroy", "bad", "minus"),
    ]
    return [Count(f"{number} to {verb}", tone if number else "", icon) for number, verb, tone, icon in counts]


def outcome(run: Run) -> str:
    """The changes of a succeeded run, as the end of a sentence; blank for other runs."""
    if not run.plan or not run.is_succeeded:
        return ""
    counts = run.plan.get("applied", run.plan)
    return f", {counts['create']} created, {counts['change']} changed, {counts['destroy']} destroyed"


def on_cancel(credits: str) -> str:
    """The effect of cancelling; `credits` is what it does to those that are reserved."""
    return joined(["Terraform saves its state and stops.", "What was created stays until you destroy it.", credits])


def cancelled(run: Run) -> str:
    """The message after somebody cancelled a run."""
    return f"Run {run.number} is cancelled." if run.is_final else f"Run {run.number} is saving its state and stopping."


def on_destroy(deployment: Deployment, credits: str = "", *, is_busy: bool) -> str:
    """The effect of destroying, and on reserved `credits`. What a busy run leaves is not known before it ends."""
    if is_busy:
        return "A new run waits until the current run has ended. Then it destroys whatever exists."
    count = deployment.resource_count
    existing = f"all {counted(count, 'resource')}" if count > 1 else "the one resource" if count else "whatever exists"
    return joined([f"A new run destroys {existing}.", credits])


def old(run: Run, newest: Run) -> Notice:
    """The notice on the page of a run that is not the newest."""
    title = f"This is run {run.number}, the newest is run {newest.number}."
    return Notice(title, "You see the version, inputs, outputs and resources of this run.", icon="clock")


def resources_listed(run: Run, standing: Standing | None, page: Page, wanted: Wanted) -> str:
    """What the list of resources shows, beside its heading."""
    if wanted.is_narrowed:
        return _found(page, wanted)
    if wanted.start.is_beside and run.is_final:
        return "More of what exists"
    if wanted.is_late and run.is_final:
        first, last = wanted.start.position + 1, wanted.start.position + sum(not row.is_beside for row in page.rows)
        return f"{first:,} to {last:,} of {run.plan.get('listed', 0):,} planned in run {run.number}"
    if standing is None:
        return f"Planned in run {run.number}. What existed after it is not known."
    if page.is_cut:
        return f"The first {len(page.rows):,} are shown"
    existing = "What exists" if run.is_final else "What existed before"
    return f"{existing}, and what run {run.number} {'did' if run.is_final else 'does'}"


def _found(page: Page, wanted: Wanted) -> str:
    if not page.is_cut and not wanted.is_late:
        return f"{counted(len(page.rows), 'resource')} found"
    return "More of what was found" if wanted.is_late else f"The first {len(page.rows):,} found"


def no_outputs(deployment: Deployment, standing: Standing | None, *, is_busy: bool) -> str:
    """The text in place of outputs; `standing` is None for an old run that kept none."""
    if standing is None:
        return "The outputs of this run were not kept."
    if deployment.destroyed_at:
        return "Destroyed with the deployment."
    return "No outputs yet." if is_busy else "No outputs."


def no_resources(run: Run, wanted: Wanted) -> str:
    """The text in place of resources."""
    if wanted.is_narrowed:
        return "No resource fits."
    return "No resources exist." if run.is_final else "Shown after the plan."


def log_removed(run: Run, *, days: float) -> str:
    """Where the log is, after `days` had passed; blank while it is kept."""
    if run.emptied_at is None:
        return ""
    at = run.emptied_at
    return f"The log was removed on {at.day} {at:%b %Y} (kept {counted(round(days), 'day')})."
