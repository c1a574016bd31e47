"""Content of the start page: what needs attention, what is live, what the person owns. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet, Sum
from django.urls import reverse
from django.utils.text import Truncator

from accounts import token_health
from accounts.models import User
from accounts.publisher import Side
from accounts.scoping import Reach, Thing, reach
from billing import statements
from billing.months import Month
from deployments.models import AsideState, Deployment, Run, RunCount
from deployments.presentation import shown_status, trouble
from deployments.querysets import VALUES, DeploymentQuerySet, WithNewestRun
from foundation import faults
from foundation.models import Fault, Heartbeat
from foundation.paragraphs import counted
from foundation.times import duration
from modules.models import Alarm, Module
from partnerportal import periodic
from partnerportal.context import updates_for

SHOWN = 5
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
    deployments = own_deployments(user)
    newest: QuerySet[WithNewestRun] = deployments[:SHOWN]
    needs = attention(user, deployments, now=now)
    total, live = deployments.count(), deployments.live().count()
    return {
        "greeting": greeting(now),
        "attention": needs.rows,
        "attention_note": needs.note,
        "deployments": [(row, shown_status(row, row.run_status), trouble(row, row.run_status)) for row in newest],
        "total": total,
        "everything": everything(user),
        "summary": summary(needs.number, live=live, total=total),
        "modules": modules_of(user, now=now) if user.is_partner else None,
        "platform": platform_figures() if user.is_staff else None,
    }


def summary(needs: int, *, live: int, total: int) -> str:
    """Two short sentences: how much needs attention, and how many deployments are live."""
    first = f"{counted(needs, 'thing')} {'needs' if needs == 1 else 'need'} your attention." if needs else ALL_SET
    if live:
        return f"{first} {counted(live, 'deployment')} {'is' if live == 1 else 'are'} live."
    return f"{first} {'No deployment is live.' if total else 'No deployments yet.'}"


def everything(user: User) -> tuple[str, str]:
    """The address of the list of all deployments of a person, destroyed ones too, and the label of the link."""
    address = reverse("deployments:deployment-list")
    sees_others = reach(user, Thing.DEPLOYMENTS) is Reach.ALL
    number = Deployment.objects.filter(owner=user).count()
    return (f"{address}?whose=mine" if sees_others else address), f"All {number:,}"


def outcome(*, succeeded: int, ended: int) -> str:
    """How many ended runs succeeded: "4 of 5", or a dash if none has ended."""
    return f"{succeeded:,} of {ended:,}" if ended else "–"


def greeting(now: datetime) -> str:
    """Good morning until noon, afternoon until six, evening after that; by UTC, like every time on the pages."""
    if now.hour < 12:
        return "Good morning"
    return "Good afternoon" if now.hour < 18 else "Good evening"


def own_deployments(user: User) -> DeploymentQuerySet:
    """The person's deployments that are not destroyed, newest run first, annotated by `with_newest_run`."""
    return (
        Deployment.objects.filter(owner=user)
        .standing()
        .with_newest_run()
        .annotate(run_number=F("newest_run__number"), run_error=F("newest_run__error"))
        .for_lists()
        .order_by("-newest_run")
    )


def attention(user: User, deployments: QuerySet[WithNewestRun], *, now: datetime) -> Needs:
    """What needs attention: late tasks, faults, connections, failed and lost deployments, alarms, updates."""
    broken = deployments.filter(run_status__in=[Run.Status.FAILED, Run.Status.LOST])
    raised, updates = standing_alarms(user), updates_for(user)
    always = [*late_tasks(user, now=now), *platform_faults(user), *_connections(user)]
    named = [*always, *map(_broken, broken[:SHOWN]), *map(_alarm, raised[:SHOWN])]
    number = len(always) + broken.count() + raised.count() + updates
    return Needs([*named, *_updates(updates)], shown=len(named) + updates, number=number)


def modules_of(user: User, *, now: datetime) -> dict:
    """Figures of a partner: published modules, other people's runs in 30 days, this month's share in money."""
    since = now.date() - timedelta(days=30)
    figures = RunCount.objects.filter(module__owner=user, day__gt=since).aggregate(
        ended=Sum("others_ended", default=0), succeeded=Sum("others_succeeded", default=0)
    )
    unfinished = Run.objects.unfinished().filter(version__module__owner=user).exclude(deployment__owner=user)
    figures["runs"] = figures["ended"] + unfinished.count()
    return figures | {
        "outcome": outcome(succeeded=figures["succeeded"], ended=figures["ended"]),
        "published": Module.objects.published().filter(owner=user).count(),
        "share": sum(row["share"] for row in statements.revenue(user, month=Month.of(now), person=user)),
        "currency": settings.PORTAL_CURRENCY,
    }


def platform_figures() -> list[tuple[str, int]]:
    """Figures of the installation for admins, with their labels."""
    return [
        ("People", User.objects.filter(is_active=True).count()),
        ("Partners", User.objects.filter(is_active=True, is_partner=True).count()),
        ("Live deployments", Deployment.objects.live().count()),
        ("Active runs", Run.objects.exclude(status__in=Run.FINAL).count()),
    ]


def late_tasks(user: User, *, now: datetime) -> list[Attention]:
    """For admins: the portal's periodic tasks that are late."""
    if not user.is_staff:
        return []
    ages = {row.name: (now - row.at).total_seconds() for row in Heartbeat.objects.all()}
    return [_late(each) for each in periodic.late(ages)]


def _late(task: periodic.Late) -> Attention:
    detail = (
        f"This runs every {duration(task.interval)} and last succeeded {duration(task.age)} ago. "
        f"Check the scheduler and the workers of queue {task.queue}."
    )
    url = reverse("admin:foundation_heartbeat_changelist")
    return Attention("bad", "clock", task.title, "is late", detail, url, "See the scheduler")


def platform_faults(user: User) -> list[Attention]:
    """For admins: workers without room, keys that are missing, and states that wait for a decision."""
    if not user.is_staff:
        return []
    undecided = (
        AsideState.objects.undecided().select_related("deployment").defer(*(f"deployment__{name}" for name in VALUES))
    )
    return [*map(_fault, faults.standing()), *map(_aside, undecided[:SHOWN])]


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


def standing_alarms(user: User) -> QuerySet[Alarm]:
    """The alarms that are not dismissed, about modules that this person publishes, newest first."""
    if not user.publishes_for:
        return Alarm.objects.none()
    modules = Module.objects.published().looked_after_by(user)
    standing = Alarm.objects.filter(dismissed_at=None, version__module__in=modules)
    needed = ("kind", "version__semver", "version__module__ref", "version__module__title")
    return standing.select_related("version__module").only(*needed)


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
    rows = map(_connection, map(Side, user.publishes_for))
    return [row for row in rows if row]


def _connection(side: Side) -> Attention | None:
    connection, url = side.connections.first(), reverse("accounts:profile") + side.query
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
