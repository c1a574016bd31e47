"""Sentences about a deployment's version: publisher's warnings, other versions, and breaking changes."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deployments.models import Deployment
from deployments.version_moves import Move
from foundation.paragraphs import Notice, counted, joined
from modules.models import ModuleVersion

UNAFFECTED = "Existing deployments are not affected."


def warning(version: ModuleVersion, *, is_deployed: bool) -> Notice | None:
    """The notice for a revoked or deprecated version; otherwise None."""
    if version.revoked_at:
        title, text = f"Version {version.semver} is revoked.", f"{UNAFFECTED} You can't create new ones."
        return Notice(title, text, tone="bad", icon="stop", quote=version.revocation_reason)
    if version.deprecated_at:
        title = f"Version {version.semver} is deprecated."
        text = UNAFFECTED if is_deployed or version.module.removed_at else "You can still deploy it."
        return Notice(title, text, "warn", "warning", version.deprecation_reason, version.deprecation_link)
    return None


def unaffected(deployment: Deployment, *, may_change: bool) -> str:
    """What people can still do after the module was removed or withdrawn. A pending deployment cannot run again."""
    is_pending = deployment.status == Deployment.Status.PENDING
    rest = "destroy it, but not run it again" if is_pending else "change it, run it again or destroy it"
    allowed = f"You can still {rest}." if may_change else ""
    return joined(["This deployment is not affected.", allowed, "New deployments are not possible."])


def news(move: Move) -> Notice:
    """The notice that new deployments use another version."""
    before, after = move.before.semver, move.after.semver
    if move.went_back:
        title = f"New deployments use {after} again."
        text = f"The publisher returned to it. This deployment stays on {before}."
    elif move.is_back:
        title = f"New deployments use {after}."
        text = f"Version {before} was revoked. This deployment stays on {before}."
    else:
        title, text = f"Version {after} is available.", ""
    return Notice(title, joined([text, _deprecation(move.after)]))


def _deprecation(version: ModuleVersion) -> str:
    if not version.deprecated_at:
        return ""
    reason = f": “{version.deprecation_reason}”" if version.deprecation_reason else "."
    return f"Version {version.semver} is deprecated{reason}"


def change_to(move: Move) -> str:
    """The label of the button that opens the form for the other version."""
    return f"{'Change' if move.is_back else 'Update'} to {move.after.semver}"


def chosen(move: Move, name: str) -> Notice:
    """The notice of a form that changes the version of the deployment `name`."""
    title = f"This form {'changes' if move.is_back else 'updates'} {name} from {move.before.semver} to"
    if move.went_back:
        text = "The publisher returned to it."
    else:
        text = f"Version {move.before.semver} was revoked." if move.is_back else ""
    return Notice(f"{title} {move.after.semver}.", text)


def kept(move: Move, name: str) -> Notice:
    """The notice of a form that keeps the version of the deployment `name`, although `move` is possible."""
    again = "." if move.before.revoked_at else " again."
    used = f"New deployments use {move.after.semver}{again}" if move.is_back else ""
    return Notice(
        f"This form keeps {name} on {move.before.semver}.", used or f"Version {move.after.semver} is available."
    )


def broken(move: Move) -> SafeString:
    """The warning that lists the breaking changes of a change of version."""
    parts = ((change.what.lower(), change.name) for change in move.breaking)
    return format_html(
        "<strong>Version {} is not compatible with {}:</strong> {}."
        " Anything that relies on these may fail. Resources may be destroyed.",
        move.after.semver,
        move.before.semver,
        format_html_join(", ", "{} <code>{}</code>", parts),
    )


def not_accepted(move: Move) -> str:
    """The error when somebody does not accept the breaking changes."""
    return (
        f"Version {move.after.semver} is not compatible with {move.before.semver}. Tick the box to accept the changes."
    )


def reviewed(deployment: Deployment, version: ModuleVersion, move: Move | None) -> str:
    """The lead of an update's confirmation: module, publisher and version."""
    title, publisher = deployment.module_title, version.module.publisher
    if move:
        return f"{title} by {publisher}, from {move.before.semver} to {move.after.semver}."
    return f"{title} by {publisher}. The version stays {version.semver}."


def update_action(deployment: Deployment, move: Move | None, changes: int) -> str:
    """The label of the button that confirms an update; `changes` is the number of changed inputs."""
    if move:
        return f"{'Change' if move.is_back else 'Update'} {deployment.name} to {move.after.semver}"
    return f"Change {counted(changes, 'input')} of {deployment.name}" if changes else f"Run {deployment.name} again"


def same_inputs(move: Move | None) -> str:
    """The text of an update that changes no inputs."""
    return f"The inputs stay the same. The run applies them {f'with {move.after.semver}' if move else 'again'}."
