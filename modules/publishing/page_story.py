"""Texts of the Publish page besides its candidates: missing setup, the save bar, results and refusals."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import GitHubConnection
from foundation.paragraphs import counted, joined, listed
from modules.models import Scan
from modules.publishing.candidate import Candidate, Plan, most_first
from modules.publishing.services import NotPublishable, Publication, StalePublication

UNTOUCHED = "Existing deployments are not affected."
VERBS = (("new", "publish"), ("updated", "update"), ("removed", "remove"))
RESULTS = (("created", "published"), ("updated", "updated"), ("removed", "removed"))


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
    return SaveBar(_summary(plan), _consequences(plan), _button(plan), plan.changes_anything)


def result(done: Publication) -> str:
    """The changes that a publication made, in the words of the button."""
    text = _deeds([(word, len(getattr(done, name))) for name, word in RESULTS])
    return f"{text}." if text else "Nothing changed. The catalogue is as it was."


def refusal(error: StalePublication | NotPublishable) -> Refusal:
    if isinstance(error, StalePublication):
        kept = "Nothing was published. Your ticks are kept. Check what changed, then publish again."
        return Refusal(str(error), kept, error.changes)
    return Refusal(str(error), "Nothing was published. Untick them, or fix them in the repository and scan again.")


def incomplete() -> Refusal:
    """For a form that cannot be read."""
    return Refusal("The form was incomplete.", "Nothing was published. Check the list below, then publish again.")


def _possessive(is_platform: bool) -> str:
    return "the platform's" if is_platform else "your"


def _summary(plan: Plan) -> str:
    back = sum(candidate.comes_back for candidate in plan.new)
    counts = {"new": len(plan.new) - back, "brought back": back}
    counts |= {name: len(getattr(plan, name)) for name in ("updated", "removed", "unchanged")}
    text = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return f"{text}." if text else "Select modules to publish."


def _consequences(plan: Plan) -> SafeString:
    return joined([_breaking(plan.updated), _removals(plan.removed), UNTOUCHED])


def _breaking(updated: Collection[Candidate]) -> str:
    number = sum(candidate.preview.is_breaking for candidate in updated)
    return f"{counted(number, 'update')} {'is' if number == 1 else 'are'} breaking." if number else ""


def _removals(removed: Collection[Candidate]) -> str:
    """The modules to be removed, and whose live deployments of them keep running; blank without any."""
    if not removed:
        return ""
    titles = listed([candidate.title for candidate in removed])
    leaves = f"{titles} {'leaves' if len(removed) == 1 else 'leave'} the catalogue."
    people = most_first(pair for candidate in removed for pair in candidate.preview.people)
    if not people:
        return leaves
    number = sum(candidate.preview.deployments for candidate in removed)
    live = f"{counted(number, 'live deployment')} of {listed([name for name, _ in people])}"
    return f"{leaves} {live} {'keeps' if number == 1 else 'keep'} running."


def _button(plan: Plan) -> str:
    return _deeds([(verb, len(getattr(plan, name))) for name, verb in VERBS]) or "Publish"


def _deeds(deeds: Sequence[tuple[str, int]]) -> str:
    """ "Publish 1, update 2", or of a single kind "Remove 1 module"; blank when there is nothing to do."""
    found = [(verb, number) for verb, number in deeds if number]
    if len(found) == 1:
        verb, number = found[0]
        return f"{verb} {counted(number, 'module')}".capitalize()
    return ", ".join(f"{verb} {number:,}" for verb, number in found).capitalize()
