"""What the catalogue offers at this moment, and for what: read so that it holds until the transaction ends."""

from dataclasses import dataclass

from accounts.models import User
from deployments.errors import NotDeployable, PriceChanged
from foundation.credits import written
from modules.models import Module, ModuleVersion

AGAIN = "Check it and confirm again."


@dataclass(frozen=True)
class Quote:
    """What a run costs: units of 1/10,000 credit, and whether Purchased credits alone may pay. A page posts it back."""

    semver: str
    price: int
    is_purchased_only: bool = False

    def __str__(self) -> str:
        return f"{self.semver} {self.price} {'purchased' if self.is_purchased_only else 'any'}"

    @classmethod
    def read(cls, text: str) -> "Quote | None":
        """The one that a page has shown; None where it showed none, or where somebody made it up."""
        match (text or "").split(" "):
            case [semver, price, "purchased" | "any" as kind] if price.isascii() and price.isdecimal():
                return cls(semver, int(price[:18]), kind == "purchased")
        return None

    def check(self, shown: "Quote | None") -> None:
        """Raises PriceChanged where `shown`, what a person agreed to, is something else."""
        if shown is None or shown == self:
            return
        if shown.price != self.price:
            before, after = written(shown.price), written(self.price)
            raise PriceChanged(f"The price changed from {before} to {after} credits. {AGAIN}")
        if shown.semver != self.semver:
            raise PriceChanged(f"Version {self.semver} replaced {shown.semver}. {AGAIN}")
        kinds = "Only Purchased credits can" if self.is_purchased_only else "Awarded credits can"
        raise PriceChanged(f"{kinds} pay for it now. {AGAIN}")


def quote(version: ModuleVersion, owner: User, *, is_paid: bool = False) -> Quote:
    """What the next run of `version` costs `owner`: nothing of a partner's own modules, nor of what is paid already."""
    module = version.module
    price = 0 if is_paid or module.owner_id == owner.pk else module.cost_of(version)
    return Quote(version.semver, price, bool(price) and module.is_purchased_only(version))


def held_still(version: ModuleVersion) -> ModuleVersion:
    """The version as it stands. Until the transaction ends nobody changes, removes or revokes anything of its module.

    What changes a module or a version takes the module's row first, so whatever was committed before is seen here.
    Those who deploy share the lock and do not wait for each other.
    """
    Module.objects.filter(pk=version.module_id).held_still()
    return ModuleVersion.objects.select_related("module__owner").get(pk=version.pk)


def is_offered(version: ModuleVersion, user: User) -> bool:
    """Whether `user` may deploy it now."""
    found = Module.objects.visible_to(user).deployable()
    return found.filter(pk=version.module_id, current_version=version).exists()


def check_offered(version: ModuleVersion, user: User) -> None:
    """Raises NotDeployable, with the reason, where `user` may not deploy it now."""
    check_not_revoked(version)
    if not is_offered(version, user):
        raise NotDeployable(
            f"Version {version.semver} is no longer available. Open the module to deploy its current version."
        )


def check_may_begin(version: ModuleVersion, user: User) -> None:
    """Raises NotDeployable where what has never come into being may not be made from this version any more."""
    check_not_revoked(version)
    if not Module.objects.visible_to(user).published().filter(pk=version.module_id).exists():
        raise NotDeployable("The module is no longer in the catalogue, or no longer shared with you.")


def check_not_revoked(version: ModuleVersion) -> None:
    """Raises NotDeployable with what its publisher said."""
    if version.revoked_at:
        reason = version.revocation_reason.rstrip(".") or "the publisher gave no reason"
        raise NotDeployable(f"Version {version.semver} was revoked: {reason}.")
