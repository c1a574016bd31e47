"""The demo world's repositories: connected, scanned by a worker, and some of their modules published."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from accounts import services as accounts
from accounts.models import AccessibleRepository, GitHubConnection, User
from demo.waiting import NotInTime, until
from modules.models import Module, Scan
from modules.publishing import services, terms
from modules.scanning.services import start_scan


@dataclass(frozen=True)
class Source:
    """A repository, its owner (None: the platform), and which of its folders are published and shared."""

    owner: str | None
    token: str
    repository: str
    paths: tuple[str, ...]
    for_everyone: tuple[str, ...] = ()


SOURCES = [
    Source(
        None,
        "ghp_demo_platform",
        "platform-example/platform-modules",
        tuple(
            f"modules/{name}"
            for name in (
                *("static_site", "Container_Service", "Postgres_Database"),
                *("Network_Foundation", "Warehouse_Starter", "Secret_Store"),
            )
        ),
    ),
    # The other modules are left for visitors to publish.
    Source(
        "alice",
        "ghp_demo_alice",
        "alice-example/cloud-modules",
        ("secure_web_app", "message_bus", "clinic_records"),
        for_everyone=("secure_web_app",),
    ),
    Source("bob", "ghp_demo_bob", "bob-example/telemetry-modules", ("telemetry_stack", "Sensor_Fleet")),
]


def published(say: Callable[[str], None]) -> None:
    """Connect, scan and publish each of SOURCES whose owner has no module yet."""
    people = {person.email.partition("@")[0]: person for person in User.objects.all()}
    done = set(Module.objects.values_list("owner_id", flat=True).distinct())
    for source in SOURCES:
        owner = people[source.owner] if source.owner else None
        if (owner.pk if owner else None) not in done:
            say(f"{source.repository}, {len(source.paths)} modules")
            _publish(source, _connected(source, owner, by=owner or people["admin"]), by=owner or people["admin"])


def _connected(source: Source, owner: User | None, *, by: User) -> GitHubConnection:
    connection = GitHubConnection.objects.of(owner).first()
    if connection is None:
        connection = accounts.save_token(owner, token=source.token, by=by)
    if connection.repository_id is None:
        listed = AccessibleRepository.objects.filter(connection=connection, full_name=source.repository)
        found = until(listed.first, f"The list of repositories with {source.repository}")
        connection = accounts.select_repository(connection, repository_id=found.repository_id, by=by)
    return connection


def scanned(connection: GitHubConnection, *, by: User) -> Scan:
    """Scan the repository and wait for the result; raises NotInTime if it fails."""
    scan = start_scan(connection, by=by)
    ended = until(lambda: Scan.objects.filter(pk=scan.pk).exclude(status__in=Scan.UNFINISHED).first(), f"{scan}")
    if ended.status != Scan.Status.SUCCEEDED:
        raise NotInTime(f"{scan.repository_name} was not scanned: {ended.error}")
    return ended


def _publish(source: Source, connection: GitHubConnection, *, by: User) -> None:
    scan = scanned(connection, by=by)
    with transaction.atomic():
        publication = services.publish(connection, scan=scan, paths=source.paths, by=by)
        for module in publication.created:
            if module.path in source.for_everyone:
                terms.set_audience(module, audience=Module.Audience.EVERYONE, by=by)
