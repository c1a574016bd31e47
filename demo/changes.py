"""Commits that alice pushed after her modules were published: one release, and updates that are available."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
from django.conf import settings

from accounts.models import GitHubConnection, User
from demo.catalogue import SOURCES, scanned
from demo.waiting import until
from foundation.credits import CREDIT
from modules.models import ModuleVersion, Scan, Tag
from modules.publishing import services, terms
from modules.versions import lifecycle

REPOSITORY = "alice-example/cloud-modules"
FILES = Path(__file__).resolve().parent / "repositories" / REPOSITORY
RELEASED = "secure_web_app"
ALICE = "alice@example.com"
LAST_TAG = "ready-for-review"


@dataclass(frozen=True)
class Commit:
    """A commit that replaces one text in one file."""

    message: str
    path: str
    before: str
    after: str

    def content(self, text: str) -> str:
        if self.before not in text:
            raise ValueError(f"{self.path} has no {self.before!r}")
        return text.replace(self.before, self.after)


CLINIC = """\
    name   = string
    beds   = number
    {0} = {1}
  }})
  default = {{
    name   = "Lakeside"
    beds   = 12
    {0} = {2}
"""
RELEASE = Commit(
    "Link the imprint in the footer",
    f"{RELEASED}/variables.tf",
    'variable "instances"',
    'variable "imprint" {\n  description = "Address of the imprint. {{UIMeta group=1 order=7 updatesafe }}"\n'
    '  type        = string\n  default     = ""\n}\n\nvariable "instances"',
)
WAITING = [
    Commit(
        "Wait longer before the last try",
        "message_bus/variables.tf",
        "default     = [0.5, 2, 30]",
        "default     = [0.5, 2, 60]",
    ),
    Commit(
        "Tell apart who owns a clinic and who runs it",
        "clinic_records/variables.tf",
        CLINIC.format("public", "bool", "true"),
        CLINIC.format("operator", "string", '"Lakeside Foundation"'),
    ),
]


def since(say: Callable[[str], None]) -> None:
    """Release a version of one module, set terms, deprecate the version before, and leave two updates unpublished."""
    if Tag.objects.filter(connection__owner__email=ALICE, name=LAST_TAG).exists():
        return
    alice = User.objects.get(email=ALICE)
    connection = GitHubConnection.objects.of(alice).get()
    if not ModuleVersion.objects.filter(module__owner=alice, module__path=RELEASED, number=2).exists():
        say(f"{REPOSITORY}, a release of {RELEASED}")
        _release(connection, by=alice)
    say(f"{REPOSITORY}, {len(WAITING)} updates to publish")
    for commit in WAITING:
        _push(commit)
    _github("add_tag", tag=LAST_TAG)
    _read(connection, by=alice)


def _release(connection: GitHubConnection, *, by: User) -> None:
    _push(RELEASE)
    _github("add_tag", tag=f"{RELEASED}/v1.1.0")
    scan = _read(connection, by=by)
    paths = next(source.paths for source in SOURCES if source.repository == REPOSITORY)
    services.publish(connection, scan=scan, paths=paths, by=by)
    first = ModuleVersion.objects.get(module__owner=by, module__path=RELEASED, number=1)
    lifecycle.deprecate(first, reason="Its footer has no imprint.", by=by)
    terms.set_terms(connection, path="message_bus", terms=terms.Terms(credit_cost=15 * CREDIT), by=by)


def _read(connection: GitHubConnection, *, by: User) -> Scan:
    """A scan that includes the pushes; one under way may have started earlier."""
    head = _github("head")
    return until(lambda: (scan := scanned(connection, by=by)).commit == head and scan, f"{REPOSITORY} at {head[:7]}")


def _push(commit: Commit) -> None:
    text = commit.content((FILES / commit.path).read_text())
    _github("commit", files={commit.path: text}, message=commit.message)


def _github(verb: str, **arguments):
    answer = requests.post(
        f"{settings.GITHUB_API_URL}/_control", json={"do": verb, "full_name": REPOSITORY} | arguments, timeout=10
    )
    answer.raise_for_status()
    return answer.json()["result"]
