"""The candidates of a repository: its scanned folders, joined with its modules in the catalogue."""

from collections.abc import Collection, Iterable

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from accounts.models import GitHubConnection
from modules.models import Module, ModuleVersion, Scan, ScannedModule
from modules.models.catalogue import ModuleQuerySet
from modules.models.scans import ScanQuerySet
from modules.publishing import candidate_rows, folder_moves
from modules.publishing.candidate import Candidate, Plan
from modules.publishing.candidate_rows import WithAlarms


def newest_scan(connection: GitHubConnection) -> Scan | None:
    """The newest succeeded scan of the selected repository, branch and depth."""
    return _newest(connection, is_succeeded=True)


def latest_scan(connection: GitHubConnection) -> Scan | None:
    """The newest one of `scans_of`."""
    return _newest(connection, is_succeeded=False)


def scans_of(connection: GitHubConnection) -> ScanQuerySet:
    """Scans of the selected repository, branch and depth, unfinished and failed ones too, newest first, with tags."""
    selected = {"repository_id": connection.repository_id, "any_depth": connection.any_depth}
    scans = connection.scans.filter(**selected).newest_first().with_tags()
    return scans.filter(branch=connection.branch) if connection.branch else scans


def modules_of(connection: GitHubConnection) -> ModuleQuerySet:
    """Modules from the selected repository, removed and never published ones too."""
    return Module.objects.filter(owner=connection.owner_id, repository_id=connection.repository_id)


def paths_of(connection: GitHubConnection) -> set[str]:
    """The paths of the folders that the newest scan found, and of the modules from the selected repository."""
    newest = scans_of(connection).filter(status=Scan.Status.SUCCEEDED)
    holder = newest.values_list(Coalesce("same_as_id", "pk"))[:1]
    scanned = ScannedModule.objects.filter(scan=Subquery(holder)).order_by().values_list("path")
    return {path for (path,) in modules_of(connection).order_by().values_list("path").union(scanned)}


def modules_of_owner(connection: GitHubConnection) -> list[Module]:
    """Modules of the connection's owner from all repositories, by title, ignoring case."""
    owner, kinds = connection.owner_id, {"is_platform": connection.is_platform, "of_all": True, "has_whole": False}
    return candidate_rows.modules(owner=owner, repository=None, whole=None, **kinds)


def elsewhere(connection: GitHubConnection) -> list[Module]:
    """Published modules of this owner from repositories other than the selected one, by title."""
    modules = modules_of_owner(connection)
    return [each for each in modules if each.is_listed and each.repository_id != connection.repository_id]


def of_repository(
    connection: GitHubConnection,
    scan: Scan | None,
    *,
    apart: Collection[str] = (),
    modules: Iterable[Module] | None = None,
    whole: str | None = None,
    alone: bool = False,
) -> list[Candidate]:
    """Return a candidate for each folder that the scan found or that is published, by path, ignoring case.

    `apart` are new paths that are separate modules, although they may look like a renamed folder. `modules` are those
    of the repository, if the caller has read them. Schemas and findings are not loaded: see `details`; those of the
    folder `whole` are, with its comparison; `alone` no other is read.
    """
    by_path: dict[str, Candidate] = {}
    for found in _folders(scan, whole, alone=alone) if scan else []:
        found.scan = scan  # its folders may be those of an earlier scan
        candidate_rows.tell(found, getattr(found, "told", None))
        by_path[found.path] = Candidate(found.path, found.title, connection.is_platform, found)
    modules = list(candidate_rows.modules_here(connection, whole) if modules is None else modules)
    newest = candidate_rows.newest_versions(modules)
    for module in modules:
        module.owner = connection.owner
        candidate_rows.tell(getattr(module.current_version, "comparison", None), getattr(module, "told", None))
        version, candidate = newest.get(module.pk), by_path.get(module.path)
        if candidate is None and module.is_listed:
            candidate = by_path[module.path] = Candidate(module.path, module.title, connection.is_platform)
        if candidate is not None:
            _join(candidate, module, version)
    for old, new in _renames(by_path, apart).items():
        gone = by_path.pop(old)
        _join(by_path[new], gone.module, gone.newest)
        by_path[new].renamed_from = old or "."
    return [by_path[path] for path in sorted(by_path, key=lambda path: (path.casefold(), path))]


def at_path(
    connection: GitHubConnection, scan: Scan | None, path: str, *, apart: Collection[str] = ()
) -> Candidate | None:
    """Return the candidate at `path`. Returns None when there is none. `apart` as in `of_repository`.

    Where both a folder and a module are there, neither was renamed: the others need not be read.
    """
    here = candidate_rows.modules_here(connection, path, alone=True) if scan else []
    alone = of_repository(connection, scan, modules=here, whole=path, alone=True) if here else []
    if alone and alone[0].found:
        return alone[0]
    return next((each for each in of_repository(connection, scan, apart=apart, whole=path) if each.path == path), None)


def details(found: Iterable[Candidate], *names: str) -> None:
    """Load these columns of the candidates' folders where they are missing, by default schemas and findings."""
    names = names or ("schema", "findings")
    rows = {each.found.pk: each.found for each in found if each.found and names[0] in each.found.get_deferred_fields()}
    for pk, *values in ScannedModule.objects.filter(pk__in=rows).values_list("pk", *names) if rows else []:
        for name, value in zip(names, values, strict=True):
            setattr(rows[pk], name, value)


def counts(found: list[Candidate]) -> str:
    """The number of candidates of each kind: "6 published, 1 new, 1 removed, 2 invalid"."""
    numbers = {
        "published": sum(candidate.is_published for candidate in found),
        "new": sum(candidate.status == "new" for candidate in found),
        "removed": sum(candidate.status == "removed" for candidate in found),
        "invalid": sum(candidate.found is not None and not candidate.is_valid for candidate in found),
    }
    return ", ".join(f"{number} {word}" for word, number in numbers.items() if number)


def tick(found: Iterable[Candidate], paths: Collection[str]) -> None:
    """Tick exactly these paths, where possible. Before, the published ones are ticked.

    The old path of a renamed folder ticks it too, as a form may be older than the rename.
    """
    for candidate in found:
        candidate.ticked = candidate.can_be_ticked and not candidate.names.isdisjoint(paths)


def plan(found: Iterable[Candidate]) -> Plan:
    planned = Plan()
    for candidate in found:
        if candidate.change:
            getattr(planned, candidate.change).append(candidate)
    return planned


def differences(connection: GitHubConnection, *, scan: Scan, newest: Scan, apart: Collection[str] = ()) -> list[str]:
    """Sentences about what `newest` found otherwise than `scan`; empty when there is nothing.

    A newer scan that found the same is not a change. `apart` as in `of_repository`.
    """
    sentences = _scanned_since(scan, newest) if scan.pk != newest.pk else []
    return sentences + _renamed_since(connection, scan, newest, apart) if sentences else []


def _newest(connection: GitHubConnection, *, is_succeeded: bool) -> Scan | None:
    selected = {"connection": connection.pk, "repository": connection.repository_id, "branch": connection.branch}
    kinds = {"any_depth": connection.any_depth, "has_branch": bool(connection.branch), "is_succeeded": is_succeeded}
    for scan in candidate_rows.newest_scans(**selected, **kinds):
        scan.connection = connection
        return scan
    return None


def _folders(scan: Scan, whole: str | None, *, alone: bool) -> list[ScannedModule]:
    return candidate_rows.folders(scan=scan.holder_id, whole=whole, has_whole=whole is not None, alone=alone)


def _join(candidate: Candidate, module: WithAlarms, newest: ModuleVersion | None) -> None:
    candidate.module, candidate.newest = module, newest
    candidate.ticked, candidate.alarms = candidate.is_published, module.alarms
    is_as_it_is_called = candidate.is_published and candidate.path == module.path
    candidate.title = module.title if is_as_it_is_called else module.own_title or candidate.title


def _renames(by_path: dict[str, Candidate], apart: Collection[str]) -> dict[str, str]:
    """New paths of renamed folders by old ones: matched by the folder's name, else by the interface."""
    vanished = {path: candidate for path, candidate in by_path.items() if candidate.found is None}
    new = {
        path: candidate
        for path, candidate in by_path.items()
        if candidate.is_valid and candidate.module is None and path not in apart
    }
    if not vanished or not new:
        return {}
    pairs = folder_moves.by_name(vanished, new)
    decided = folder_moves.same_names(vanished, new)
    left = {path: candidate.newest.pk for path, candidate in vanished.items() if path not in decided}
    if not left:
        return pairs
    schemas = dict(ModuleVersion.objects.filter(pk__in=left.values()).values_list("pk", "schema"))
    undecided = {path: candidate for path, candidate in new.items() if path not in decided}
    details(undecided.values())
    fresh = {path: candidate.found.schema for path, candidate in undecided.items()}
    return pairs | folder_moves.by_interface({path: schemas[pk] for path, pk in left.items()}, fresh)


def _scanned_since(scan: Scan, newest: Scan) -> list[str]:
    before, after = (_contents(each) for each in (scan, newest))
    sentences = []
    for path in sorted(before.keys() | after.keys()):
        name = path or "The root folder"
        if path not in before:
            sentences.append(f"{name} is new in the repository.")
        elif path not in after:
            sentences.append(f"{name} is no longer in the repository.")
        elif before[path] != after[path]:
            sentences.append(f"{name} has changed.")
    if not sentences:
        return []
    return [f"The repository was scanned again at commit {newest.commit[:7]}.", *sentences]


def _renamed_since(connection: GitHubConnection, scan: Scan, newest: Scan, apart: Collection[str]) -> list[str]:
    before, after = (
        [candidate for candidate in of_repository(connection, each, apart=apart) if candidate.renamed_from]
        for each in (scan, newest)
    )
    known = {(candidate.path, candidate.module.pk) for candidate in before}
    moved = [candidate for candidate in after if (candidate.path, candidate.module.pk) not in known]
    return [f"{candidate.path or 'The root folder'} continues {candidate.module.title}." for candidate in moved]


def _contents(scan: Scan) -> dict[str, tuple[bool, str]]:
    return {
        path: (is_valid, content)
        for path, is_valid, content in scan.found.values_list("path", "is_valid", "content_hash")
    }
