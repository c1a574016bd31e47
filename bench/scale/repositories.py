"""197 repositories in a local GitHub, read by the portal's scanner and published."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from accounts import services as accounts
from accounts.models import GitHubConnection, User
from bench import catalogue
from bench.scale.rows import run
from bench.scale.size import Size
from demo.github import LocalGitHub
from modules.models import Scan
from modules.publishing import candidates, services
from modules.scanning import scanner


@dataclass(frozen=True)
class Repository:
    owner: User | None
    name: str
    modules: int

    @property
    def login(self) -> str:
        return self.name.partition("/")[0]


def fill(size: Size, directory: Path) -> None:
    """Scan and publish all; alice's is then pushed to and scanned once more, so that each of hers has an update."""
    with LocalGitHub(directory, seeded=False) as github:
        settings.GITHUB_API_URL = github.url
        admin = User.objects.get(email="admin@example.com")
        for number, repository in enumerate(_repositories(size)):
            files = _files(repository, number)
            connection = _connect(github, repository, files, by=repository.owner or admin)
            _publish(connection, by=repository.owner or admin)
            if number == 1:
                github.commit(repository.name, {f"{path}/more.tf": MORE for path in sorted(_folders(files))})
                _scan(connection)
    # Prices and audiences as their publishers would have set them: each fourth module is free.
    run("UPDATE modules_module SET own_credit_cost = (id % 4) * 50000, audience = 'everyone'")


MORE = 'variable "more" {\n  description = "More."\n  type        = string\n  default     = ""\n}\n'


def _repositories(size: Size) -> Iterator[Repository]:
    yield Repository(None, "platform-bench/modules", size.of_platform)
    yield Repository(User.objects.get(email="alice@example.com"), "alice-bench/modules", size.of_alice)
    publishers = User.objects.filter(is_partner=True).order_by("pk")[1 : size.repositories - 1]
    left = size.of_others
    for place, person in enumerate(publishers):
        number = left // (len(publishers) - place)
        left -= number
        yield Repository(person, f"{person.slug}-bench/modules", number)


def _files(repository: Repository, number: int) -> dict[str, str]:
    chance = random.Random(number)
    files: dict[str, str] = {}
    for place in range(repository.modules):
        folder = f"{chance.choice(catalogue.WORDS)}_{chance.choice(catalogue.WORDS)}_{number:03}_{place:03}"
        module = catalogue.module(chance, number * 1_000 + place)
        files |= {f"{folder}/{name}": text for name, text in module.items()}
    return files


def _folders(files: dict[str, str]) -> set[str]:
    return {path.partition("/")[0] for path in files}


def _connect(github: LocalGitHub, repository: Repository, files: dict[str, str], *, by: User) -> GitHubConnection:
    token = f"ghp_{repository.login}"
    row = github.add_repository(repository.name, files)
    github.add_token(token, login=repository.login)
    connection = accounts.save_token(repository.owner, token=token, by=by)
    connection = accounts.select_repository(connection, repository_id=row.id, by=by)
    GitHubConnection.objects.filter(pk=connection.pk).update(refresh_requested_at=None)
    return connection


def _publish(connection: GitHubConnection, *, by: User) -> None:
    scan = _scan(connection)
    paths = [each.path for each in candidates.of_repository(connection, scan) if each.is_valid]
    if not paths:
        raise SystemExit(f"{connection.repository_name} has no valid module: {scan.found.first().findings}")
    services.publish(connection, scan=scan, paths=paths, by=by)


def _scan(connection: GitHubConnection) -> Scan:
    scan = Scan.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        repository_name=connection.repository_name,
        branch=connection.branch,
    )
    scanner.scan_repository(scan.pk)
    scan.refresh_from_db()
    if scan.status != Scan.Status.SUCCEEDED:
        raise SystemExit(f"{connection.repository_name} could not be scanned: {scan.error}")
    return scan
