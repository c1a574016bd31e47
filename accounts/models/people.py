"""People and their roles."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.postgres.indexes import GinIndex
from django.db import IntegrityError, models, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone
from django.utils.text import slugify

from foundation.refs import RefField

PLATFORM_SLUG = "platform"  # reserved: the platform's slug in module addresses


def short_name(first_name: str, email: str) -> str:
    """How pages name a person, from the columns of a list that makes no `User` of each row."""
    return first_name or email.partition("@")[0]


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
    words = models.GeneratedField(
        expression=Lower(Concat("email", Value(" "), "first_name", Value(" "), "last_name")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects: ClassVar[PeopleManager] = PeopleManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        ordering = ["email"]
        indexes = [GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="people_by_words")]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_user_per_email"),
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
        return short_name(self.first_name, self.email)

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
