"""What the Publish page shows and what publishing would do: a scan beside the modules that stand in the catalogue."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q

from accounts.models import GitHubConnection
from modules.models import Module, Scan, ScannedModule

VERBS = (("new", "publish"), ("updated", "update"), ("removed", "remove"))


@dataclass
class Row:
    """A folder of the repository: as the scan found it, as it is published, or both."""

    path: str
    title: str
    found: ScannedModule | None = None
    module: Module | None = None
    ticked: bool = False

    @property
    def is_published(self) -> bool:
        return self.module is not None and self.module.removed_at is None

    @property
    def is_valid(self) -> bool:
        return self.found is not None and self.found.is_valid

    @property
    def can_be_ticked(self) -> bool:
        """What is published may stay at its version, even when its folder is invalid now, or gone."""
        return self.is_valid or self.is_published

    @property
    def change(self) -> str:
        """What publishing does: new, updated, unchanged, removed, or blank for nothing."""
        if not self.ticked:
            return "removed" if self.is_published else ""
        if not self.is_published:
            return "new"
        is_same = not self.is_valid or self.found.content_hash == self.module.current_version.content_hash
        return "unchanged" if is_same else "updated"

    @property
    def status(self) -> str:
        """The word of the row's badge."""
        if not self.is_valid and self.change != "removed":
            return "invalid"
        if self.change:
            return self.change
        return "new" if self.module is None else "removed"

    @property
    def providers(self) -> str:
        return ", ".join(row["name"] for row in self.found.schema["providers"]) if self.found else ""

    @property
    def errors(self) -> list[dict]:
        return self._findings("error")

    @property
    def advice(self) -> list[dict]:
        return self._findings("advice")

    def _findings(self, level: str) -> list[dict]:
        return [row for row in self.found.findings if row["level"] == level] if self.found else []


@dataclass
class Plan:
    """The rows by what publishing a set of ticked paths does to them."""

    new: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    unchanged: list[Row] = field(default_factory=list)
    removed: list[Row] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The words of the button: "Publish 1, update 2, remove 1"."""
        parts = [f"{verb} {len(getattr(self, name))}" for name, verb in VERBS if getattr(self, name)]
        return ", ".join(parts).capitalize() or "Publish"

    @property
    def summary(self) -> str:
        counts = ((name, len(getattr(self, name))) for name in ("new", "updated", "removed", "unchanged"))
        text = ", ".join(f"{count} {name}" for name, count in counts if count)
        return f"{text}." if text else "Nothing is ticked, nothing is published."

    @property
    def changes_anything(self) -> bool:
        return bool(self.new or self.updated or self.removed)


def newest_scan(connection: GitHubConnection) -> Scan | None:
    """The newest reading of the chosen repository that succeeded."""
    scans = connection.scans.filter(repository_id=connection.repository_id, status=Scan.Status.SUCCEEDED)
    return scans.newest_first().first()


def modules_of(connection: GitHubConnection):
    """Modules, removed ones too, that come from the chosen repository."""
    return Module.objects.filter(owner=connection.owner_id, repository_id=connection.repository_id)


def rows(connection: GitHubConnection, scan: Scan | None) -> list[Row]:
    """A row for each folder that the scan found or that is published, by path, capital letters among small ones."""
    by_path: dict[str, Row] = {}
    for found in scan.found.defer("readme") if scan else []:
        found.scan = scan  # its rows may be those of an earlier scan
        by_path[found.path] = Row(found.path, found.title, found=found)
    live = Count("versions__deployments", filter=Q(versions__deployments__status="live"))
    for module in modules_of(connection).select_related("current_version").annotate(live_deployments=live):
        row = by_path.get(module.path)
        if row is None and module.removed_at is None:
            row = by_path[module.path] = Row(module.path, module.title)
        if row is not None:
            row.module = module
            row.ticked = row.is_published
    return [by_path[path] for path in sorted(by_path, key=lambda path: (path.casefold(), path))]


def counts(found: list[Row]) -> str:
    """How many there are of each kind: "6 published, 1 new, 2 invalid"."""
    numbers = {
        "published": sum(row.is_published for row in found),
        "new": sum(row.status == "new" for row in found),
        "invalid": sum(row.found is not None and not row.is_valid for row in found),
    }
    return ", ".join(f"{number} {word}" for word, number in numbers.items() if number)


def tick(found: Iterable[Row], paths: Collection[str]) -> None:
    """Tick exactly these paths, where that can be done; published ones are ticked from the start."""
    for row in found:
        row.ticked = row.can_be_ticked and row.path in paths


def plan(found: Iterable[Row]) -> Plan:
    planned = Plan()
    for row in found:
        if row.change:
            getattr(planned, row.change).append(row)
    return planned


def standing(connection: GitHubConnection) -> dict[str, int]:
    """Number of the current version by path, of what is published now: what a form must know to be acted on."""
    published = modules_of(connection).filter(removed_at=None)
    return dict(published.values_list("path", "current_version__number"))


def differences(connection: GitHubConnection, *, scan: Scan, newest: Scan, seen: dict[str, int]) -> list[str]:
    """Sentences about what changed since a form was made from `scan` and `seen`; empty when it is up to date."""
    sentences = _scanned_since(scan, newest) if scan.pk != newest.pk else []
    now = standing(connection)
    for path in sorted(now.keys() | seen.keys()):
        name = path or "The root folder"
        if path not in seen:
            sentences.append(f"{name} was published.")
        elif path not in now:
            sentences.append(f"{name} was removed from the catalogue.")
        elif now[path] != seen[path]:
            sentences.append(f"{name} is at version {now[path]} now; the form knew version {seen[path]}.")
    return sentences


def _scanned_since(scan: Scan, newest: Scan) -> list[str]:
    before, after = (dict(each.found.values_list("path", "content_hash")) for each in (scan, newest))
    sentences = [f"The repository was read again, at commit {newest.commit[:7]}."]
    for path in sorted(before.keys() | after.keys()):
        name = path or "The root folder"
        if path not in before:
            sentences.append(f"{name} is new in the repository.")
        elif path not in after:
            sentences.append(f"{name} is no longer in the repository.")
        elif before[path] != after[path]:
            sentences.append(f"{name} has other content.")
    return sentences
