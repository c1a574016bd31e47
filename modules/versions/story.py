"""Texts of the pages of a module and of its versions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from foundation.credits import amount, written
from foundation.paragraphs import Notice, joined
from foundation.times import ago, when
from modules.models import Module, ModuleVersion
from modules.terraform.schema import Provider
from modules.versions.usage import MOST_DEPLOYERS

UNAFFECTED = "Existing deployments are not affected. You can't create new ones."


@dataclass(frozen=True)
class Facts:
    """Texts of the card of facts, and of the button that leads to the form."""

    deploy: str
    publisher: str
    price: str
    price_note: str
    commit: str
    providers: str


@dataclass(frozen=True)
class Management:
    """Texts of the cards with which a publisher changes a version."""

    current: str
    can_become_current: bool
    deprecation: str
    deprecation_note: str
    deprecate: str
    danger: str


def notices(module: Module, version: ModuleVersion, *, is_offered: bool, obstacle: str = "") -> list[Notice]:
    """The notices at the top of the page.

    `is_offered` says whether `version` can be deployed, and `obstacle` why each deployment of it would fail.
    """
    found = (
        [Notice(f"Version {version.semver} can't be deployed here.", obstacle, "warn", "warning")] if obstacle else []
    )
    if module.removed_at:
        removed = format_html("Removed from the catalogue {}.", ago(module.removed_at))
        found.append(Notice(removed, UNAFFECTED, "warn", "warning"))
    if version.revoked_at:
        revoked = format_html("Version {} was revoked on {}.", version.semver, when(version.revoked_at))
        found.append(Notice(revoked, UNAFFECTED, "bad", "stop", version.revocation_reason))
    if version.deprecated_at:
        title, text = f"Version {version.semver} is deprecated.", "You can still deploy it." if is_offered else ""
        found.append(Notice(title, text, "warn", "warning", version.deprecation_reason, version.deprecation_link))
    if version.pk != module.current_version_id:
        found.append(Notice("This is not the current version.", _used_instead(module)))
    return found


def facts(module: Module, version: ModuleVersion, user: User) -> Facts:
    """The facts of `version` as far as `user` may see them."""
    cost, may_change = module.cost_of(version), module.may_change(user)
    is_mine = module.owner_id == user.pk
    return Facts(
        deploy=f"Deploy for {amount(cost)}" if cost and not is_mine else "Deploy",
        publisher=_publisher(module, version) if may_change else module.publisher,
        price=_price(cost, is_mine=is_mine, is_purchased_only=module.is_purchased_only(version)),
        price_note=_repository_says(cost, version) if may_change else "",
        commit=_commit(version),
        providers=_providers(version.schema["providers"]),
    )


def needed(modules: Iterable[tuple[str, Module | None]]) -> SafeString:
    """The names of modules to deploy first, each a link to the module if there is one."""
    links = [
        format_html('<a href="{}">{}</a>', module.get_absolute_url(), name) if module else name
        for name, module in modules
    ]
    return format_html_join(", ", "{}", ((link,) for link in links))


def manage(version: ModuleVersion, notice: str) -> Management:
    """The texts for changing `version`; `notice` says who gets an e-mail when it is revoked."""
    module, semver = version.module, version.semver
    is_current = version.pk == module.current_version_id
    return Management(
        current=_current(version) if is_current else _would_be_current(version),
        can_become_current=not (is_current or version.revoked_at or module.removed_at),
        deprecation=f"Change the deprecation of {semver}" if version.deprecated_at else f"Deprecate {semver}",
        deprecation_note=_deprecation_note(version),
        deprecate="Save the deprecation" if version.deprecated_at else f"Deprecate {semver}",
        danger=_undone_revocation(version) if version.revoked_at else _revocation(version, notice),
    )


def deployers_note(number: int) -> str:
    """The number of `number` people that the table shows; blank when it shows all."""
    if number <= MOST_DEPLOYERS:
        return ""
    return f"{number:,} people deployed this version. The table shows the {MOST_DEPLOYERS} who did so most often."


def _used_instead(module: Module) -> SafeString | str:
    current = module.current_version
    if module.removed_at or current.revoked_at:
        return ""
    return format_html('New deployments use <a href="{}">version {}</a>.', module.get_absolute_url(), current.semver)


def _publisher(module: Module, version: ModuleVersion) -> str:
    if version.published_by_id == module.owner_id:
        return module.publisher
    return f"{module.publisher}, published by {version.published_by.short_name}"


def _price(cost: int, *, is_mine: bool, is_purchased_only: bool) -> str:
    if not cost:
        return "Free"
    if is_mine:
        return f"Free for you. Others pay {amount(cost)}."
    return f"{amount(cost)}, {'Purchased only' if is_purchased_only else 'Awarded or Purchased'}"


def _repository_says(cost: int, version: ModuleVersion) -> str:
    if cost == version.credit_cost:
        return ""
    return f"The repository says {written(version.credit_cost)}."


def _commit(version: ModuleVersion) -> SafeString:
    commit = format_html("<code>{}</code>", version.commit[:7])
    return format_html("{}, {}", commit, when(version.committed_at)) if version.committed_at else commit


def _providers(rows: Collection[Provider]) -> SafeString:
    names = ((row["source"], f" {row['version']}".rstrip()) for row in rows)
    return format_html_join(", ", "<code>{}</code>{}", names)


def _current(version: ModuleVersion) -> str:
    if version.revoked_at:
        return "All versions are revoked, so nobody can deploy this module."
    return "" if version.module.removed_at else "New deployments use this version."


def _would_be_current(version: ModuleVersion) -> str:
    if version.revoked_at or version.module.removed_at:
        return ""
    now = version.module.current_version.semver
    return f"New deployments will use {version.semver} instead of {now}. Existing deployments keep their version."


def _deprecation_note(version: ModuleVersion) -> str:
    warned = "Everyone who sees this version gets a warning."
    can_be_deployed = not (version.revoked_at or version.module.removed_at)
    return f"{warned} They can still deploy it." if can_be_deployed else warned


def _revocation(version: ModuleVersion, notice: str) -> SafeString:
    return joined(
        [
            format_html("<strong>Revoke {}</strong> to stop new deployments of it.", version.semver),
            "Existing deployments keep running.",
            notice,
            _successor(version),
        ]
    )


def _successor(version: ModuleVersion) -> str:
    if version.pk != version.module.current_version_id:
        return ""
    return "The newest version that is not revoked becomes current. Without one, nobody can deploy this module."


def _undone_revocation(version: ModuleVersion) -> str:
    module = version.module
    if version.pk == module.current_version_id or module.current_version.revoked_at:
        return f"Undo the revocation to allow new deployments of {version.semver}."
    return f"After you undo the revocation, you can make {version.semver} current."
