"""Raises alarms when a published version's tag or commit no longer matches git. Deployments are unaffected."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Now

from accounts import github_history, token_health, token_watch
from accounts.github_errors import GitHubError
from accounts.models import GitHubConnection
from accounts.services import those_responsible, token_of
from foundation import audit, outbox
from foundation.paragraphs import counted
from foundation.wake import wake
from modules.models import Alarm, Module, ModuleVersion, Scan, Tag, Watch
from modules.models.versions import ModuleVersionQuerySet
from modules.publishing import candidates

logger = logging.getLogger(__name__)
LONGEST_TAG = 255  # characters
MAIL = """These published versions no longer match GitHub:

{alarms}

Existing deployments are not affected. They run from the files stored with their version.
Find out on GitHub who made the change. Each alarm stays on its module's page until somebody dismisses it.
"""
WHY = "you manage the GitHub connection that these modules come from"
STOP = "There is one e-mail for each change. Remove the modules from the catalogue to get none."


@dataclass(frozen=True)
class Finding:
    """A mismatch between a version and git, to be stored as an alarm."""

    version: ModuleVersion
    kind: Alarm.Kind
    found: str


def wake_all() -> None:
    """Enqueue a check of the tags for every connection whose owner may publish."""
    for key in GitHubConnection.objects.publishing().values_list("pk", flat=True):
        wake("modules.look_at_tags", key)


def look_at_tags(connection_id: int) -> None:
    """Read the tags, by conditional requests, and raise new alarms; idempotent."""
    connection = GitHubConnection.objects.publishing().filter(pk=connection_id).first()
    if connection is None:
        return
    try:
        _read_tags(connection)
    except GitHubError as error:
        logger.warning("tags not read", extra={"connection": connection_id, "reason": type(error).__name__})
        token_watch.check_after(connection, error)
    except GitHubConnection.DoesNotExist:
        logger.info("connection removed while its tags were read", extra={"connection": connection_id})
        return
    scan = candidates.newest_scan(connection)
    if scan:
        look(connection, scan)


def after_scan(connection: GitHubConnection, *, scan: Scan) -> None:
    """Raise the alarms that follow from a scan.

    The tags are read first if they are older than the last push or than a scan that somebody asked for.
    """
    asked = [moment for moment in (connection.pushed_at, scan.by_id and scan.started_at) if moment]
    read_at = _watch(connection, scan.repository_id).tags_read_at
    if asked and (read_at is None or read_at < max(asked)):
        look_at_tags(connection.pk)
    else:
        look(connection, scan)


def look(connection: GitHubConnection, scan: Scan) -> None:
    """Raise an alarm, once, for each published version that no longer matches git.

    `scan` has succeeded. Everybody responsible for the connection gets one e-mail about all new alarms.
    """
    findings = [*_of_tags(connection, scan), *_of_commits(connection, scan)]
    if findings:
        _raise(connection, findings)


@transaction.atomic
def store_tags(connection: GitHubConnection, repository_id: int, tags: github_history.Tags) -> None:
    """Replace all stored tags of a repository."""
    GitHubConnection.objects.locked().get(pk=connection.pk)  # one replacement at a time
    stored = Tag.objects.filter(connection=connection, repository_id=repository_id)
    stored.delete()
    Tag.objects.bulk_create(
        Tag(connection=connection, repository_id=repository_id, name=row.name, commit=row.commit)
        for row in tags.rows
        if len(row.name) <= LONGEST_TAG
    )
    Watch.objects.update_or_create(
        connection=connection,
        repository_id=repository_id,
        defaults={"tag_etags": tags.etags, "tags_are_whole": tags.is_whole, "tags_read_at": Now()},
    )


def _read_tags(connection: GitHubConnection) -> None:
    watch = _watch(connection, connection.repository_id)
    token = token_of(connection)
    tags = github_history.tags_unless(token, connection.repository_id, etags=watch.tag_etags)
    token_health.note_success(connection, repository_id=connection.repository_id)
    if tags is None:
        Watch.objects.filter(pk=watch.pk).update(tags_read_at=Now())
    else:
        store_tags(connection, connection.repository_id, tags)


def _watch(connection: GitHubConnection, repository_id: int) -> Watch:
    found = Watch.objects.filter(connection=connection, repository_id=repository_id).first()
    return found or Watch(connection=connection, repository_id=repository_id)


def _published(connection: GitHubConnection, repository_id: int) -> ModuleVersionQuerySet:
    """Versions of a repository's modules in the catalogue, except revoked ones."""
    modules = Module.objects.published().filter(owner=connection.owner_id, repository_id=repository_id)
    versions = ModuleVersion.objects.filter(module__in=modules, revoked_at=None).select_related("module")
    return versions.only("semver", "tag", "commit", "branch", "module__ref", "module__title")


def _of_tags(connection: GitHubConnection, scan: Scan) -> Iterator[Finding]:
    tags = Tag.objects.filter(connection=connection, repository_id=scan.repository_id, name=OuterRef("tag"))
    tagged = _published(connection, scan.repository_id).exclude(tag="").annotate(now=Subquery(tags.values("commit")))
    are_whole = _watch(connection, scan.repository_id).tags_are_whole
    for version in tagged.filter(Q(now=None) | ~Q(now=F("commit"))):
        if version.now:
            yield Finding(version, Alarm.Kind.TAG_MOVED, version.now)
        elif are_whole:
            yield Finding(version, Alarm.Kind.TAG_GONE, "")


def _of_commits(connection: GitHubConnection, scan: Scan) -> list[Finding]:
    """Current versions from the scan's branch whose commit is no longer in its history, without an alarm so far."""
    current = Module.objects.published().values("current_version")
    alarms = Alarm.objects.filter(version=OuterRef("pk"), kind=Alarm.Kind.COMMIT_GONE, found=scan.branch)
    published = _published(connection, scan.repository_id).filter(pk__in=current, branch=scan.branch)
    versions = list(published.filter(~Exists(alarms)))
    gone = _gone(connection, scan, {version.commit for version in versions})
    return [Finding(version, Alarm.Kind.COMMIT_GONE, scan.branch) for version in versions if version.commit in gone]


def _gone(connection: GitHubConnection, scan: Scan, commits: set[str]) -> set[str]:
    """The commits that the branch does not contain.

    GitHub is asked about those older than the scan's history; commits that it contains are cached in `Watch.held`.
    """
    past = {scan.commit, *(row["sha"] for row in scan.history)}
    older = commits - past
    if not older or scan.history_is_whole:
        return older
    watch = _watch(connection, scan.repository_id)
    gone: set[str] = set()
    held = set(watch.held) if watch.head in past else set()
    try:
        for commit in sorted(older - held):
            is_held = github_history.contains(token_of(connection), scan.repository_id, head=scan.commit, commit=commit)
            (held if is_held else gone).add(commit)
    except GitHubError as error:  # the next check asks about the rest
        logger.warning("commits not compared", extra={"scan": scan.pk, "reason": type(error).__name__})
    Watch.objects.update_or_create(
        connection=connection,
        repository_id=scan.repository_id,
        defaults={"head": scan.commit, "held": sorted(held)},
    )
    return gone


@transaction.atomic
def _raise(connection: GitHubConnection, findings: list[Finding]) -> None:
    known = set(
        Alarm.objects.filter(version__in=[finding.version for finding in findings]).values_list(
            "version", "kind", "found"
        )
    )
    new = [finding for finding in findings if (finding.version.pk, finding.kind, finding.found) not in known]
    # In one order, so that two checks at the same moment cannot deadlock.
    new.sort(key=lambda finding: (finding.version.pk, finding.kind))
    raised = [alarm for finding in new if (alarm := _alarm(finding))]
    if raised:
        _tell(connection, raised)


def _alarm(finding: Finding) -> Alarm | None:
    """Return the new alarm. Returns None when another check has raised it."""
    alarm, is_new = Alarm.objects.get_or_create(version=finding.version, kind=finding.kind, found=finding.found)
    if not is_new:
        return None
    audit.record(
        "alarm.raised",
        by=None,
        target=alarm,
        kind=str(finding.kind),
        module=finding.version.module.ref,
        version=finding.version.semver,
        found=finding.found,
    )
    return alarm


def _tell(connection: GitHubConnection, raised: list[Alarm]) -> None:
    """Post one e-mail per person about all new alarms: a rewritten history affects every module at once."""
    modules = [(alarm.text, alarm.version.module) for alarm in raised]
    alarms = [f"- {module.title}: {text}\n  {outbox.link(module.get_absolute_url())}" for text, module in modules]
    subject = (
        f"{counted(len(alarms), 'published version')} no longer {'matches' if len(alarms) == 1 else 'match'} GitHub"
    )
    text = MAIL.format(alarms="\n".join(alarms))
    for person in those_responsible(connection.owner):
        key = f"alarm:{raised[0].ref}:{person.pk}"
        outbox.post(key=key, to=person.email, subject=subject, text=text, why=WHY, stop=STOP)
