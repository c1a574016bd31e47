"""Hundreds of scanned folders as rows, without a repository: for tests of numbers, not of what is said."""

from django.utils import timezone

from accounts.models import GitHubConnection
from modules.models import Archive, Scan, ScannedModule
from modules.reading.archive import new_file, pack
from modules.terraform.hcl import read_file
from modules.terraform.schema import combine

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
    data, paths = pack({"main.tf": new_file(text.encode())}), [f"m{n:03}" for n in range(number)]
    Archive.objects.bulk_create(
        Archive(content_hash=f"{path}{commit}".ljust(64, "0"), data=data, size=1, files=1) for path in paths
    )
    archives = dict(Archive.objects.values_list("content_hash", "pk"))
    ScannedModule.objects.bulk_create(
        ScannedModule(
            scan=scan,
            path=path,
            title=path.upper(),
            is_valid=True,
            content_hash=(content_hash := f"{path}{commit}".ljust(64, "0")),
            archive_id=archives[content_hash],
            schema=schema,
        )
        for path in paths
    )
    return scan
