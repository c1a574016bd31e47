"""The rows behind the candidates of a repository: its modules and folders, without their large columns."""

from collections.abc import Iterable
from typing import Any, TypeAlias

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, F, JSONField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, JSONObject, Lower

from accounts.models import GitHubConnection
from foundation.compiled import Param, compiled
from modules.models import Alarm, Module, ModuleVersion, Scan, ScannedModule

WithAlarms: TypeAlias = Any  # a Module with the annotations of `modules`
WithTaken: TypeAlias = Any  # a ModuleVersion with the numbers `taken` by its module
SHOWN = (  # columns of versions that lists need
    *("id", "module", "number", "semver", "tag", "title", "commit", "content_hash", "credit_cost", "purchased_only"),
    *("published_at", "revoked_at"),
)
UNSHOWN = [field.name for field in ModuleVersion._meta.fields if field.name not in SHOWN]
UNSHOWN_OF_COMPARISON = ("comparison__changes", "comparison__widened")
LIGHT = ("path", "title", "is_valid", "content_hash", "scan_id")  # columns of folders that lists need


def newest_versions(modules: Iterable[WithAlarms]) -> dict[int, WithTaken]:
    """The version with the highest number by module's key, with its comparison, without its large columns.

    It is mostly the current one. `taken` are the numbers of all versions of its module.
    """
    modules = [module for module in modules if module.newest_id]
    others = [module.newest_id for module in modules if module.newest_id != module.current_version_id]
    read = {version.pk: version for version in _versions(others)} if others else {}
    found = {module.pk: read.get(module.newest_id, module.current_version) for module in modules}
    for module in modules:
        found[module.pk].taken = module.taken
    return found


def modules_here(connection: GitHubConnection, whole: str | None, *, alone: bool = False) -> list[Module]:
    """Modules from the selected repository; `alone` the one at `whole`."""
    return modules(
        owner=connection.owner_id,
        repository=connection.repository_id,
        whole=whole,
        has_whole=whole is not None,
        is_platform=connection.is_platform,
        of_all=False,
        alone=alone,
    )


def tell(row: Any, told: dict[str, Any] | None) -> None:
    """Give a row the columns that were told beside it."""
    for name, value in (told or {}).items() if row else ():
        setattr(row, name, value)


@compiled
def modules(
    owner: Param,
    repository: Param,
    whole: Param,
    *,
    is_platform: bool,
    of_all: bool,
    has_whole: bool,
    alone: bool = False,
) -> QuerySet[Module]:
    """With current version and its comparison, the number of `alarms`, the newest version and all numbers `taken`."""
    found: QuerySet[Any] = Module.objects.filter(owner=None if is_platform else owner)
    found = found if of_all else found.filter(repository_id=repository)
    found = found.filter(path=whole) if alone else found
    alarms = Alarm.objects.filter(version__module=OuterRef("pk"), dismissed_at=None).order_by()
    number = Subquery(alarms.values("version__module").annotate(number=Count("pk")).values("number"))
    versions = ModuleVersion.objects.filter(module=OuterRef("pk"))
    if has_whole:
        found = _told(found, whole, "current_version__comparison__", "changes", "widened")
    return (
        found.select_related("current_version__comparison", "auto_publish_by")
        .defer(*(f"current_version__{name}" for name in (*UNSHOWN, *UNSHOWN_OF_COMPARISON)))
        .annotate(
            alarms=Coalesce(number, 0),
            newest_id=Subquery(versions.order_by("-number").values("pk")[:1]),
            taken=ArraySubquery(versions.order_by().values("semver")),
        )
        .order_by(Lower("title"), "pk")
    )


@compiled
def newest_scans(
    connection: Param, repository: Param, branch: Param, *, any_depth: bool, has_branch: bool, is_succeeded: bool
) -> QuerySet[Scan]:
    """The newest scan of what is selected, or none."""
    found = Scan.objects.filter(connection=connection, repository_id=repository, any_depth=any_depth)
    found = found.filter(branch=branch) if has_branch else found
    found = found.filter(status=Scan.Status.SUCCEEDED) if is_succeeded else found
    return found.newest_first().with_tags()[:1]


@compiled
def folders(scan: Param, whole: Param, *, has_whole: bool, alone: bool = False) -> QuerySet[ScannedModule]:
    found = ScannedModule.objects.filter(scan=scan).only(*LIGHT)
    found = found.filter(path=whole) if alone else found
    return _told(found, whole, "", "schema", "findings") if has_whole else found


def _told(rows: QuerySet[Any], path: Param, of: str, *names: str) -> QuerySet[Any]:
    """Annotates, as `told`, large columns of the row at `path` alone."""
    columns = JSONObject(**{name: F(f"{of}{name}") for name in names})
    return rows.annotate(told=Case(When(path=path, then=columns), output_field=JSONField()))


def _versions(keys: list[int]) -> QuerySet[ModuleVersion]:
    versions = ModuleVersion.objects.filter(pk__in=keys).order_by().select_related("comparison")
    return versions.defer(*UNSHOWN, *UNSHOWN_OF_COMPARISON)
