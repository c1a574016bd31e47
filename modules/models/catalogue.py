"""Modules of the catalogue: who sees them, and their publishers' settings."""

from collections.abc import Container, Iterator
from typing import Any, Protocol, Self

from django.conf import settings
from django.db import connections, models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce, Lower
from django.urls import reverse
from django.utils.text import slugify

from accounts.models import OWNER_MAY_PUBLISH, User, looked_after
from accounts.scoping import Reach, Thing, reach
from foundation.choices import ChoiceField, ShownChoices
from foundation.compiled import Param
from foundation.refs import RefField


class Priced(Protocol):
    """The price that a version suggests; `credit_cost` in units of 1/10,000 credit."""

    @property
    def credit_cost(self) -> int: ...
    @property
    def purchased_only(self) -> bool: ...


class ModuleQuerySet(models.QuerySet["Module"]):
    def published(self) -> Self:
        """In the catalogue: listed, and the owner still a partner."""
        return self.listed().filter(OWNER_MAY_PUBLISH)

    def listed(self) -> Self:
        """Published and not removed, even if the owner is no longer a partner; as `Module.is_listed`."""
        return self.filter(removed_at=None, current_version__isnull=False)

    def looked_after_by(self, user: User) -> Self:
        """Modules of the owners whom `user` publishes for."""
        return self.filter(looked_after(user))

    def visible_to(self, user: User) -> Self:
        """Published modules within the reach of `user`, and all that they ever published themselves.

        Reach.ALL covers everything that was ever published, removed modules included.
        """
        address = user.email.lower() if user.is_authenticated else ""
        return self.within(reach(user, Thing.MODULES), owner=user, address=address)

    def within(self, far: Reach, *, owner: User | Param, address: str | Param) -> Self:
        """What somebody sees who reaches `far`, by key and e-mail address in lower case."""
        if far is Reach.NOTHING:
            return self.none()
        if far is Reach.ALL:
            return self.exclude(current_version=None)
        seen = Q(pk__in=Module.objects.published().values("pk"))
        if far is not Reach.PUBLISHED:
            seen &= Q(owner=None) | Q(audience=Module.Audience.EVERYONE) | self._names(address, far)
        return self.filter(seen | Q(owner=owner)).exclude(current_version=None)

    def deployable(self) -> Self:
        """Published modules whose current version is not revoked."""
        return self.published().filter(current_version__revoked_at=None)

    def locked(self) -> Self:
        """Lock these rows FOR NO KEY UPDATE; every change of a module or of its versions requires this lock."""
        return self.select_for_update(no_key=True, of=("self",))

    def held_still(self) -> Self:
        """Lock these rows FOR SHARE until the transaction ends: nobody changes them, others may share the lock.

        Django has no FOR SHARE. Reads after this see everything that was committed before.
        """
        sql, params = self.order_by().values("pk").query.sql_with_params()
        with connections[self.db].cursor() as cursor:
            cursor.execute(f"{sql} FOR SHARE", params)
        return self

    def priced(self) -> Self:
        """Annotates `price`, the cost of the current version, in units of 1/10,000 credit."""
        return self.annotate(price=Coalesce("own_credit_cost", "current_version__credit_cost"))

    def platform(self) -> Self:
        return self.filter(owner=None)

    def partners(self) -> Self:
        return self.exclude(owner=None)

    def search(self, words: str) -> Self:
        """Modules with every word in the title, the description or a tag."""
        found = self
        for word in words.split():
            matches = Q(title__icontains=word) | Q(current_version__description__icontains=word)
            if letters := word.strip('"[],\\'):  # tags are searched as JSON text
                matches |= Q(current_version__tags__icontains=letters)
            found = found.filter(matches)
        return found

    def tagged(self, tag: str) -> Self:
        return self.filter(current_version__tags__contains=[tag])

    def _names(self, address: str | Param, far: Reach) -> Any:
        if far is not Reach.SHARED:
            return Q(pk__in=[])
        # Not iexact: it compares upper case, where i and dotless i (U+0131) become the same letter.
        shares = Share.objects.alias(address=Lower("email"))
        named = shares.filter(module=OuterRef("pk"), address=address)
        return Q(audience=Module.Audience.NAMED) & Exists(named)


class Module(models.Model):
    """A catalogue entry, unique by owner, repository and folder; one without an owner is the platform's.

    Without a current version it was never published and stores the settings for its first publication. Fields that
    begin with `own_` override the repository's values until they are reset.
    """

    class Audience(ShownChoices):
        EXCLUSIVE = "exclusive", "", "lock", "Exclusive to its owner"
        NAMED = "named", "", "user", "Named people"
        EVERYONE = "everyone", "", "eye", "Everyone"

    class Mark(ShownChoices):
        """Badges of a module in lists."""

        PURCHASED_ONLY = "purchased_only", "warn", "coins", "Purchased only"
        ROLLED_BACK = "rolled_back", "warn", "replace", "Rolled back"

    ref = RefField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="modules"
    )
    repository_id = models.BigIntegerField()
    repository_name = models.CharField(max_length=200)
    path = models.CharField(max_length=240, blank=True)
    slug = models.SlugField(max_length=64, help_text="Its name in addresses of Terraform's registry. It never changes.")
    title = models.CharField(max_length=200)
    own_title = models.CharField(max_length=200, blank=True)
    own_credit_cost = models.BigIntegerField(null=True, blank=True, help_text="Units of 1/10,000 credit.")
    own_purchased_only = models.BooleanField(null=True, blank=True)
    audience = ChoiceField(max_length=10, choices=Audience, default=Audience.EXCLUSIVE)
    current_version = models.ForeignKey("ModuleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    auto_publish_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who switched on automatic publishing. Null while it is off.",
    )
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When it left the catalogue. Deployments keep running."
    )

    objects = ModuleQuerySet.as_manager()

    class Meta:
        ordering = ["title", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "repository_id", "path"],
                nulls_distinct=False,
                name="one_module_per_owner_repository_and_path",
            ),
            models.UniqueConstraint(
                fields=["owner", "slug"], nulls_distinct=False, name="one_module_per_registry_address"
            ),
            models.CheckConstraint(condition=models.Q(own_credit_cost__gte=0), name="own_credit_cost_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.slug = self.slug or self._free_slug()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("modules:module", args=[self.ref])

    @property
    def is_platform(self) -> bool:
        return self.owner_id is None

    @property
    def is_listed(self) -> bool:
        """Whether it is published and not removed, even if its owner is no longer a partner."""
        return self.removed_at is None and self.current_version_id is not None

    @property
    def is_automatic(self) -> bool:
        """Whether compatible updates are published automatically; the person who switched it on may still publish."""
        person = self.auto_publish_by
        return person is not None and person.may_publish_for(self.owner)

    @property
    def publisher(self) -> str:
        return "Platform" if self.owner is None else self.owner.short_name

    @property
    def credit_cost(self) -> int:
        """The cost of a deployment of the current version, in units of 1/10,000 credit."""
        return self.cost_of(self.current_version)  # type: ignore[arg-type] # asked of listed modules, which have one

    @property
    def purchased_only(self) -> bool:
        return self.is_purchased_only(self.current_version)  # type: ignore[arg-type] # as above

    def cost_of(self, version: Priced) -> int:
        """The cost of a deployment of one of its versions, in units of 1/10,000 credit."""
        return version.credit_cost if self.own_credit_cost is None else self.own_credit_cost

    def is_purchased_only(self, version: Priced) -> bool:
        """Whether only Purchased credits may pay for a deployment of one of its versions."""
        return version.purchased_only if self.own_purchased_only is None else self.own_purchased_only

    def may_change(self, user: User) -> bool:
        """Whether `user` may remove or share it and change its versions' lifecycle: its publishers and all admins."""
        return user.is_staff or user.may_publish_for(self.owner)

    def shows_hidden_inputs_to(self, user: User) -> bool:
        """Whether `user` sees inputs of the hidden group: admins and its owner, even when no longer a partner."""
        return user.is_staff or self.owner_id == user.pk

    def _free_slug(self) -> str:
        return self.free_slug(set(Module.objects.filter(owner=self.owner).values_list("slug", flat=True)))

    def free_slug(self, taken: Container[str]) -> str:
        """A slug of the folder's name; where it is in `taken`, with its parents' names, else with the ref."""
        stems = list(slugs_of(self.path or self.repository_name.rpartition("/")[2])) or [self.ref]
        return next((stem for stem in stems if stem not in taken), f"{stems[0]}-{self.ref}")


def slugs_of(folder: str) -> Iterator[str]:
    """Slugs for a folder, the shortest first: "alb", "aws-alb", "cloud-aws-alb" for `cloud/aws/alb`."""
    names = [name for name in folder.split("/") if name != "modules"]
    for first in reversed(range(len(names))):
        if stem := slugify("-".join(names[first:]))[:50].strip("-_"):
            yield stem


class Share(models.Model):
    """An e-mail address that a module of the audience NAMED is shared with; its person may not have signed up yet."""

    module = models.ForeignKey(Module, on_delete=models.CASCADE, related_name="shares")
    email = models.EmailField()

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint("module", Lower("email"), name="one_share_per_module_and_address")]

    def __str__(self) -> str:
        return self.email
