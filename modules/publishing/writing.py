"""Writes modules and their versions: prepared in rows that nobody sees, then made true by a few statements.

The caller has locked the connection and its modules, and checked permissions.
"""

from typing import Any

from django.db import connection as database
from django.utils import timezone

from accounts.models import GitHubConnection, User
from foundation import audit
from foundation.credits import nearest_units
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion, PreparedModule, Publication, Scan
from modules.pages.markdown import first_paragraph
from modules.publishing.candidate import Candidate
from modules.versions import titles

Kind = PreparedModule.Kind
VERBS = {Kind.NEW: "published", Kind.BACK: "revived", Kind.UPDATED: "updated", Kind.REMOVED: "removed"}
# Large columns are copied inside the database: they are never read here.
ADD_VERSIONS = """
    INSERT INTO modules_moduleversion (
        ref, module_id, number, semver, bump, changes, commits, tag, branch, path, commit, committed_at, content_hash,
        archive_id, schema, readme, advice, title, description, tags, credit_cost, purchased_only, published_by_id,
        published_at, deprecation_reason, deprecation_link, revocation_reason
    )
    SELECT p.ref, p.module_id, p.number, p.semver, p.bump, p.changes, p.commits, p.tag, %(branch)s, p.path, %(commit)s,
        %(committed_at)s, f.content_hash, p.archive_id, f.schema, f.readme, p.advice, p.title, p.description, p.tags,
        p.credit_cost, p.purchased_only, p.published_by_id, now(), '', '', ''
    FROM modules_preparedmodule p JOIN modules_scannedmodule f ON f.id = p.found_id
    WHERE p.publication_id = %(publication)s AND p.adds_version
"""
MAKE_CURRENT = """
    UPDATE modules_module m SET current_version_id = v.id, path = p.path, repository_name = %(repository)s
    FROM modules_preparedmodule p JOIN modules_moduleversion v ON v.ref = p.ref
    WHERE p.publication_id = %(publication)s AND p.adds_version AND m.id = p.module_id
"""
TELL_MODULES = """
    UPDATE modules_preparedmodule p SET module_id = n.module
    FROM unnest(%s::bigint[], %s::bigint[]) AS n (id, module) WHERE p.id = n.id
"""
NAME_MODULES = """
    UPDATE modules_module m SET title = n.title, removed_at = NULL
    FROM unnest(%s::bigint[], %s::text[]) AS n (id, title) WHERE m.id = n.id
"""


def new(candidate: Candidate, scan: Scan) -> Module:
    """Create the module of a folder; without a version it is not in the catalogue yet."""
    module = _new(scan.connection, scan.repository_name, candidate.path, candidate.found.title)
    module.save()
    return module


def prepared(candidate: Candidate, scan: Scan, *, by: User, is_automatic: bool = False) -> PreparedModule:
    """An unsaved row with all that publishing this candidate, with its whole preview, will write."""
    kind = Kind(candidate.becomes.split(" ")[0])
    row = PreparedModule(
        path=candidate.path,
        kind=kind,
        module=candidate.module,
        newest=candidate.newest,
        found=candidate.found,
        published_by=by,
        is_automatic=is_automatic,
        adds_version=kind != Kind.REMOVED and candidate.has_new_content,
        renamed_from=candidate.renamed_from if kind == Kind.UPDATED else "",
        semver=candidate.preview.semver if candidate.ticked else "",
    )
    if row.adds_version:
        for name, value in _version_of(candidate).items():
            setattr(row, name, value)
    return row


def make_true(publication: Publication, scan: Scan) -> list[PreparedModule]:
    """Publish, update and remove what is prepared, all at once, and return the rows with their modules.

    Nothing else may have changed the modules since: the caller has checked it.
    """
    rows = list(publication.prepared_modules.select_related("module", "published_by").defer(*_UNREAD).order_by("path"))
    facts: dict[str, Any] = {
        "publication": publication.pk,
        "repository": scan.repository_name,
        "branch": scan.branch,
        "commit": scan.commit,
        "committed_at": scan.committed_at,
    }
    removed = [row.module_id for row in rows if row.kind == Kind.REMOVED]
    Module.objects.filter(pk__in=removed).update(removed_at=timezone.now())
    _write_modules(publication, [row for row in rows if row.kind != Kind.REMOVED], scan)
    with database.cursor() as cursor:
        cursor.execute(ADD_VERSIONS, facts)
        cursor.execute(MAKE_CURRENT, facts)
    _record(rows, scan)
    return rows


def remove(module: Module, *, by: User) -> Module:
    module.removed_at = timezone.now()
    module.save(update_fields=["removed_at"])
    audit.record("module.removed", by=by, target=module, path=module.path)
    return module


_UNREAD = ("changes", "commits", "advice", "tags", "description")


def _new(connection: GitHubConnection, repository_name: str, path: str, title: str) -> Module:
    return Module(
        owner=connection.owner,
        repository_id=connection.repository_id,
        repository_name=repository_name,
        path=path,
        title=title,
        audience=Module.Audience.EVERYONE if connection.is_platform else Module.Audience.EXCLUSIVE,
    )


def _version_of(candidate: Candidate) -> dict[str, Any]:
    found, preview = candidate.found, candidate.preview
    platform = found.schema["platform"]
    return {
        "number": candidate.newest.number + 1 if candidate.newest else 1,
        "bump": preview.bump,
        "changes": [change.as_row() for change in preview.changes],
        "commits": preview.commits,
        "tag": preview.tag,
        "advice": [finding for finding in found.findings if finding["level"] == "advice"],
        "title": found.title,
        "description": first_paragraph(platform.get("module_description") or "") or first_paragraph(found.readme),
        "tags": platform.get("module_services") or [],
        "credit_cost": nearest_units(platform.get("credit_cost") or 0),
        "purchased_only": bool(platform.get("require_credit_purchases")),
    }


def _titles(connection: GitHubConnection, rows: list[PreparedModule]) -> dict[int, str]:
    """The title in effect of each row's module, by the row's key, in the order of paths."""
    listed = Module.objects.listed().filter(owner=connection.owner_id)
    listed = listed.exclude(pk__in=[row.module_id for row in rows if row.module_id])
    taken = {title.casefold() for title in listed.values_list("title", flat=True)}
    current = {row.module.current_version_id: row.pk for row in rows if not row.adds_version}
    kept = ModuleVersion.objects.filter(pk__in=current).values_list("pk", "title")
    wanted = {row.pk: row.title for row in rows} | {current[pk]: title for pk, title in kept}
    found: dict[int, str] = {}
    for row in rows:
        found[row.pk] = titles.unique(row.module, wanted[row.pk], taken)
        taken.add(found[row.pk].casefold())
    return found


def _write_modules(publication: Publication, rows: list[PreparedModule], scan: Scan) -> None:
    """Create the modules of folders without one, give all their titles, and bring back what was removed."""
    connection = publication.connection
    without = [row for row in rows if row.module is None]
    for row in without:
        row.module = _new(connection, scan.repository_name, row.path, row.title)
    in_effect = _titles(connection, rows)
    taken = set(Module.objects.filter(owner=connection.owner_id).values_list("slug", flat=True)) if without else set()
    for row in without:
        row.module.title, row.module.slug = in_effect[row.pk], row.module.free_slug(taken)
        taken.add(row.module.slug)
    Module.objects.bulk_create(row.module for row in without)
    with database.cursor() as cursor:
        cursor.execute(TELL_MODULES, [[row.pk for row in without], [row.module.pk for row in without]])
        cursor.execute(NAME_MODULES, [[row.module.pk for row in rows], [in_effect[row.pk] for row in rows]])


def _record(rows: list[PreparedModule], scan: Scan) -> None:
    """One audit row for each module."""
    events = []
    for row in rows:
        module = row.module
        detail: dict[str, Any] = {"path": row.path} if row.kind in (Kind.NEW, Kind.REMOVED) else {}
        if row.kind != Kind.REMOVED:
            detail |= {"version": row.semver} | ({"commit": scan.commit} if row.adds_version else {})
        told: dict[str, Any] = {"moved_from": row.renamed_from, "automatic": row.is_automatic}
        detail |= {name: each for name, each in told.items() if each}
        by = "" if row.is_automatic else row.published_by.email
        target = f"{module._meta.label_lower}:{module.ref}"
        events.append(AuditEvent(verb=f"module.{VERBS[Kind(row.kind)]}", by=by, target=target, detail=detail))
    AuditEvent.objects.bulk_create(events)
