"""Decides which results of an earlier scan another commit can reuse, by git's hashes, before any download."""

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts.github import TreeEntry
from foundation import engine
from modules.models import Scan, ScannedModule
from modules.reading.archive import archive_limits
from modules.reading.discovery import SHELF, find_folders, is_inside, without_helpers
from modules.reading.parse_cache import PASSING
from modules.reading.paths import twins
from modules.reading.special_files import SUBMODULES
from modules.reading.validation import RULES
from modules.terraform.hcl import READER
from modules.terraform.schema import Finding

LINK_MODE = "120000"
ATTRIBUTES = ".gitattributes"  # decides what GitHub leaves out of an archive, so every module depends on it
CARRIED = "path, title, is_valid, findings, content_hash, folders, schema, readme, parts, helpers, tree_hash"


class Tree:
    """The entries of a commit's tree, which can be hashed by part."""

    def __init__(self, entries: Iterable[TreeEntry]) -> None:
        self.entries = {entry.path: entry for entry in entries}
        self.paths = sorted(self.entries)
        self.twins = twins(self.paths)
        self.settings = [path for path in self.paths if path.rsplit("/", 1)[-1] == ATTRIBUTES or path == SUBMODULES]

    def hash(self, parts: Collection[str]) -> str:
        """SHA-256 over path, mode and blob of all entries in `parts` and of git's settings; a blank part is all.

        A twin counts as different, as a new one elsewhere causes an unchanged path to be refused.
        """
        digest = hashlib.sha256()
        for path in sorted({path for part in parts for path in self._inside(part)}.union(self.settings)):
            entry = self.entries[path]
            mark = "twin" if path in self.twins else ""
            digest.update(f"{path}\0{entry.mode}\0{entry.blob}{mark}\n".encode())
        return digest.hexdigest()

    def folders(self, *, any_depth: bool) -> list[str]:
        return find_folders(self.paths, any_depth=any_depth)

    def tells_modules(self, known: Collection[str], *, any_depth: bool) -> bool:
        """Whether paths alone determine the modules: no link is where one of them could be.

        Links in the parts `known`, which have not changed, lead to the same folders as before.
        """
        links = (path for path, entry in self.entries.items() if entry.mode == LINK_MODE)
        return not any(
            (link == SHELF or find_folders([f"{link}/x.tf"], any_depth=any_depth))
            and not any(is_inside(link, part) for part in known)
            for link in links
        )

    def _inside(self, part: str) -> list[str]:
        if not part:
            return self.paths
        found = [part] if part in self.entries else []
        return found + self.paths[bisect_left(self.paths, f"{part}/") : bisect_left(self.paths, f"{part}0")]


def reading_now() -> str:
    """A hash of the current reader, Terraform and limits: others may find something else in the same content."""
    parsing = (settings.PARSE_FILE_BYTES, settings.PARSE_SECONDS, settings.PARSE_MEMORY_BYTES, settings.PARSE_DEPTH)
    facts = (READER, RULES, engine.terraform_version(), parsing, sorted(asdict(archive_limits()).items()))
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def base_of(scan: Scan) -> Scan | None:
    """Return the newest succeeded scan of the same branch and depth with the current reader and limits, and its files.

    Returns None when there is none, or when `scan` names no branch. Its folders may be stored with `same_as`.
    """
    done = scan.connection.scans.filter(
        status=Scan.Status.SUCCEEDED,
        repository_id=scan.repository_id,
        repository_name=scan.repository_name,
        any_depth=scan.any_depth,
        reading=reading_now(),
    ).exclude(history=[])  # made before histories were kept
    done = done.filter(Q(archive__isnull=False) | Q(same_as__archive__isnull=False))
    return done.filter(branch=scan.branch).newest_first().first() if scan.branch else None


def holding(base: Scan, tree: Tree) -> dict[str, list[str]]:
    """The base's modules without any change, siblings and link targets included: their helpers by path."""
    rows = base.found.exclude(tree_hash="").values_list("path", "helpers", "parts", "tree_hash")
    return {path: helpers for path, helpers, parts, tree_hash in rows if tree.hash(parts) == tree_hash}


def stored_bytes(base: Scan, paths: Collection[str]) -> int:
    """Bytes that PostgreSQL stores of the base's modules at these paths."""
    columns = " + ".join(f"pg_column_size({column})" for column in ("schema", "findings", "parts", "helpers"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(sum({columns}), 0) FROM {ScannedModule._meta.db_table}"  # noqa: S608
            " WHERE scan_id = %s AND path = ANY(%s)",
            [base.same_as_id or base.pk, list(paths)],
        )
        return int(cursor.fetchone()[0])


def is_same(base: Scan, tree: Tree, holding: Mapping[str, Collection[str]]) -> bool:
    """Whether another commit has exactly the base's modules, all of them unchanged."""
    known = set(base.found.values_list("path", flat=True))
    depth = {"any_depth": base.any_depth}
    folders = without_helpers(tree.folders(**depth), holding)
    return known == holding.keys() == set(folders) and tree.tells_modules(known, **depth)


def is_passing(findings: list[Finding]) -> bool:
    """Whether a retry may find something else, because the machine was busy."""
    return any(row["code"] in PASSING for row in findings)


def carry_over(base: Scan, scan: Scan, titles: Mapping[str, str]) -> None:
    """Copy the base's ScannedModule rows of these paths to `scan`, within the database, with these titles."""
    table = ScannedModule._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (scan_id, {CARRIED}) SELECT %s, {CARRIED} FROM {table}"  # noqa: S608
            " WHERE scan_id = %s AND path = ANY(%s)",
            [scan.pk, base.same_as_id or base.pk, sorted(titles)],
        )
    rows = ScannedModule.objects.filter(scan=scan, path__in=titles).only("path", "title")
    renamed = [row for row in rows if row.title != titles[row.path]]  # another folder of the same name is new or gone
    for row in renamed:
        row.title = titles[row.path]
    ScannedModule.objects.bulk_update(renamed, ["title"])
