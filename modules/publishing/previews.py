"""Previews of publishing each candidate: its version, its interface changes, and its live deployments."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Count

from accounts.models import GitHubConnection, short_name
from modules.json_columns import KeptCommit
from modules.models import ModuleVersion, Scan, Tag
from modules.publishing import candidates, comparisons, title_notes
from modules.publishing.candidate import Candidate, Live, Preview
from modules.publishing.candidate_rows import WithTaken
from modules.versions import numbering

__all__ = ["Preview", "attach", "attach_live", "attach_numbers", "tags_of"]


def attach(found: Iterable[Candidate], connection: GitHubConnection, scan: Scan | None) -> None:
    """Set the whole `preview` and `title_notes` on each candidate that is valid or has a version.

    One that is not ticked gets the preview of ticking it. The number of queries does not depend on the number of
    candidates, but for comparisons that are not stored. Publishing uses the same previews, so it does exactly what they
    show.
    """
    found = [candidate for candidate in found if candidate.is_valid or candidate.newest]
    title_notes.note(found, connection.owner_id)
    candidates.details(found)
    compared = comparisons.of_candidates(found)
    for candidate in found:
        if candidate.path in compared:
            candidate.bump = compared[candidate.path].bump
    attach_numbers(found, tags_of(connection, scan) if scan else [])
    places = {row["sha"]: place for place, row in enumerate(scan.history)} if scan else {}
    for candidate in found:
        if candidate.path in compared:
            told = compared[candidate.path]
            candidate.preview.changes, candidate.preview.widened = told.changes, told.widened
            commits = _commits_since(candidate.newest.commit, scan, places)
            candidate.preview.commits, candidate.preview.commits_are_whole = commits
    attach_live(found)


def attach_numbers(found: Iterable[Candidate], tags: Collection[str]) -> None:
    """Set a `preview` with number, tag, note and bump alone; no query. `tags` are those of the scanned commit."""
    for candidate in found:
        if candidate.newest is None:
            candidate.preview = _first(candidate, tags)
        elif candidate.has_new_content:
            candidate.preview = _next(candidate, tags)
        else:
            candidate.preview = _as_it_is(candidate)


def attach_live(found: Iterable[Candidate]) -> None:
    """Set the live deployments on previews, the newest version first, with one query."""
    known = {candidate.module.pk: candidate for candidate in found if candidate.newest and candidate.preview}
    if not known:
        return
    live = _live(list(known))
    for module, candidate in known.items():
        candidate.preview.live = live[module]


def _first(candidate: Candidate, tags: Collection[str]) -> Preview:
    number = numbering.number(newest=None, taken=[], bump="patch", tags=tags, path=candidate.path)
    return Preview(number.semver, tag=number.tag, note=number.note, bump=ModuleVersion.Bump.FIRST)


def _next(candidate: Candidate, tags: Collection[str]) -> Preview:
    newest: WithTaken = candidate.newest
    number = numbering.number(
        newest=newest.semver, taken=newest.taken, bump=candidate.bump, tags=tags, path=candidate.path
    )
    return Preview(number.semver, tag=number.tag, note=number.note, bump=candidate.bump)


def _as_it_is(candidate: Candidate) -> Preview:
    """The preview without new content: the current version, even if publishing restores a removed module."""
    current = candidate.module.current_version
    note = "" if candidate.is_published else "Its code has not changed since."
    return Preview(current.semver, tag=current.tag, note=note, bump=ModuleVersion.Bump.PATCH)


def _commits_since(commit: str, scan: Scan, places: dict[str, int]) -> tuple[list[KeptCommit], bool]:
    """The branch's commits after `commit`, newest first, and whether the stored history reaches back to it."""
    if commit in places:
        return scan.history[: places[commit]], True
    return ([], True) if commit == scan.commit else (scan.history, False)


def _live(modules: list[int]) -> dict[int, list[Live]]:
    found = defaultdict(list)
    versions = ModuleVersion.objects.filter(module__in=modules)
    counted = (
        versions.live_deployments()
        .with_is_told()
        .order_by("-version__number", "owner__email")
        .values_list("version__module_id", "version__semver", "owner__first_name", "owner__email", "is_told")
        .annotate(count=Count("pk"))
    )
    for module, semver, first_name, email, is_told, count in counted:
        found[module].append(Live(short_name(first_name, email), semver, count, is_told))
    return found


def tags_of(connection: GitHubConnection, scan: Scan) -> list[str]:
    """The tags of the scanned commit, if they were not read with the scan."""
    if (names := scan.__dict__.get("tag_names")) is not None:
        return list(names)
    tags = Tag.objects.filter(connection=connection, repository_id=scan.repository_id, commit=scan.commit)
    return list(tags.values_list("name", flat=True))
