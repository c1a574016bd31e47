"""Previews of publishing each candidate: its version, its interface changes, and its live deployments."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Count

from accounts.models import GitHubConnection, User
from modules.json_columns import KeptCommit
from modules.models import ModuleVersion, Scan, Tag
from modules.publishing import title_notes
from modules.publishing.candidate import Candidate, Live, Preview
from modules.terraform import abilities
from modules.terraform.schema import Schema
from modules.versions import compare, numbering

__all__ = ["Preview", "attach"]


def attach(found: Iterable[Candidate], connection: GitHubConnection, scan: Scan | None) -> None:
    """Set `preview` and `title_notes` on each candidate that is valid or has a version.

    One that is not ticked gets the preview of ticking it. The number of queries does not depend on the number of
    candidates. Publishing uses the same previews, so it does exactly what they show.
    """
    found = [candidate for candidate in found if candidate.is_valid or candidate.newest]
    title_notes.note(found, connection.owner_id)
    known = [candidate for candidate in found if candidate.newest]
    before = _schemas([candidate.newest for candidate in known if candidate.has_new_content])
    taken, live = _taken(known), _live(known)
    tags = _tags(connection, scan) if scan else []
    for candidate in found:
        if candidate.newest is None:
            candidate.preview = _first(candidate, tags)
        elif candidate.has_new_content:
            candidate.preview = _next(
                candidate, scan, before=before[candidate.newest.pk], taken=taken[candidate.module.pk], tags=tags
            )
        else:
            candidate.preview = _as_it_is(candidate)
        candidate.preview.live = live[candidate.module.pk] if candidate.newest else []


def _first(candidate: Candidate, tags: Collection[str]) -> Preview:
    number = numbering.number(newest=None, taken=[], bump="patch", tags=tags, path=candidate.path)
    return Preview(number.semver, tag=number.tag, note=number.note, bump=ModuleVersion.Bump.FIRST)


def _next(
    candidate: Candidate, scan: Scan, *, before: Schema, taken: Collection[str], tags: Collection[str]
) -> Preview:
    after = candidate.found.schema
    changes = compare.compare(before, after)
    bump = numbering.bump_of(changes)
    number = numbering.number(newest=candidate.newest.semver, taken=taken, bump=bump, tags=tags, path=candidate.path)
    commits, are_whole = commits_since(candidate.newest.commit, scan)
    return Preview(
        number.semver,
        tag=number.tag,
        note=number.note,
        bump=bump,
        changes=changes,
        widened=abilities.widened(before, after),
        commits=commits,
        commits_are_whole=are_whole,
    )


def _as_it_is(candidate: Candidate) -> Preview:
    """The preview without new content: the current version, even if publishing restores a removed module."""
    current = candidate.module.current_version
    note = "" if candidate.is_published else "Its code has not changed since."
    return Preview(current.semver, tag=current.tag, note=note, bump=ModuleVersion.Bump.PATCH)


def commits_since(commit: str, scan: Scan) -> tuple[list[KeptCommit], bool]:
    """The branch's commits after `commit`, newest first, and whether the stored history reaches back to it."""
    for position, row in enumerate(scan.history):
        if row["sha"] == commit:
            return scan.history[:position], True
    return ([], True) if commit == scan.commit else (scan.history, False)


def _schemas(versions: Iterable[ModuleVersion]) -> dict[int, Schema]:
    found = ModuleVersion.objects.filter(pk__in=[version.pk for version in versions])
    return dict(found.values_list("pk", "schema"))


def _taken(known: list[Candidate]) -> dict[int, set[str]]:
    """The version numbers in use, by module."""
    given = defaultdict(set)
    versions = ModuleVersion.objects.filter(module__in=[candidate.module for candidate in known])
    for module, semver in versions.order_by().values_list("module_id", "semver"):
        given[module].add(semver)
    return given


def _live(known: list[Candidate]) -> dict[int, list[Live]]:
    """Live deployments by module, the newest version first."""
    found = defaultdict(list)
    versions = ModuleVersion.objects.filter(module__in=[candidate.module for candidate in known])
    counted = (
        versions.live_deployments()
        .with_is_told()
        .order_by("-version__number", "owner__email")
        .values_list("version__module_id", "version__semver", "owner__first_name", "owner__email", "is_told")
        .annotate(count=Count("pk"))
    )
    for module, semver, first_name, email, is_told, count in counted:
        person = User(first_name=first_name, email=email).short_name
        found[module].append(Live(person, semver, count, is_told))
    return found


def _tags(connection: GitHubConnection, scan: Scan) -> list[str]:
    tags = Tag.objects.filter(connection=connection, repository_id=scan.repository_id, commit=scan.commit)
    return list(tags.values_list("name", flat=True))
