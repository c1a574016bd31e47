"""Content of the start page: what needs attention, what is live, what the person owns. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from django.conf import settings
from django.db.models import Count, F, Window
from django.urls import reverse
from django.utils.text import Truncator

from accounts import token_health
from accounts.models import GitHubConnection, User
from accounts.publisher import Side
from accounts.scoping import Reach, Thing, reach
from deployments.models import AsideState, Deployment, Run
from deployments.presentation import shown_status, trouble
from deployments.querysets import FAILED, VALUES, WithNewestRun
from foundation import faults
from foundation.models import Fault
from foundation.paragraphs import counted
from foundation.times import duration
from modules.models import Alarm, Module
from modules.publishing.updates import connections_of
from partnerportal import figures, periodic
from partnerportal.context import updates_for

SHOWN = 5
COLUMNS = ("ref", "name", "status", "resource_count", "version__title", "version__semver")  # of deployments
OF_RUN = {  # of its newest run
    "run_status": F("newest_run__status"),
    "run_at": F("newest_run__created_at"),
    "run_number": F("newest_run__number"),
    "run_error": F("newest_run__error"),
}
WithNumber: TypeAlias = Any  # an Alarm with the `number` of those that stand
ALL_SET = "You're all set."
LONGEST_DETAIL = 160  # characters
ALARMS = {  # the text after a module's title and version
    Alarm.Kind.TAG_MOVED: "has a tag that moved",
    Alarm.Kind.TAG_GONE: "has a tag that was deleted",
    Alarm.Kind.COMMIT_GONE: "comes from a commit that is no longer on its branch",
}


@dataclass(frozen=True)
class Attention:
    """One row of "Needs attention"; `action` is the label of its button."""

    tone: str
    icon: str
    title: str
    says: str
    detail: str
    url: str
    action: str


@dataclass(frozen=True)
class Needs:
    """The rows of "Needs attention", and the number of things: of those that the rows name, and of all."""

    rows: list[Attention]
    shown: int
    number: int

    @property
    def note(self) -> str:
        """How many of the things are shown; blank when all are."""
        return "" if self.shown == self.number else f"{self.shown:,} of {self.number:,} shown"


def page(user: User, *, now: datetime) -> dict:
    """The context of `start.html`."""
    numbers, (newest, failed) = figures.of_deployments(user), own_deployments(user)
    needs = attention(user, failed, number=numbers.failed, now=now)
    return {
        "greeting": greeting(now),
        "attention": needs.rows,
        "attention_note": needs.note,
        "deployments": [(row, shown_status(row, row.run_status), trouble(row, row.run_status)) for row in newest],
        "total": numbers.standing,
        "everything": everything(user, numbers.every),
        "summary": summary(needs.number, live=numbers.live, total=numbers.standing),
        "modules": modules_of(user, now=now) if user.is_partner else None,
        "platform": figures.of_platform(user) if user.is_staff else None,
    }


def summary(needs: int, *, live: int, total: int) -> str:
    """Two short sentences: how much needs attention, and how many deployments are live."""
    first = f"{counted(needs, 'thing')} {'needs' if needs == 1 else 'need'} your attention." if needs else ALL_SET
    if live:
        return f"{first} {counted(live, 'deployment')} {'is' if live == 1 else 'are'} live."
    return f"{first} {'No deployment is live.' if total else 'No deployments yet.'}"


def everything(user: User, number: int) -> tuple[str, str]:
    """The address of the list of all deployments of a person, destroyed ones too, and the label of the link."""
    address = reverse("deployments:deployment-list")
    sees_others = reach(user, Thing.DEPLOYMENTS) is Reach.ALL
    return (f"{address}?whose=mine" if sees_others else address), f"All {number:,}"


def outcome(*, succeeded: int, ended: int) -> str:
    """How many ended runs succeeded: "4 of 5", or a dash if none has ended."""
    return f"{succeeded:,} of {ended:,}" if ended else "–"


def greeting(now: datetime) -> str:
    """Good morning until noon, afternoon until six, evening after that; by UTC, like every time on the pages."""
    if now.hour < 12:
        return "Good morning"
    return "Good afternoon" if now.hour < 18 else "Good evening"


def own_deployments(user: User) -> tuple[list[WithNewestRun], list[WithNewestRun]]:
    """The person's deployments with the newest runs, and those of them whose newest run failed or was lost.

    Each at most SHOWN, without destroyed ones.
    """
    standing = Deployment.objects.filter(owner=user).standing().order_by("-newest_run_id").values("pk")
    shown = standing[:SHOWN].union(standing.filter(newest_run__status__in=FAILED)[:SHOWN])
    rows = Deployment.objects.filter(pk__in=shown).order_by("-newest_run_id").select_related("version").only(*COLUMNS)
    found: list[WithNewestRun] = list(rows.annotate(**OF_RUN))
    return found[:SHOWN], [row for row in found if row.run_status in FAILED][:SHOWN]


def attention(user: User, failed: list[WithNewestRun], *, number: int, now: datetime) -> Needs:
    """What needs attention: late tasks, faults, connections, failed and lost deployments, alarms, updates.

    `failed` are some of `number` deployments.
    """
    raised, updates = standing_alarms(user), updates_for(user)
    always = [*platform_needs(user, now=now), *_connections(user)]
    named = [*always, *map(_broken, failed), *map(_alarm, raised)]
    number += len(always) + (raised[0].number if raised else 0) + updates
    return Needs([*named, *_updates(updates)], shown=len(named) + updates, number=number)


def modules_of(user: User, *, now: datetime) -> dict:
    """The fields of `figures.Modules`, with an outcome in words."""
    found = figures.of_modules(user, now=now)
    said = {"outcome": outcome(succeeded=found.succeeded, ended=found.ended), "currency": settings.PORTAL_CURRENCY}
    return vars(found) | said


def platform_needs(user: User, *, now: datetime) -> list[Attention]:
    """For admins: late periodic tasks, workers without room, missing keys, and states that wait for a decision."""
    if not user.is_staff:
        return []
    standing, beats = faults.standing()
    late = periodic.late({name: (now - at).total_seconds() for name, at in beats.items()})
    undecided = (
        AsideState.objects.undecided().select_related("deployment").defer(*(f"deployment__{name}" for name in VALUES))
    )
    return [*map(_late, late), *map(_fault, standing), *map(_aside, undecided[:SHOWN])]


def _late(task: periodic.Late) -> Attention:
    detail = (
        f"This runs every {duration(task.interval)} and last succeeded {duration(task.age)} ago. "
        f"Check the scheduler and the workers of queue {task.queue}."
    )
    url = reverse("admin:foundation_heartbeat_changelist")
    return Attention("bad", "clock", task.title, "is late", detail, url, "See the scheduler")


def _fault(fault: Fault) -> Attention:
    url = reverse("admin:foundation_fault_changelist")
    if fault.kind == Fault.Kind.KEY:
        detail = "Runs can't read what it encrypted. Put it back into PORTAL_KEYS and restart every process."
        return Attention("bad", "key", f"The key “{fault.subject}”", "is missing", detail, url, "See the keys")
    detail = "It begins no runs until RUN_FREE_BYTES are free on the disk of PORTAL_RUNS_DIR."
    return Attention("bad", "warning", f"The worker {fault.subject}", "has no room on its disk", detail, url, "See it")


def _aside(aside: AsideState) -> Attention:
    url = f"{aside.deployment.get_absolute_url()}#asides"
    detail = "Accept it or dismiss it. Until then its deployment is not complete."
    return Attention("bad", "warning", aside.deployment.name, "has a state put aside", detail, url, "Decide")


def _broken(deployment: WithNewestRun) -> Attention:
    word = "was lost" if deployment.run_status == Run.Status.LOST else "failed"
    return Attention(
        tone="bad",
        icon="warning" if deployment.run_status == Run.Status.LOST else "error",
        title=deployment.name,
        says=f"{word} in run {deployment.run_number}",
        detail=Truncator(deployment.run_error.partition("\n")[0]).chars(LONGEST_DETAIL),
        url=deployment.get_absolute_url(),
        action="See the error",
    )


def standing_alarms(user: User) -> list[WithNumber]:
    """The newest alarms that are not dismissed, about modules that this person publishes; each with their `number`."""
    if not user.publishes_for:
        return []
    modules = Module.objects.published().looked_after_by(user)
    standing = Alarm.objects.filter(dismissed_at=None, version__module__in=modules)
    needed = ("kind", "version__semver", "version__module__ref", "version__module__title")
    rows = standing.select_related("version__module").only(*needed)
    return list(rows.annotate(number=Window(Count("pk")))[:SHOWN])


def _alarm(alarm: Alarm) -> Attention:
    module = alarm.version.module
    title, says = f"{module.title} {alarm.version.semver}", ALARMS[Alarm.Kind(alarm.kind)]
    detail = "Deployments are not affected. They use the portal's own copy."
    return Attention("bad", "warning", title, says, detail, module.get_absolute_url(), "See the alarm")


def _updates(count: int) -> list[Attention]:
    if not count:
        return []
    says = f"have {counted(count, 'update')} available"
    detail = "Their code in the repository has changed since they were published."
    url = reverse("modules:publish")
    return [Attention("run", "replace", "Published modules", says, detail, url, "See the changes")]


def _connections(user: User) -> list[Attention]:
    found = {connection.owner_id: connection for connection in connections_of(user)}
    rows = [_connection(Side(owner), found.get(owner and owner.pk)) for owner in user.publishes_for]
    return [row for row in rows if row]


def _connection(side: Side, connection: GitHubConnection | None) -> Attention | None:
    url = reverse("accounts:profile") + side.query
    title = "Your GitHub connection" if side.owner else "The platform's GitHub connection"
    if connection is None:
        detail = "Save a token and choose a repository to publish modules."
        return Attention("run", "key", title, "is not set up", detail, url, "Connect GitHub")
    if fault := token_health.trouble_of(connection):
        return Attention(fault.tone, "key", fault.token, fault.says, fault.text, fault.url, "Replace token")
    if not connection.repository_id:
        return Attention(
            "run",
            "branch",
            title,
            "has no repository",
            "Choose the one that holds your modules.",
            url,
            "Select repository",
        )
    return None
