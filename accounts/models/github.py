"""Connections to GitHub, and what their tokens can read."""

from datetime import datetime
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.people import User
from foundation import encryption
from foundation.refs import RefField

# Filter for rows with an owner: the platform's, and those of active partners (as `User.may_publish_for`).
OWNER_MAY_PUBLISH = models.Q(owner=None) | models.Q(owner__is_active=True, owner__is_partner=True)


def looked_after(user: User) -> models.Q:
    """Filter for rows with an owner: those that `user` publishes for."""
    owners = (models.Q(owner=owner) for owner in user.publishes_for)
    return reduce(or_, owners, models.Q(pk__in=[]))


class ConnectionQuerySet(models.QuerySet):
    def of(self, owner: User | None) -> Self:
        """The connection of a partner, or (None) of the platform."""
        return self.filter(owner=owner)

    def looked_after_by(self, user: User) -> Self:
        """Connections that `user` manages."""
        return self.filter(looked_after(user))

    def of_publishers(self) -> Self:
        """The platform's, and those of owners who may publish."""
        return self.filter(OWNER_MAY_PUBLISH)

    def locked(self) -> Self:
        """Locks FOR NO KEY UPDATE: rows that refer to these may still be inserted. Lock modules after connections."""
        return self.select_for_update(no_key=True)

    def publishing(self) -> Self:
        """Those with a repository, of owners who may publish."""
        return self.of_publishers().filter(repository_id__isnull=False)

    def claimable(self, now: datetime) -> Self:
        """Connections with a requested refresh that no worker has leased."""
        return self.filter(refresh_requested_at__isnull=False).exclude(refresh_leased_until__gt=now)


class GitHubConnection(models.Model):
    """Where modules come from: a token and a chosen repository, of a partner or (no owner) of the platform."""

    class Problem(models.TextChoices):
        """Problems of the token that last until somebody fixes them, unlike transient failures of GitHub."""

        REJECTED = "rejected", "Rejected by GitHub"
        SCOPE = "scope", "Lacks the repo scope"
        SIGN_ON = "sign_on", "Needs single sign-on"
        UNREADABLE = "unreadable", "Cannot read the repository"
        SEALED = "sealed", "Cannot be decrypted"

    ref = RefField()
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="github_connection"
    )
    token_encrypted = models.BinaryField(editable=False)
    login = models.CharField(max_length=100)
    scopes = models.JSONField(default=list, help_text="Scopes of a classic token. Empty for a fine-grained one.")
    is_fine_grained = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True, help_text="What the last check found.")
    problem_kind = models.CharField(max_length=10, choices=Problem, blank=True)
    sign_on_url = models.CharField(max_length=500, blank=True, help_text="Where the token is authorized, on GitHub.")
    repository_id = models.BigIntegerField(null=True, blank=True, help_text="GitHub's own id. It survives a rename.")
    repository_name = models.CharField(max_length=200, blank=True, help_text="owner/name")
    branch = models.CharField(max_length=255, blank=True)
    branches = models.JSONField(default=list, help_text="Branches of the selected repository, at the last check.")
    any_depth = models.BooleanField(default=False, help_text="Folders at any depth are modules.")
    pushed_at = models.DateTimeField(null=True, blank=True, help_text="When a webhook last reported a push to read.")
    webhook_secret_encrypted = models.BinaryField(default=b"", editable=False)
    delivery_refused_at = models.DateTimeField(
        null=True, blank=True, help_text="When a delivery had a wrong signature. Empty after the next accepted one."
    )
    refresh_requested_at = models.DateTimeField(
        null=True, blank=True, help_text="When a refresh of the list was requested."
    )
    refresh_leased_until = models.DateTimeField(null=True, blank=True, help_text="A worker reads the list until then.")
    repositories_read_at = models.DateTimeField(null=True, blank=True)
    organizations_left_out = models.PositiveIntegerField(
        default=0,
        help_text="Organizations whose repositories GitHub left out of the list for lack of single sign-on.",
    )

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = "GitHub connection"
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], nulls_distinct=False, name="one_connection_per_owner_and_one_for_the_platform"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.login} ({self.repository_name or 'no repository'})"

    @property
    def is_platform(self) -> bool:
        return self.owner_id is None

    @property
    def days_left(self) -> int | None:
        """Days until the token expires, 0 on its last day, negative when it has; None for one that never does."""
        now = timezone.now()
        if self.expires_at is None:
            return None
        return (self.expires_at.date() - now.date()).days if self.expires_at > now else -1

    @property
    def is_refreshing(self) -> bool:
        return self.refresh_requested_at is not None

    @property
    def needless_scopes(self) -> list[str]:
        """Scopes that let the token change things: more than reading repositories needs."""
        return [scope for scope in self.scopes if scope != "repo" and not scope.startswith("read:")]

    @property
    def token(self) -> str:
        return encryption.decrypt(bytes(self.token_encrypted), context=self._context("token")).decode()

    @token.setter
    def token(self, value: str) -> None:
        self.token_encrypted = encryption.encrypt(value.encode(), context=self._context("token"))

    @property
    def webhook_secret(self) -> str:
        """The key that GitHub signs deliveries with; blank until one is created."""
        if not self.webhook_secret_encrypted:
            return ""
        return encryption.decrypt(bytes(self.webhook_secret_encrypted), context=self._context("webhook")).decode()

    @webhook_secret.setter
    def webhook_secret(self, value: str) -> None:
        self.webhook_secret_encrypted = encryption.encrypt(value.encode(), context=self._context("webhook"))

    def _context(self, what: str) -> str:
        return f"accounts.githubconnection:{self.ref}:{what}"


class AccessibleRepository(models.Model):
    """A repository that a connection's token can read, as GitHub listed it at the last refresh."""

    connection = models.ForeignKey(GitHubConnection, on_delete=models.CASCADE, related_name="repositories")
    repository_id = models.BigIntegerField()
    full_name = models.CharField(max_length=200)
    private = models.BooleanField()
    default_branch = models.CharField(max_length=255)
    pushed_at = models.DateTimeField(null=True)
    description = models.TextField(blank=True)

    class Meta:
        ordering = ["full_name"]
        constraints = [
            models.UniqueConstraint(fields=["connection", "repository_id"], name="one_repository_once_per_connection"),
        ]

    def __str__(self) -> str:
        return self.full_name
