"""Services of accounts. GitHub is called before the transaction: no row is locked during a request."""

from datetime import datetime
from decimal import Decimal
from functools import partial

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts import github, repository_choice, token_health
from accounts.github_errors import Forbidden, GitHubError, NotFound
from accounts.models import AccessibleRepository, GitHubConnection, PlatformSettings, User
from foundation import audit
from foundation.encryption import DecryptionFailed
from foundation.wake import wake

PATIENCE = 5  # seconds for one request to GitHub while a person waits


class TokenUnreadable(GitHubError):
    problem = "sealed"
    sentence = "The portal's keys cannot decrypt the stored token. Save the token again."


class ConnectionRemoved(GitHubError):
    sentence = "The connection was removed in the meantime. Save a token first."


def save_token(owner: User | None, *, token: str, by: User) -> GitHubConnection:
    """Check `token` against GitHub and make it the connection of `owner`, or (None) of the platform.

    Raises GitHubError for a rejected token and changes nothing. The selected repository stays selected; `problem` says
    if the new token cannot read it.
    """
    identity = github.identify(token, timeout=PATIENCE)
    before = GitHubConnection.objects.of(owner).first()
    fault = _repository_fault(token, before) if before else None
    with transaction.atomic():
        _lock_owner(owner)  # two concurrent first tokens would create two connections
        connection = GitHubConnection.objects.of(owner).select_for_update().first() or GitHubConnection(owner=owner)
        connection.token = token
        _take_identity(connection, identity)
        token_health.set_problem(connection, fault)
        connection.refresh_requested_at = timezone.now()
        connection.save()
        audit.record("connection.token_saved", by=by, target=connection, login=identity.login, scopes=identity.scopes)
        _wake_refresh(connection)
    return connection


def check_connection(connection: GitHubConnection) -> GitHubConnection:
    """Check the stored token and the selected repository with GitHub, save the result, and e-mail a problem.

    A transient failure of GitHub changes nothing. Raises only ConnectionRemoved.
    """
    identity, name = None, ""
    try:
        token = token_of(connection)
        identity = github.identify(token)
        if connection.repository_id:
            name = github.repository(token, connection.repository_id).full_name
    except GitHubError as error:
        is_verdict = error.problem and (identity or not isinstance(error, NotFound))
        return _note(connection, identity=identity, fault=error) if is_verdict else connection
    return _note(connection, identity=identity, name=name)


def select_repository(
    connection: GitHubConnection, *, repository_id: int, branch: str = "", any_depth: bool | None = None, by: User
) -> GitHubConnection:
    """Choose the repository and branch (blank: its default one) that modules come from, by GitHub's numeric id.

    `any_depth` takes folders at any depth as modules (None: as before). Modules published from another repository stay
    in the catalogue. Raises BranchNotFound and BranchRenamed for a given branch, and other GitHubErrors.
    """
    choice = repository_choice.choose(token_of(connection), repository_id, branch=branch, timeout=PATIENCE)
    with transaction.atomic():
        connection = locked(connection)
        connection.repository_id, connection.repository_name = choice.repository.id, choice.repository.full_name
        connection.branch, connection.branches = choice.branch, choice.branches
        connection.any_depth = connection.any_depth if any_depth is None else any_depth
        token_health.set_problem(connection, None)
        connection.save(
            update_fields=["repository_id", "repository_name", "branch", "branches", "any_depth", *token_health.FIELDS]
        )
        audit.record(
            "connection.repository_selected",
            by=by,
            target=connection,
            repository=connection.repository_name,
            branch=connection.branch,
            any_depth=connection.any_depth,
        )
    return connection


@transaction.atomic
def remove_connection(connection: GitHubConnection, *, by: User) -> None:
    """Delete the token and all scans made with it; published modules and deployments are not affected.

    Raises ConnectionRemoved if it no longer exists.
    """
    connection = locked(connection)
    audit.record("connection.removed", by=by, target=connection, login=connection.login)
    connection.delete()


@transaction.atomic
def request_refresh(connection: GitHubConnection, *, by: User) -> None:
    """Request a refresh of the list of repositories and a check of the token."""
    connection = locked(connection)
    connection.refresh_requested_at = timezone.now()
    connection.save(update_fields=["refresh_requested_at"])
    audit.record("connection.refresh_requested", by=by, target=connection)
    _wake_refresh(connection)


@transaction.atomic
def store_repositories(connection: GitHubConnection, *, found: github.Repositories, asked_at: datetime | None) -> None:
    """Replace the stored list; a refresh requested after `asked_at` stays due."""
    connection = locked(connection)
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
        for row in found.rows
    )
    connection.repositories_read_at = timezone.now()
    connection.organizations_left_out = found.organizations_left_out
    _end_refresh(connection, "repositories_read_at", "organizations_left_out", asked_at=asked_at)


@transaction.atomic
def give_up_refresh(connection: GitHubConnection, *, problem: str, asked_at: datetime | None) -> None:
    """End a refresh that GitHub refused; keeps the stored list and a known problem of the token."""
    connection = locked(connection)
    connection.problem = connection.problem if connection.problem_kind else problem
    _end_refresh(connection, "problem", asked_at=asked_at)


@transaction.atomic
def set_private_mode(on: bool, *, by: User) -> None:
    """Switch Private Mode; audited, idempotent."""
    platform = locked_settings()
    if platform.private_mode == on:
        return
    platform.private_mode = on
    platform.save(update_fields=["private_mode"])
    audit.record("platform.private_mode_switched", by=by, target=platform, on=on)


@transaction.atomic
def set_revenue_share(percent: Decimal, *, by: User) -> None:
    """Set the partner's share for future charges; revenue already earned keeps its share."""
    platform = locked_settings()
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
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
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
    """Deactivate a person, which ends their sessions, or activate them again; users are never deleted."""
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.is_active == on:
        return person
    person.is_active = on
    person.save(update_fields=["is_active"])
    if not on:
        _end_sessions(person)
    audit.record("user.activated" if on else "user.deactivated", by=by, target=person)
    return person


def those_responsible(owner: User | None) -> list[User]:
    """Who gets e-mails about `owner`'s connection and modules: the owner, or for the platform all active admins."""
    if owner:
        return [owner]
    return list(User.objects.filter(is_staff=True, is_active=True).order_by("pk"))


def token_of(connection: GitHubConnection) -> str:
    """The stored token; raises TokenUnreadable, a GitHubError, when the key ring cannot decrypt it."""
    try:
        return connection.token
    except DecryptionFailed as error:
        raise TokenUnreadable from error


def _repository_fault(token: str, connection: GitHubConnection) -> NotFound | Forbidden | None:
    if connection.repository_id is None:
        return None
    try:
        github.repository(token, connection.repository_id, timeout=PATIENCE)
    except (NotFound, Forbidden) as error:
        return error
    return None


def _take_identity(connection: GitHubConnection, identity: github.Identity) -> None:
    connection.login = identity.login
    connection.scopes = identity.scopes
    connection.is_fine_grained = identity.is_fine_grained
    connection.expires_at = identity.expires_at
    connection.checked_at = timezone.now()


@transaction.atomic
def _note(
    connection: GitHubConnection, *, identity: github.Identity | None, name: str = "", fault: GitHubError | None = None
) -> GitHubConnection:
    """Save the result of a check, unless token or repository changed during the requests."""
    fresh = locked(connection)
    is_same_token = bytes(fresh.token_encrypted) == bytes(connection.token_encrypted)
    if not is_same_token or fresh.repository_id != connection.repository_id:
        return fresh
    if identity:
        _take_identity(fresh, identity)
    fresh.repository_name = name or fresh.repository_name
    fresh.checked_at = timezone.now()
    token_health.set_problem(fresh, fault)
    fresh.save()
    token_health.tell(fresh, those_responsible(fresh.owner))
    return fresh


def _end_refresh(connection: GitHubConnection, *changed: str, asked_at: datetime | None) -> None:
    if connection.refresh_requested_at == asked_at:
        connection.refresh_requested_at = None
    connection.refresh_leased_until = None
    connection.save(update_fields=["refresh_requested_at", "refresh_leased_until", *changed])


def _wake_refresh(connection: GitHubConnection) -> None:
    transaction.on_commit(partial(wake, "accounts.refresh_repositories", connection.pk))


def locked(connection: GitHubConnection) -> GitHubConnection:
    """Returns the connection locked FOR UPDATE, which also blocks inserts that refer to it.

    Raises ConnectionRemoved.
    """
    fresh = GitHubConnection.objects.select_for_update().filter(pk=connection.pk).first()
    if fresh is None:
        raise ConnectionRemoved
    return fresh


def _lock_owner(owner: User | None) -> None:
    if owner is None:
        locked_settings()
    else:
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def locked_settings() -> PlatformSettings:
    """The row of settings, locked until the end of the transaction."""
    PlatformSettings.load()  # creates the row on a new installation
    return PlatformSettings.objects.select_for_update().get(pk=1)


def _end_sessions(person: User) -> None:
    """Sessions have no user column, so each one is decoded; deactivating is rare."""
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator():
        if session.get_decoded().get(SESSION_KEY) == str(person.pk):
            session.delete()
