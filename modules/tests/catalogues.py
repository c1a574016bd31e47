"""Repositories on the local GitHub, connected, scanned and published as a partner would."""

from accounts.services import save_token, select_repository
from modules.models import Module, Scan
from modules.publishing import candidates, previews, promise, services
from modules.scanning.scanner import scan_repository
from modules.scanning.services import start_scan

NAME = "alice-example/test-modules"
TOKENS = {"alice-example": "ghp_demo_alice", "bob-example": "ghp_demo_bob", "platform-example": "ghp_demo_platform"}
GREETING = 'variable "name" {\n  type = string\n}\noutput "text" {\n  value = var.name\n}\n'


def connect(github, owner, *, by=None, name=NAME, files=None, **more):
    """The connection of `owner` (None: the platform's) to a repository, made of `files` where it is not there yet."""
    if files is not None:
        github.add_repository(name, files, **more)
    by = by or owner
    connection = save_token(owner, token=TOKENS[name.split("/")[0]], by=by)
    return select_repository(connection, repository_id=github.world.find(name).id, by=by)


def scan(connection, by=None) -> Scan:
    """The repository's newest commit, read in this process."""
    row = start_scan(connection, by=by)
    scan_repository(row.pk)
    row.refresh_from_db()
    return row


def publish(connection, *paths, by=None) -> services.Published:
    by = by or connection.owner
    return services.publish(connection, scan=scan(connection, by=by), paths=set(paths), by=by)


def promised(connection, *paths):
    """What a form that ticks exactly these paths promises now."""
    scan = candidates.newest_scan(connection)
    found = candidates.of_repository(connection, scan)
    candidates.tick(found, paths)
    previews.attach(found, connection, scan)
    return promise.of_candidates(found)


def published(github, owner, *, by=None, name=NAME, path="greeting", source=GREETING, **fields) -> Module:
    """One module in the catalogue; `fields` are set on it."""
    connection = connect(github, owner, by=by, name=name, files={f"{path}/main.tf": source})
    (module,) = publish(connection, path, by=by).created
    Module.objects.filter(pk=module.pk).update(**fields)
    module.refresh_from_db()
    return module
