"""Setup of journeys through the services: modules in the catalogue, credits in a wallet."""

from accounts import services as accounts
from accounts.models import GitHubConnection, User
from billing import services as billing
from demo.waiting import until
from foundation.credits import CREDIT
from modules.models import Module, Scan
from modules.publishing import services
from modules.scanning.services import start_scan


def publish_platform(github, *paths: str, by: User) -> dict[str, Module]:
    return _publish(github, None, "ghp_demo_platform", "platform-example/platform-modules", paths, by=by)


def publish_of_alice(github, alice: User, *paths: str) -> dict[str, Module]:
    return _publish(github, alice, "ghp_demo_alice", "alice-example/cloud-modules", paths, by=alice)


def give_credits(owner: User, credits: int, *, by: User) -> None:
    billing.add_credits(
        owner,
        amount=credits * CREDIT,
        source="sale",
        paid=credits * 100,
        reason="Invoice 1",
        by=by,
        nonce=f"sale-{owner.ref}",
        wallet_version=0,
    )


def scanned(connection: GitHubConnection, *, by: User) -> Scan:
    """Scan the repository's newest commit in the worker."""
    started = start_scan(connection, by=by)
    return until(Scan.objects.filter(pk=started.pk, status=Scan.Status.SUCCEEDED).first, "The worker's scan")


def _publish(github, owner, token, repository, paths, *, by) -> dict[str, Module]:
    """Publish these folders; returns the modules by folder."""
    connection: GitHubConnection = accounts.save_token(owner, token=token, by=by)
    connection = accounts.select_repository(connection, repository_id=github.world.find(repository).id, by=by)
    scan = scanned(connection, by=by)
    created = services.publish(connection, scan=scan, paths=paths, by=by).created
    return {module.path: module for module in created}
