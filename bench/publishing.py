"""Figures of a repository with 500 modules: the Publish page, and the job that publishes all."""

import time

import requests
from allauth.account.models import EmailAddress
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.models import GitHubConnection, User
from bench import catalogue
from bench.figures import SAMPLES, Figure
from bench.world import sign_in
from modules.models import Publication, Scan, ScannedModule
from modules.publishing import candidates, drafts, job, overview, services
from modules.reading import file_store
from modules.reading.archive import content_hash_of, new_file
from modules.terraform.declarations import combine
from modules.terraform.hcl import read_file

NUMBER = 500
PASSWORD = "bench-publishes-many"  # noqa: S105
LONGEST_SECONDS = 120


def publishing(url: str) -> list[Figure]:
    """The portal is at `url`; a partner of their own signs in there."""
    person = _partner()
    connection, session = _connection(person), sign_in(url, person.email, PASSWORD)
    whole, true = [], []
    for sample in range(SAMPLES):
        job.compare_ahead(connection, scan=_scan(connection, sample))
        true.append(_made_true(connection, person))
        whole.append(_publish_all(connection, person))
    job.compare_ahead(connection, scan=_scan(connection, SAMPLES))
    pages = [_page(url, session) for _ in range(SAMPLES + 1)][1:]  # templates are compiled at first use
    return [
        Figure("publish.500", f"the Publish page with {NUMBER} modules to update", "s", pages),
        Figure("publish.500_all", f"publishing {NUMBER} modules of 26 KB, pressed to done", "s", whole),
        Figure("publish.500_true", "of that, the transaction that makes them true", "s", true),
    ]


def _partner() -> User:
    person, _ = User.objects.get_or_create(email="many@example.com", defaults={"is_partner": True})
    person.set_password(PASSWORD)
    person.save()
    EmailAddress.objects.get_or_create(user=person, email=person.email, defaults={"verified": True, "primary": True})
    return person


def _connection(person: User) -> GitHubConnection:
    connection = GitHubConnection(
        owner=person,
        login="bench",
        checked_at=timezone.now(),
        repository_id=500,
        repository_name="bench/five-hundred",
        problem="",
    )
    connection.token = "bench"  # noqa: S105
    GitHubConnection.objects.filter(owner=person).delete()
    connection.save()
    return connection


def _scan(connection: GitHubConnection, number: int) -> Scan:
    """A scan of 500 folders with the schema of one module of the bench's catalogue, other than the scan before."""
    files = {path: text for path, text in catalogue.files().items() if path.endswith(".tf")}
    first = next(iter(files)).partition("/")[0]
    texts = {path: text for path, text in files.items() if path.startswith(f"{first}/")}
    texts[f"{first}/more.tf"] = "".join(f'output "more{n}" {{\n  value = 1\n}}\n' for n in range(number))
    schema = combine({path: read_file(text, is_json=False) for path, text in texts.items()})[0] | {"tree": {}}
    scan = Scan.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        repository_name=connection.repository_name,
        status=Scan.Status.SUCCEEDED,
        commit=f"{number:040}",
        history=[{"sha": f"{n:040}", "subject": "Change", "author": "Bench", "at": ""} for n in range(number, -1, -1)],
        branch="main",
        finished_at=timezone.now(),
    )
    kept = {f"module_{n:03}": new_file(f"{number}".encode()) for n in range(NUMBER)}
    scan.archive = file_store.keep({f"{path}/main.tf": file for path, file in kept.items()})
    scan.save(update_fields=["archive"])
    ScannedModule.objects.bulk_create(
        ScannedModule(
            scan=scan,
            path=path,
            title=path.replace("_", " ").capitalize(),
            is_valid=True,
            content_hash=content_hash_of([(f"{path}/main.tf", False, file.blob)]),
            folders=[path],
            schema=schema,
        )
        for path, file in kept.items()
    )
    return scan


def _request(connection: GitHubConnection, person: User) -> Publication:
    """All is chosen, and the button pressed."""
    scan = candidates.newest_scan(connection)
    found = overview.of_connection(connection, scan, by=person).found
    drafts.save(connection, drafts.select_all(found), by=person)
    promised = overview.of_connection(connection, scan, by=person).promise
    return services.request(connection, by=person, promised=promised, confirms_breaking=True)


def _made_true(connection: GitHubConnection, person: User) -> float:
    """Seconds of the last transaction, which is rolled back here, with all its constraints checked."""
    with transaction.atomic(), database.cursor() as cursor:
        publication = job.claim(_request(connection, person).pk)
        job._prepare(publication)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        began = time.perf_counter()
        job._finish(publication)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        took = time.perf_counter() - began
        transaction.set_rollback(True)
    return took


def _publish_all(connection: GitHubConnection, person: User) -> float:
    """Seconds from the press of the button until the worker has ended."""
    began = time.monotonic()
    publication = _request(connection, person)
    while not publication.is_final:
        if time.monotonic() - began > LONGEST_SECONDS:
            raise SystemExit("publishing 500 modules did not end")
        time.sleep(0.02)
        publication.refresh_from_db(fields=["status", "error"])
    if publication.status != Publication.Status.SUCCEEDED:
        raise SystemExit(f"publishing 500 modules {publication.status}: {publication.error}")
    return time.monotonic() - began


def _page(url: str, session: requests.Session) -> float:
    began = time.perf_counter()
    answer = session.get(f"{url.rstrip('/')}/publish/", timeout=30)
    took = time.perf_counter() - began
    if answer.status_code != 200 or len(answer.content) > 300_000:
        raise SystemExit(f"the Publish page answered {answer.status_code} with {len(answer.content)} bytes")
    return took
