"""The rows of the pages of a module and of its versions; each query is built once."""

from typing import Any, TypeAlias

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Lower

from accounts.models import GitHubConnection, User
from accounts.scoping import Reach, Thing, reach
from foundation.compiled import Param, compiled
from foundation.engine import of_workers
from modules.models import Alarm, Module, ModuleVersion
from modules.registry import offers
from modules.versions import usage
from modules.versions.history import HEAVY

WithPage: TypeAlias = Any  # a ModuleVersion with what `shown` adds


def shown(user: User, ref: str, semver: str | None = None) -> WithPage | None:
    """A version of a module that `user` sees, by default the current one, with the module, in one query.

    It has its `usage`, `number_of_versions` of the module, the `terraform` of workers, and whether it `is_deployable`
    and `is_downloadable` for them, and the module's repository `is_chosen`.
    """
    found: list[WithPage] = _versions(
        ref=ref,
        semver=semver,
        viewer=user.pk,
        address=user.email.lower(),
        far=reach(user, Thing.MODULES),
        is_current=semver is None,
    )
    for version in found:
        if version.pk == version.module.current_version_id:
            version.module.current_version = version
    return found[0] if found else None


def alarms(module: Module) -> list[Alarm]:
    """The module's alarms that were not dismissed."""
    return _alarms(module=module.pk)


def semvers_beside(version: ModuleVersion) -> list[str]:
    """The numbers of the other versions of its module, newest first."""
    return [semver for (semver,) in _beside(module=version.module_id, version=version.pk)]


def needed(user: User, version: ModuleVersion) -> list[tuple[str, Module | None]]:
    """The modules to deploy before this one, as it names them: each with the one of its publisher that `user` sees."""
    names = [name for name in version.schema["platform"].get("module_dependency") or [] if isinstance(name, str)]
    if not names:
        return []
    offered = offers.offered_to(user).filter(owner=version.module.owner_id).exclude(pk=version.module_id)
    titled = offered.alias(lower=Lower("title")).filter(lower__in=[name.lower() for name in names])
    found = {module.title.lower(): module for module in titled.only("ref", "title").order_by("-pk")}
    return [(name, found.get(name.lower())) for name in names]


@compiled
def _versions(
    ref: Param, semver: Param, viewer: Param, address: Param, *, far: Reach, is_current: bool
) -> QuerySet[ModuleVersion]:
    modules = Module.objects.within(far, owner=viewer, address=address)
    rows = ModuleVersion.objects.filter(module__ref=ref, module__in=modules)
    rows = rows.select_related("module__owner", "published_by", "texts")
    if is_current:
        rows = rows.filter(pk=F("module__current_version"))
    else:
        rows = rows.filter(semver=semver).select_related("module__current_version")
        rows = rows.defer(*(f"module__current_version__{name}" for name in HEAVY if name != "schema"))
    all_of_it = ModuleVersion.objects.filter(module=OuterRef("module")).order_by().values("module")
    return usage.with_usage(rows).annotate(
        number_of_versions=Subquery(all_of_it.annotate(number=Count("pk")).values("number")),
        terraform=Subquery(of_workers()),
        is_deployable=Exists(Module.objects.deployable().filter(current_version=OuterRef("pk"))),
        is_downloadable=Exists(offers.downloadable(modules.published()).filter(pk=OuterRef("pk"))),
        is_chosen=Exists(_connections_that_chose("module")),
    )


def _connections_that_chose(module: str) -> QuerySet[GitHubConnection]:
    """The connection of a module's owner, or of the platform, if it has the module's repository."""
    chosen = GitHubConnection.objects.filter(repository_id=OuterRef(f"{module}__repository_id"))
    return chosen.alias(whose=Coalesce("owner", 0)).filter(whose=Coalesce(OuterRef(f"{module}__owner"), 0))


@compiled
def _alarms(module: Param) -> QuerySet[Alarm]:
    found = Alarm.objects.filter(version__module=module, dismissed_at=None).select_related("version")
    return found.defer(*(f"version__{name}" for name in HEAVY))


@compiled
def _beside(module: Param, version: Param) -> QuerySet[Any]:
    return ModuleVersion.objects.filter(module=module).exclude(pk=version).values_list("semver")
