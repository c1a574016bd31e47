from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.utils import timezone
from django.utils.text import slugify

from foundation import encryption
from foundation.refs import RefField


class PeopleManager(UserManager):
    """Makes people by e-mail address; there are no user names."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)


class User(AbstractUser):
    """A person. Everybody may deploy; `is_partner` may publish; `is_staff` is an admin. Never deleted."""

    username = None
    ref = RefField()
    email = models.EmailField("e-mail address", unique=True)
    slug = models.SlugField(max_length=60, unique=True, help_text="Names this publisher in module addresses.")
    is_partner = models.BooleanField("partner", default=False, help_text="May publish modules and earns revenue.")
    partner_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PeopleManager()

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

    def __str__(self):
        return self.email

    def save(self, *args, **kwargs):
        self.slug = self.slug or self._free_slug()
        if self.is_partner and self.partner_since is None:
            self.partner_since = timezone.now()
        if not self.is_partner:
            self.partner_since = None
        super().save(*args, **kwargs)

    @property
    def short_name(self) -> str:
        return self.first_name or self.email.partition("@")[0]

    def _free_slug(self) -> str:
        stem = slugify(self.email.partition("@")[0])[:40] or "user"
        if not User.objects.filter(slug=stem).exists():
            return stem
        return f"{stem}-{self.ref[:6]}"


class PlatformSettings(models.Model):
    """The one row of switches of this installation."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    private_mode = models.BooleanField(
        "Private Mode",
        default=False,
        help_text="On: partners see all deployments, invoices and costs, read only, and every published module.",
    )
    revenue_share = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=70,
        help_text="Percent of what was paid for the captured credits that goes to the module's partner.",
    )

    class Meta:
        verbose_name_plural = "platform settings"
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_row_of_platform_settings"),
            models.CheckConstraint(
                condition=models.Q(revenue_share__gte=0, revenue_share__lte=100), name="revenue_share_is_a_percentage"
            ),
        ]

    def __str__(self):
        return "Platform settings"

    @property
    def ref(self) -> str:
        return "platform"

    @classmethod
    def load(cls) -> "PlatformSettings":
        """The row as it is now; read on every request, never cached."""
        return cls.objects.filter(pk=1).first() or cls.objects.get_or_create(pk=1)[0]


class GitHubConnection(models.Model):
    """Where modules come from: a token and a chosen repository, of a partner or (no owner) of the platform."""

    ref = RefField()
    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="github_connection"
    )
    token_encrypted = models.BinaryField(editable=False)
    login = models.CharField(max_length=100)
    scopes = models.JSONField(default=list, help_text="Scopes of a classic token; empty for a fine-grained one.")
    is_fine_grained = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField()
    problem = models.CharField(max_length=300, blank=True, help_text="What the last check found wrong, in a sentence.")
    repository_id = models.BigIntegerField(null=True, blank=True, help_text="GitHub's own id; survives a rename.")
    repository_name = models.CharField(max_length=200, blank=True, help_text="owner/name")
    branch = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner"], nulls_distinct=False, name="one_connection_per_owner_and_one_for_the_platform"
            ),
        ]

    def __str__(self):
        return f"{self.login} ({self.repository_name or 'no repository'})"

    @property
    def is_platform(self) -> bool:
        return self.owner_id is None

    @property
    def token(self) -> str:
        return encryption.decrypt(self.token_encrypted, context=self._context).decode()

    @token.setter
    def token(self, value: str) -> None:
        self.token_encrypted = encryption.encrypt(value.encode(), context=self._context)

    @property
    def _context(self) -> str:
        return f"accounts.githubconnection:{self.ref}:token"
