"""The verbs of accounts. Those that ask GitHub do so before their transaction: no row is locked while GitHub thinks."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts import github
from accounts.github_errors import GitHubError, NotFound
from accounts.models import AccessibleRepository, GitHubConnection, PlatformSettings, User
from foundation import audit
from foundation.encryption import DecryptionFailed
from foundation.wake import wake

PATIENCE = 5  # seconds for one question to GitHub while a person waits for the answer


class TokenUnreadable(GitHubError):
    sentence = "The stored token cannot be opened with the portal's present keys. Save the token again."


class ConnectionRemoved(GitHubError):
    sentence = "The connection was removed in the meantime. Save a token first."


def save_token(owner: User | None, *, token: str, by: User) -> GitHubConnection:
    """Check `token` against GitHub and make it the connection of `owner`, or (None) of the platform.

    A refused one changes nothing; raises GitHubError. The chosen repository stays chosen: what the new
    token cannot read of it is said in `problem`.
    """
    identity = github.identify(token, timeout=PATIENCE)
    before = GitHubConnection.objects.of(owner).first()
    problem = _repository_problem(token, before) if before else ""
    with transaction.atomic():
        _lock_owner(owner)  # two first tokens at once would make two connections
        connection = GitHubConnection.objects.of(owner).select_for_update().first() or GitHubConnection(owner=owner)
        connection.token = token
        _take_identity(connection, identity, problem=problem)
        connection.refresh_requested_at = timezone.now()
        connection.save()
        audit.record("connection.token_saved", by=by, target=connection, login=identity.login, scopes=identity.scopes)
        _wake_refresh(connection)
    return connection


def check_connection(connection: GitHubConnection) -> GitHubConnection:
    """Ask GitHub about the stored token and the chosen repository, and keep what it says in `problem`.

    Raises ConnectionRemoved alone: what GitHub refuses is kept, not raised.
    """
    try:
        identity = github.identify(token_of(connection))
        repository = connection.repository_id and github.repository(token_of(connection), connection.repository_id)
    except GitHubError as error:
        return _note(connection, problem=_explained(error, connection))
    return _note(connection, identity=identity, name=repository.full_name if repository else "")


def select_repository(connection: GitHubConnection, *, repository_id: int, by: User) -> GitHubConnection:
    """Choose the repository that modules come from, by GitHub's numeric id; raises GitHubError.

    What is published from another repository stays in the catalogue.
    """
    token = token_of(connection)
    repository = github.repository(token, repository_id, timeout=PATIENCE)
    _require_commit(token, repository)
    with transaction.atomic():
        connection = _locked(connection)
        connection.repository_id = repository.id
        connection.repository_name = repository.full_name
        connection.branch = repository.default_branch
        connection.problem = ""
        connection.save(update_fields=["repository_id", "repository_name", "branch", "problem"])
        audit.record("connection.repository_selected", by=by, target=connection, repository=repository.full_name)
    return connection


@transaction.atomic
def remove_connection(connection: GitHubConnection, *, by: User) -> None:
    """Forget the token and all scans made with it; published modules and deployments stay as they are.

    Raises ConnectionRemoved when somebody was faster.
    """
    connection = _locked(connection)
    audit.record("connection.removed", by=by, target=connection, login=connection.login)
    connection.delete()


@transaction.atomic
def request_refresh(connection: GitHubConnection, *, by: User) -> None:
    """Have the list of repositories read anew, and the token checked."""
    connection = _locked(connection)
    connection.refresh_requested_at = timezone.now()
    connection.save(update_fields=["refresh_requested_at"])
    audit.record("connection.refresh_requested", by=by, target=connection)
    _wake_refresh(connection)


@transaction.atomic
def store_repositories(
    connection: GitHubConnection, *, found: list[github.Repository], asked_at: datetime | None
) -> None:
    """Replace the stored list; a refresh that was asked for after `asked_at` stays due."""
    connection = _locked(connection)
    connection.repositories.all().delete()
    AccessibleRepository.objects.bulk_create(
        AccessibleRepository(
            connection=connection,
            repository_id=row.id,
            full_name=row.full_name,
            private=row.private,
            default_branch=row.default_branch,
            pushed_at=row.pushed_at,
            description=row.description,
        )
        for row in found
    )
    _end_refresh(connection, asked_at=asked_at, repositories_read_at=timezone.now())


@transaction.atomic
def give_up_refresh(connection: GitHubConnection, *, problem: str, asked_at: datetime | None) -> None:
    """End a refresh that GitHub refused; the list that stood stays."""
    _end_refresh(_locked(connection), asked_at=asked_at, problem=problem)


@transaction.atomic
def set_private_mode(on: bool, *, by: User) -> None:
    """Switch Private Mode; every flip is audited, setting it to what it is changes nothing."""
    platform = _locked_settings()
    if platform.private_mode == on:
        return
    platform.private_mode = on
    platform.save(update_fields=["private_mode"])
    audit.record("platform.private_mode_switched", by=by, target=platform, on=on)


@transaction.atomic
def set_revenue_share(percent: Decimal, *, by: User) -> None:
    """Set the partner's share of what is captured from now on; revenue already earned keeps its share."""
    platform = _locked_settings()
    if platform.revenue_share == percent:
        return
    before, platform.revenue_share = platform.revenue_share, percent
    platform.save(update_fields=["revenue_share"])
    audit.record("platform.revenue_share_set", by=by, target=platform, before=str(before), after=str(percent))


@transaction.atomic
def rename(person: User, *, first_name: str, last_name: str, by: User) -> None:
    """Set a person's name; their address and slug stay."""
    person.first_name, person.last_name = first_name, last_name
    person.save(update_fields=["first_name", "last_name"])
    audit.record("user.renamed", by=by, target=person)


@transaction.atomic
def set_roles(person: User, *, is_partner: bool, is_staff: bool, by: User | None) -> User:
    """Give or take the roles of partner and admin."""
    person = User.objects.select_for_update().get(pk=person.pk)
    before = (person.is_partner, person.is_staff)
    if before == (is_partner, is_staff):
        return person
    person.is_partner, person.is_staff = is_partner, is_staff
    person.is_superuser = person.is_superuser and is_staff
    person.save(update_fields=["is_partner", "is_staff", "is_superuser", "partner_since"])
    audit.record("user.roles_set", by=by, target=person, partner=is_partner, admin=is_staff)
    return person


@transaction.atomic
def set_active(person: User, on: bool, *, by: User) -> User:
    """Deactivate a person, which ends their sessions, or let them in again; nobody is ever deleted."""
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.is_active == on:
        return person
    person.is_active = on
    person.save(update_fields=["is_active"])
    if not on:
        _end_sessions(person)
    audit.record("user.activated" if on else "user.deactivated", by=by, target=person)
    return person


def those_responsible(owner: User | None) -> list[User]:
    """Who is told about the connection and modules of `owner`: they, or for the platform's all active admins."""
    if owner:
        return [owner]
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("pk"))


def token_of(connection: GitHubConnection) -> str:
    """The stored token; raises TokenUnreadable, a GitHubError, when the key ring cannot open it."""
    try:
        return connection.token
    except DecryptionFailed as error:
        raise TokenUnreadable from error


def _repository_problem(token: str, connection: GitHubConnection) -> str:
    if connection.repository_id is None:
        return ""
    try:
        github.repository(token, connection.repository_id, timeout=PATIENCE)
    except NotFound as error:
        return _explained(error, connection)
    return ""


def _explained(error: GitHubError, connection: GitHubConnection) -> str:
    if isinstance(error, NotFound):
        return f"This token cannot read {connection.repository_name}. Select another repository, or give it access."
    return str(error)


def _require_commit(token: str, repository: github.Repository) -> None:
    """Metadata is readable with less than the contents are, so the newest commit is asked for as well."""
    try:
        github.branch_head(token, repository.id, repository.default_branch, timeout=PATIENCE)
    except NotFound as error:
        raise NotFound(
            f"{repository.full_name} has no commit on its branch {repository.default_branch}, so nothing was changed. "
            "Push one, then select it."
        ) from error


def _take_identity(connection: GitHubConnection, identity: github.Identity, *, problem: str = "") -> None:
    connection.login = identity.login
    connection.scopes = identity.scopes
    connection.is_fine_grained = identity.is_fine_grained
    connection.expires_at = identity.expires_at
    connection.checked_at = timezone.now()
    connection.problem = problem


@transaction.atomic
def _note(connection, *, identity: github.Identity | None = None, name: str = "", problem: str = ""):
    """Keep the outcome of a check, unless token or repository were replaced while GitHub was asked."""
    fresh = _locked(connection)
    is_same_token = bytes(fresh.token_encrypted) == bytes(connection.token_encrypted)
    if not is_same_token or fresh.repository_id != connection.repository_id:
        return fresh
    if identity:
        _take_identity(fresh, identity)
    fresh.repository_name = name or fresh.repository_name
    fresh.checked_at, fresh.problem = timezone.now(), problem
    fresh.save()
    return fresh


def _end_refresh(connection: GitHubConnection, *, asked_at: datetime | None, **fields) -> None:
    if connection.refresh_requested_at == asked_at:
        connection.refresh_requested_at = None
    connection.refresh_leased_until = None
    for name, value in fields.items():
        setattr(connection, name, value)
    connection.save(update_fields=["refresh_requested_at", "refresh_leased_until", *fields])


def _wake_refresh(connection: GitHubConnection) -> None:
    transaction.on_commit(partial(wake, "accounts.refresh_repositories", connection.pk))


def _locked(connection: GitHubConnection) -> GitHubConnection:
    fresh = GitHubConnection.objects.select_for_update().filter(pk=connection.pk).first()
    if fresh is None:
        raise ConnectionRemoved
    return fresh


def _lock_owner(owner: User | None) -> None:
    if owner is None:
        _locked_settings()
    else:
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def _locked_settings() -> PlatformSettings:
    PlatformSettings.load()  # makes the row on a new installation
    return PlatformSettings.objects.select_for_update().get(pk=1)


def _end_sessions(person: User) -> None:
    """Sessions do not say whose they are, so that each is opened; deactivating is rare."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
