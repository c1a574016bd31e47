"""Hundreds of scanned folders as rows, without a repository: for tests of numbers, not of what is said."""

from django.utils import timezone

from accounts.models import GitHubConnection
from modules.models import Scan, ScannedModule
from modules.reading import file_store
from modules.reading.archive import content_hash_of, new_file
from modules.terraform.declarations import combine
from modules.terraform.hcl import read_file

TEXT = 'variable "name" {\n  type = string\n}\noutput "text" {\n  value = var.name\n}\n'


def make_connection(owner) -> GitHubConnection:
    connection = GitHubConnection(
        owner=owner, login="alice-example", checked_at=timezone.now(), repository_id=7, repository_name="alice/many"
    )
    connection.token = "ghp_none"  # noqa: S105
    connection.save()
    return connection


def make_scan(connection: GitHubConnection, number: int, *, text: str = TEXT, commit: str = "c") -> Scan:
    """A succeeded scan of `number` folders `m000`, `m001`, …, each with `text`."""
    scan = Scan.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        repository_name=connection.repository_name,
        status=Scan.Status.SUCCEEDED,
        commit=commit * 40,
        branch="main",
        finished_at=timezone.now(),
    )
    schema = combine({"main.tf": read_file(text, is_json=False)})[0] | {"tree": {}}
    note = new_file(commit.encode())
    files = {f"m{n:03}": {f"m{n:03}/main.tf": new_file(text.encode()), f"m{n:03}/note": note} for n in range(number)}
    scan.archive = file_store.keep({path: file for each in files.values() for path, file in each.items()})
    scan.save(update_fields=["archive"])
    ScannedModule.objects.bulk_create(
        ScannedModule(
            scan=scan,
            path=path,
            title=path.upper(),
            is_valid=True,
            content_hash=content_hash_of((name, file.executable, file.blob) for name, file in each.items()),
            folders=[path],
            schema=schema,
        )
        for path, each in files.items()
    )
    return scan
