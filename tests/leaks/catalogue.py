"""Connections, scans and modules for the leak test, with a marker in each text."""

from django.utils import timezone

from accounts.models import AccessibleRepository, GitHubConnection
from foundation.credits import CREDIT
from modules.models import Alarm, Archive, Module, ModuleVersion, Publication, Scan, ScannedModule, Share
from modules.reading import file_store
from modules.reading.archive import new_file
from tests.leaks.markers import mark, name_of

REPOSITORIES = {"alice": 1001, "bob": 1002, "platform": 1003}
AUDIENCES = {"everyone": "everyone", "named": "named", "exclusive": "exclusive", "removed": "everyone"}


def make_connection(owner) -> GitHubConnection:
    """A connection that cannot read its selected repository, with one listed repository."""
    connection = GitHubConnection(
        owner=owner,
        login=mark(owner, "connection", "login"),
        scopes=["repo", mark(owner, "connection", "scope")],
        checked_at=timezone.now(),
        problem=mark(owner, "connection", "problem"),
        problem_kind=GitHubConnection.Problem.UNREADABLE,
        repository_id=REPOSITORIES[name_of(owner)],
        repository_name=mark(owner, "connection", "repository"),
        branch=mark(owner, "connection", "branch"),
        repositories_read_at=timezone.now(),
    )
    connection.token = mark(owner, "secret", "token")
    connection.webhook_secret = mark(owner, "secret", "webhook")
    connection.save()
    AccessibleRepository.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        full_name=mark(owner, "connection", "listed"),
        private=True,
        default_branch=mark(owner, "connection", "listedbranch"),
        description=mark(owner, "connection", "description"),
    )
    return connection


def make_scan(connection) -> Scan:
    """A finished scan with a valid folder that is not published yet and one with a finding."""
    owner = connection.owner
    scan = Scan.objects.create(
        connection=connection,
        repository_id=connection.repository_id,
        repository_name=connection.repository_name,
        branch=connection.branch,
        by=owner,
        status=Scan.Status.SUCCEEDED,
        commit="c" * 40,
        commit_message=mark(owner, "scan", "commit"),
        total=2,
        read=2,
        finished_at=timezone.now(),
    )
    finding = {"level": "error", "code": "x", "message": mark(owner, "scan", "finding"), "file": "main.tf", "line": 3}
    broken = {"path": mark(owner, "scan", "path"), "title": mark(owner, "scan", "broken"), "findings": [finding]}
    ScannedModule.objects.create(scan=scan, is_valid=False, **broken)
    fresh = {"path": "fresh", "title": mark(owner, "scan", "fresh"), "readme": mark(owner, "scan", "readme")}
    archive = _archive(owner, "fresh", folder="fresh/")
    scan.archive = archive
    scan.save(update_fields=["archive"])
    ScannedModule.objects.create(
        scan=scan,
        is_valid=True,
        folders=["fresh"],
        content_hash=archive.content_hash,
        schema=schema(owner, "scan"),
        **fresh,
    )
    return scan


def make_publication(scan, *, by) -> Publication:
    """A publication that has ended with a problem."""
    problem = mark(scan.connection.owner, "scan", "problem")
    return Publication.objects.create(
        connection=scan.connection,
        scan=scan,
        by=by,
        promise={},
        status=Publication.Status.FAILED,
        problems={"fresh": problem},
        finished_at=timezone.now(),
    )


def make_modules(owner, *, names, by) -> dict[str, Module]:
    """
    A module for each audience, the named one for the people `names`, and a removed one; each with an older version.

    The platform has only those for everyone.
    """
    families = AUDIENCES if owner else ("everyone", "removed")
    made = {family: _module(owner, family, by=by) for family in families}
    if owner:
        Share.objects.bulk_create(Share(module=made["named"], email=person.email) for person in names)
    made["removed"].removed_at = timezone.now()
    made["removed"].save(update_fields=["removed_at"])
    return made


def schema(owner, family: str) -> dict:
    """Inputs of every visibility: open, of group 0, and sensitive with a default."""
    return {
        "variables": [
            _variable("size", description=mark(owner, family, "variable"), default=mark(owner, family, "default")),
            _variable("inner", group=0, description=mark(owner, "hidden", "variable")),
            _variable("password", sensitive=True, default=mark(owner, "secret", "default")),
        ],
        "outputs": [
            {"name": "address", "sensitive": False, "description": mark(owner, family, "output")} | _place(),
            {"name": "key", "sensitive": True, "description": ""} | _place(),
        ],
        "providers": [{"name": "terraform", "source": mark(owner, family, "provider"), "version": ""}],
        "resources": [{"address": f"terraform_data.{mark(owner, family, 'resource')}"} | _place()],
        "calls": [],
        "platform": {"module_dependency": [mark(owner, family, "dependency")]},
    }


def _variable(name, *, description="", default="", sensitive=False, group=1) -> dict:
    facts = {"name": name, "type": "string", "description": description, "default": default, "required": False}
    rules = {"sensitive": sensitive, "nullable": True, "group": group, "order": None, "updatesafe": True}
    return facts | rules | {"options": [], "validations": []} | _place()


def _place() -> dict:
    return {"file": "main.tf", "line": 1}


def _module(owner, family: str, *, by) -> Module:
    module = Module.objects.create(
        owner=owner,
        repository_id=REPOSITORIES[name_of(owner)],
        repository_name=mark(owner, family, "repository"),
        path=family,
        title=mark(owner, family, "title"),
        audience=AUDIENCES[family],
    )
    for number in (1, 2):
        module.current_version = _version(module, family, number=number, by=by)
        Alarm.objects.create(version=module.current_version, kind=Alarm.Kind.COMMIT_GONE)
    module.save(update_fields=["current_version"])
    return module


def _version(module, family: str, *, number: int, by) -> ModuleVersion:
    owner, archive = module.owner, _archive(module.owner, f"{family}{number}")
    return ModuleVersion.objects.create(
        module=module,
        number=number,
        semver=f"{number}.0.0",
        commits=[{"sha": "d" * 40, "subject": mark(owner, "hidden", "commit"), "author": "", "at": ""}],
        branch=mark(owner, "hidden", "branch"),
        commit=str(number) * 40,
        content_hash=archive.content_hash,
        archive=archive,
        schema=schema(owner, family),
        readme=mark(owner, family, "readme" if number == 2 else "oldreadme"),
        title=module.title,
        description=mark(owner, family, "description"),
        tags=[mark(owner, family, "tag")],
        credit_cost=2 * CREDIT,
        published_by=by,
        deprecated_at=timezone.now() if number == 1 else None,
        deprecation_reason=mark(owner, family, "warning") if number == 1 else "",
    )


def _archive(owner, name: str, *, folder: str = "") -> Archive:
    code = f"# {mark(owner, 'archive', 'code')} {name_of(owner)} {name}"
    return file_store.keep({f"{folder}main.tf": new_file(code.encode())})
