"""Texts of the scan's card on the Publish page."""

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import GitHubConnection
from foundation.paragraphs import joined
from foundation.times import ago
from modules.models import Scan
from modules.reading.file_store import size_text


def text(scan: Scan | None, connection: GitHubConnection) -> SafeString:
    """The state or the result of the newest scan of `connection`."""
    if scan is None:
        branch = f"The branch {connection.branch}" if connection.branch else "The default branch"
        return joined([f"{branch} has not been read yet.", "Reading starts within seconds.", "Published modules stay."])
    if scan.status == Scan.Status.PENDING:
        return format_html("Queued {}, waiting for a worker.", ago(scan.created_at))
    if scan.status == Scan.Status.RUNNING:
        return joined([_scanned_commit(scan), _progress(scan)])
    if scan.status == Scan.Status.FAILED:
        return joined([scan.error])
    return joined([format_html("Read {}.", _commit(scan)), _room(scan, connection)])


def aside(scan: Scan | None, base: Scan | None) -> SafeString | str:
    """When the repository was scanned, or the commit of the list below while the newest scan has not succeeded."""
    if scan is None:
        return ""
    if scan.status == Scan.Status.SUCCEEDED:
        return format_html("Scanned {}", ago(scan.finished_at))
    return format_html("The list below shows <code>{}</code>.", base.commit[:7]) if base else ""


def _scanned_commit(scan: Scan) -> SafeString | str:
    return format_html("Reading {}.", _commit(scan)) if scan.commit else "Asking GitHub for the newest commit."


def _progress(scan: Scan) -> SafeString | str:
    if not scan.total:
        return ""
    folders = f"{scan.read:,} of {scan.total:,} folders"
    return format_html("{}, now <code>{}</code>.", folders, scan.current) if scan.current else f"{folders}."


def _room(scan: Scan, connection: GitHubConnection) -> str:
    """How much of the room for files is used; blank before it was counted."""
    if scan.stored_bytes is None:
        return ""
    whose = "The platform's" if connection.is_platform else "Your"
    return f"{whose} files use {size_text(scan.stored_bytes)} of {size_text(settings.OWNER_BYTES)}."


def _commit(scan: Scan) -> SafeString:
    return format_html(
        "<code>{}</code> “{}”, committed {}", scan.commit[:7], scan.commit_message, ago(scan.committed_at)
    )
