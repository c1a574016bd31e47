"""Whether a version can be deployed now, and its price. `held_still` locks both until the transaction ends."""

from dataclasses import dataclass

from accounts.models import User
from deployments.errors import NotDeployable, PriceChanged
from foundation import engine
from foundation.credits import written
from modules.models import Module, ModuleVersion
from modules.terraform import obstacles

AGAIN = "Check it and confirm again."


@dataclass(frozen=True)
class Quote:
    """The price of a run, in units of 1/10,000 credit, and whether only Purchased credits can pay it.

    A confirmation page posts it back as text, so that the person pays no other price than the one shown.
    """

    semver: str
    price: int
    is_purchased_only: bool = False

    def __str__(self) -> str:
        return f"{self.semver} {self.price} {'purchased' if self.is_purchased_only else 'any'}"

    def covered(self) -> "Quote":
        """The same for a deployment that is paid, or has credits reserved for it already."""
        return Quote(self.semver, 0)

    @classmethod
    def read(cls, text: str) -> "Quote | None":
        """Parse the quote that a page posted back; None when it is missing or malformed."""
        match (text or "").split(" "):
            case [semver, price, "purchased" | "any" as kind] if price.isascii() and price.isdecimal():
                return cls(semver, int(price[:18]), kind == "purchased")
        return None

    def check(self, shown: "Quote | None") -> None:
        """Raise PriceChanged when `shown`, which the person confirmed, differs; None is not checked."""
        if shown is None or shown == self:
            return
        if shown.price != self.price:
            before, after = written(shown.price), written(self.price)
            raise PriceChanged(f"The price changed from {before} to {after} credits. {AGAIN}")
        if shown.semver != self.semver:
            raise PriceChanged(f"Version {self.semver} replaced {shown.semver}. {AGAIN}")
        kinds = "Only Purchased credits can" if self.is_purchased_only else "Awarded credits can"
        raise PriceChanged(f"{kinds} pay for it now. {AGAIN}")


def quote(version: ModuleVersion, owner: User) -> Quote:
    """The price of a deployment of `version` for `owner`; 0 for their own module."""
    module = version.module
    price = 0 if module.owner_id == owner.pk else module.cost_of(version)
    return Quote(version.semver, price, bool(price) and module.is_purchased_only(version))


def held_still(version: ModuleVersion) -> ModuleVersion:
    """Lock the version's module with FOR SHARE, and return the version as it is now.

    Until the transaction ends nobody can change, remove or revoke it, as every such change locks the module's row
    first. Deployments share the lock and do not wait for each other.
    """
    Module.objects.filter(pk=version.module_id).held_still()
    return ModuleVersion.objects.select_related("module__owner").get(pk=version.pk)


def obstacle(version: ModuleVersion) -> str:
    """Why every deployment of this version would fail, as a sentence; blank when nothing is known."""
    return obstacles.obstacle(version.schema, engine.terraform_version())


def is_offered(version: ModuleVersion, user: User) -> bool:
    """Whether `user` can deploy this version now."""
    if obstacle(version):
        return False
    found = Module.objects.visible_to(user).deployable()
    return found.filter(pk=version.module_id, current_version=version).exists()


def check_offered(version: ModuleVersion, user: User) -> None:
    """Raise NotDeployable, with the reason, when `user` cannot deploy this version now."""
    check_not_revoked(version)
    check_can_succeed(version)
    if not is_offered(version, user):
        raise NotDeployable(
            f"Version {version.semver} is no longer available. Open the module to deploy its current version."
        )


def check_may_begin(version: ModuleVersion, user: User) -> None:
    """Raise NotDeployable when a pending deployment of `user` cannot use this version any more.

    It may be an older version of the module, but not a revoked one.
    """
    check_not_revoked(version)
    if not Module.objects.visible_to(user).published().filter(pk=version.module_id).exists():
        raise NotDeployable("The module is no longer in the catalogue, or no longer shared with you.")


def check_can_succeed(version: ModuleVersion) -> None:
    """Raise NotDeployable, with the reason, when every run of this version would fail."""
    if reason := obstacle(version):
        raise NotDeployable(f"Version {version.semver} can't be deployed here. {reason}")


def check_not_revoked(version: ModuleVersion) -> None:
    """Raise NotDeployable, with the publisher's reason, when the version is revoked."""
    if version.revoked_at:
        reason = version.revocation_reason.rstrip(".") or "the publisher gave no reason"
        raise NotDeployable(f"Version {version.semver} was revoked: {reason}.")
