from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.text import slugify

from foundation import encryption
from foundation.refs import RefField

PLATFORM_SLUG = "platform"  # reserved: the platform's slug in module addresses


class PeopleManager(UserManager["User"]):
    """Creates users by e-mail address; there are no user names."""

    def create_user(  # type: ignore[override]  # Django's has a user name first
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(  # type: ignore[override]  # as above
        self, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person. Everybody may deploy; `is_partner` may publish; `is_staff` is an admin. Never deleted."""

    username = None  # type: ignore[assignment]  # removes the column of the base class
    ref = RefField()
    email = models.EmailField("e-mail address", unique=True)
    slug = models.SlugField(max_length=60, unique=True, help_text="Part of the addresses of this publisher's modules.")
    is_partner = models.BooleanField("partner", default=False, help_text="Can publish modules and earns revenue.")
    partner_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[PeopleManager] = PeopleManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(models.functions.Lower("email"), name="one_user_per_email"),
            models.CheckConstraint(
                condition=models.Q(is_partner=False) | models.Q(partner_since__isnull=False),
                name="partner_has_a_first_day",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.is_partner and self.partner_since is None:
            self.partner_since = timezone.now()
        if not self.is_partner:
            self.partner_since = None
        if self.slug:
            super().save(*args, **kwargs)
        else:
            self._save_with_slug(*args, **kwargs)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Admins have every permission except on `auth`; groups are not used."""
        return self.has_module_perms(perm.partition(".")[0])

    def has_perms(self, perm_list: Any, obj: Any = None) -> bool:
        return all(self.has_perm(perm) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff and app_label != "auth"

    @property
    def short_name(self) -> str:
        return self.first_name or self.email.partition("@")[0]

    @property
    def publishes_for(self) -> list["User | None"]:
        """Owners that this person publishes for: a partner for themselves, an admin for the platform (None)."""
        if not self.is_active:
            return []
        return [self] * self.is_partner + [None] * self.is_staff

    def may_publish_for(self, owner: "User | None") -> bool:
        """Whether this person manages the connection and modules of `owner` or, with None, of the platform."""
        return owner in self.publishes_for

    def _save_with_slug(self, *args: Any, **kwargs: Any) -> None:
        """Derives the slug from the address; a taken one, also by a concurrent sign-up, gets a suffix."""
        self.slug = stem = slugify(self.email.partition("@")[0])[:40].strip("-_") or "user"
        if not self._is_slug_taken():
            try:
                with transaction.atomic():
                    return super().save(*args, **kwargs)
            except IntegrityError:
                if not self._is_slug_taken():
                    raise
        self.slug = f"{stem}-{self.ref[:6]}"
        return super().save(*args, **kwargs)

    def _is_slug_taken(self) -> bool:
        return self.slug == PLATFORM_SLUG or User.objects.filter(slug=self.slug).exists()


# Filter for rows with an owner: the platform's, and those of active partners (as `User.may_publish_for`).
OWNER_MAY_PUBLISH = models.Q(owner=None) | models.Q(owner__is_active=True, owner__is_partner=True)


def looked_after(user: User) -> models.Q:
    """Filter for rows with an owner: those that `user` publishes for."""
    owners = (models.Q(owner=owner) for owner in user.publishes_for)
    return reduce(or_, owners, models.Q(pk__in=[]))


class SignUp(models.TextChoices):
    """Who may create an account. An invitation is accepted under all of these but the last."""

    OPEN = "open", "Everyone"
    DOMAINS = "domains", "Everyone with an e-mail address of these domains"
    INVITED = "invited", "By invitation"
    CLOSED = "closed", "Nobody"


class TwoFactor(models.TextChoices):
    """Of whom a second factor is required at sign-in; others may use one."""

    NOBODY = "nobody", "Nobody"
    ADMINS = "admins", "Admins"


class PlatformSettings(models.Model):
    """The single row of settings of this installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    private_mode = models.BooleanField(
        "Private Mode",
        default=False,
        help_text="Partners see everyone's deployments, statements and costs, read only. "
        "Everybody can deploy every published module.",
    )
    revenue_share = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=70,
        help_text="The partner's share, in percent of what was paid for the charged credits.",
    )

    sign_up = models.CharField(
        "who can create an account",
        max_length=10,
        choices=SignUp,
        default=SignUp.INVITED,
        help_text="Under “Nobody”, invitations wait. Accounts that exist are not affected.",
    )
    sign_up_domains = models.CharField(
        "e-mail domains",
        max_length=1000,
        blank=True,
        help_text="For example “example.com, example.org”. Subdomains count only if you list them.",
    )
    two_factor = models.CharField(
        "two-factor sign-in is required of",
        max_length=10,
        choices=TwoFactor,
        default=TwoFactor.NOBODY,
        help_text="Everyone can use it. Whoever has to, and has not set it up, does so at the next click.",
    )

    class Meta:
        verbose_name_plural = "platform settings"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(sign_up=SignUp.DOMAINS) | ~models.Q(sign_up_domains=""),
                name="sign_up_by_domain_names_a_domain",
                violation_error_message="Enter the e-mail domains, or choose who else can create an account.",
            ),
            models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_platform_settings"),
            models.CheckConstraint(
                condition=models.Q(revenue_share__gte=0, revenue_share__lte=100),
                name="revenue_share_is_a_percentage",
                violation_error_message="Enter a revenue share between 0 and 100 percent.",
            ),
        ]

    def __str__(self) -> str:
        return "Platform settings"

    @property
    def ref(self) -> str:
        return "platform"

    @property
    def is_sign_up_open(self) -> bool:
        """Whether there is a sign-up page, for everyone or for some domains."""
        return self.sign_up in (SignUp.OPEN, SignUp.DOMAINS)

    @property
    def admitted_domains(self) -> list[str]:
        return [domain for domain in self.sign_up_domains.replace(",", " ").lower().split() if domain]

    def admits(self, email: str) -> bool:
        """Whether somebody with this address may create an account without an invitation."""
        is_of_domain = email.lower().rpartition("@")[2] in self.admitted_domains
        return self.sign_up == SignUp.OPEN or (self.sign_up == SignUp.DOMAINS and is_of_domain)

    @classmethod
    def load(cls) -> "PlatformSettings":
        """Returns the row, read from the database each time; created on first use."""
        return cls.objects.filter(pk=1).first() or cls.objects.get_or_create(pk=1)[0]


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


class ApiToken(models.Model):
    """A person's key to Terraform's registry protocol; shown once, kept as a hash."""

    ref = RefField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, hexadecimal.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(revoked_at=None),
                name="one_api_token_per_name_while_it_works",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class InvitationQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Neither accepted nor revoked; they may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def acceptable(self, now: datetime) -> Self:
        return self.waiting().filter(expires_at__gt=now)


class Invitation(models.Model):
    """A link that lets one person create an account once, with the e-mail address that was invited."""

    class Role(models.TextChoices):
        USER = "user", "User"
        PARTNER = "partner", "Partner"
        ADMIN = "admin", "Admin"

    ref = RefField()
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10, choices=Role, default=Role.USER)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, hexadecimal.")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="invitations"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="invitation"
    )
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_waiting_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="an_accepted_invitation_has_its_person_and_is_not_revoked",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state(self, now: datetime) -> str:
        if self.accepted_at:
            return "Accepted"
        if self.revoked_at:
            return "Revoked"
        return "Waiting" if self.expires_at > now else "Expired"
