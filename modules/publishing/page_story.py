"""Texts of the Publish page besides its candidates: missing setup, the save bar, results and refusals."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import GitHubConnection
from foundation.paragraphs import counted, joined, listed
from modules.models import Publication, Scan
from modules.publishing.candidate import Candidate, Plan, most_first
from modules.publishing.promise import Promise
from modules.publishing.services import AT_ONCE, Busy, NotConfirmed, StalePublication

NEWS = timedelta(hours=1)
UNTOUCHED = "Existing deployments are not affected."
VERBS = {"new": "publish", "back": "bring back", "updated": "update", "removed": "remove"}
RESULTS = {"new": "published", "back": "brought back", "updated": "updated", "removed": "removed"}


@dataclass(frozen=True)
class Missing:
    """The next setup step before there are candidates; `anchor` is its place on the profile page."""

    title: str
    text: str
    action: str
    anchor: str = ""


@dataclass(frozen=True)
class SaveBar:
    summary: str
    consequences: str
    button: str
    changes_anything: bool
    breaking: str = ""  # what a person has to confirm; blank for nothing


@dataclass(frozen=True)
class Refusal:
    """Why nothing was published, what to do next, and `changes` since the page was made."""

    title: str
    text: str
    changes: Sequence[str] = field(default_factory=list)


def lead(*, is_platform: bool) -> str:
    return (
        f"These are the modules of {_possessive(is_platform)} repository. Tick those that the catalogue should offer."
    )


def missing(connection: GitHubConnection | None, *, is_platform: bool) -> Missing | None:
    """Return the next setup step. Returns None when a repository is selected."""
    modules = f"the repository with {_possessive(is_platform)} Terraform modules"
    if connection is None:
        text = f"Connect GitHub and select {modules}. It takes two minutes."
        return Missing("No repository yet", text, "Open GitHub Configuration")
    if connection.repository_id is None:
        text = f"GitHub is connected as {connection.login}. Select {modules}."
        return Missing("No repository selected", text, "Select repository", "#repository")
    return None


def nothing_found(base: Scan | None, *, profile: str) -> SafeString | str:
    """Where the scan `base` looked for modules; `profile` is the address of the form that changes that."""
    if base is None:
        return ""
    none = format_html("Branch {} has none at commit <code>{}</code>.", base.branch, base.commit[:7])
    if base.any_depth:
        return joined(["A module is a folder with at least one .tf file.", none])
    where = "A module is a folder at the root, or in modules/, with at least one .tf file."
    deeper = format_html('Are they deeper? <a href="{}">Find modules in folders at any depth</a>.', profile)
    return joined([where, none, deeper])


def separate(paths: Sequence[str]) -> SafeString | str:
    """The folders that the publisher keeps as separate modules; blank without any."""
    if not paths:
        return ""
    folders = format_html_join(", ", "<code>{}</code>", ((path or "the root folder",) for path in paths))
    if len(paths) == 1:
        return format_html("You keep {} as a separate module.", folders)
    return format_html("You keep these folders as separate modules: {}.", folders)


def save_bar(plan: Plan) -> SaveBar:
    """The summary, the consequences and the button for publishing the ticked candidates."""
    return SaveBar(_summary(plan), _consequences(plan), _button(plan), plan.changes_anything, _confirmation(plan))


def result(promise: Promise) -> str:
    """The changes that a publication made, in the words of the button."""
    kinds = Counter(becomes.split(" ")[0] for becomes in promise.values())
    text = _deeds([(word, kinds[kind]) for kind, word in RESULTS.items()])
    return f"{text}." if text else "Nothing changed. The catalogue is as it was."


def refusal(error: StalePublication | Busy | NotConfirmed) -> Refusal:
    if isinstance(error, StalePublication):
        kept = "Nothing was published. Your choices are kept. Check what changed, then publish again."
        return Refusal(str(error), kept, error.changes)
    if isinstance(error, Busy):
        return Refusal(str(error), "Nothing more was started. Your choices are kept. Publish again when it has ended.")
    return Refusal(str(error), "Nothing was published. Your choices are kept. Confirm it below, then publish again.")


def progress(publication: Publication) -> str:
    """How far a publication is, or how it ended."""
    if publication.status == Publication.Status.PENDING:
        return f"{_who(publication, 'The portal')} started to publish. Waiting for a worker."
    if publication.status == Publication.Status.RUNNING:
        number = f"{publication.prepared:,} of {counted(publication.total, 'module')}"
        return f"{number} prepared. Nobody sees a change before all are ready. You can leave this page."
    if publication.status == Publication.Status.CANCELLED:
        return "Publishing was cancelled. Nothing was published."
    if publication.status == Publication.Status.FAILED and publication.by is None:
        return f"{publication.error} Nothing was published automatically. The portal tries again after the next scan."
    if publication.status == Publication.Status.FAILED:
        return f"{publication.error} Nothing was published. Check the list below, then publish again."
    return f"{result(publication.promise)} Started by {_who(publication)}."


def is_news(publication: Publication) -> bool:
    """Whether the page shows a publication: until it has ended, and an hour longer.

    A few modules were published by the request itself, whose answer has said so.
    """
    if publication.finished_at is None:
        return True
    was_told = publication.status == Publication.Status.SUCCEEDED and publication.total <= AT_ONCE
    return not was_told and timezone.now() - publication.finished_at < NEWS


def _who(publication: Publication, portal: str = "the portal") -> str:
    return publication.by.short_name if publication.by else portal


def incomplete() -> Refusal:
    """For a form that cannot be read."""
    return Refusal("The form was incomplete.", "Nothing was published. Check the list below, then publish again.")


def _possessive(is_platform: bool) -> str:
    return "the platform's" if is_platform else "your"


def _summary(plan: Plan) -> str:
    back = sum(candidate.comes_back for candidate in plan.new)
    kept = sum(candidate.has_update for candidate in plan.unchanged)
    counts = {"to publish": len(plan.new) - back, "to bring back": back}
    counts |= {"to update": len(plan.updated), "to remove": len(plan.removed), "kept without its update": kept}
    counts["unchanged"] = len(plan.unchanged) - kept
    text = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return f"{text}." if text else "Select modules to publish."


def _consequences(plan: Plan) -> SafeString:
    return joined([_breaking(plan.updated), _removals(plan.removed), UNTOUCHED])


def _confirmation(plan: Plan) -> str:
    if not plan.breaking:
        return ""
    return f"Publish the breaking {'update' if len(plan.breaking) == 1 else 'updates'} of {titles(plan.breaking)}"


def titles(found: Sequence[Candidate]) -> str:
    return listed([candidate.title for candidate in found])


def _breaking(updated: Collection[Candidate]) -> str:
    number = sum(candidate.is_breaking for candidate in updated)
    return f"{counted(number, 'update')} {'is' if number == 1 else 'are'} breaking." if number else ""


def _removals(removed: Sequence[Candidate]) -> str:
    """The modules to be removed, and whose live deployments of them keep running; blank without any."""
    if not removed:
        return ""
    leaves = f"{titles(removed)} {'leaves' if len(removed) == 1 else 'leave'} the catalogue."
    people = most_first(pair for candidate in removed for pair in candidate.preview.people)
    if not people:
        return leaves
    number = sum(candidate.preview.deployments for candidate in removed)
    live = f"{counted(number, 'live deployment')} of {listed([name for name, _ in people])}"
    return f"{leaves} {live} {'keeps' if number == 1 else 'keep'} running."


def _button(plan: Plan) -> str:
    numbers = {"new": len(plan.new) - len(plan.back), "back": len(plan.back)}
    numbers |= {"updated": len(plan.updated), "removed": len(plan.removed)}
    return _deeds([(verb, numbers[kind]) for kind, verb in VERBS.items()]) or "Publish"


def _deeds(deeds: Sequence[tuple[str, int]]) -> str:
    """ "Publish 1, update 2", or of a single kind "Remove 1 module"; blank when there is nothing to do."""
    found = [(verb, number) for verb, number in deeds if number]
    if len(found) == 1:
        verb, number = found[0]
        return f"{verb} {counted(number, 'module')}".capitalize()
    return ", ".join(f"{verb} {number:,}" for verb, number in found).capitalize()
