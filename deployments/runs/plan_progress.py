"""Collects a run's plan and progress from events; rows are updated at most twice a second."""

from collections.abc import Callable

from deployments.json_columns import Plan, PlanCounts
from deployments.models import PlannedChange, Run
from deployments.runs.leases import fenced, record
from deployments.sandbox.json_stream import Event, Planned, Progress, Summary

MOST_LISTED = 10_000  # changes; of more, the first ones are kept
LONGEST_ACTION = 20
BATCH = 1_000


class ProgressBoard:
    """Plan and progress by address, in the order of the plan."""

    def __init__(self, run: Run, clean: Callable[[str], str]) -> None:
        """`clean` masks secrets in addresses, which hold the keys of for_each."""
        self.run, self._clean = run, clean
        self._planned: dict[str, str] = {}
        self._counts: PlanCounts = {"create": 0, "change": 0, "destroy": 0}
        self._applied: PlanCounts | None = None
        self._changes: dict[str, PlannedChange] = {}
        self._moved: dict[str, PlannedChange] = {}
        self._done = 0
        self._has_news = False

    def take(self, event: Event) -> None:
        if isinstance(event, Planned) and len(self._planned) < MOST_LISTED:
            self._planned.setdefault(event.address, event.action[:LONGEST_ACTION])
        elif isinstance(event, Summary):
            self._count(event)
        elif isinstance(event, Progress) and event.address in self._changes:
            self._move(self._changes[event.address], event)

    def _count(self, summary: Summary) -> None:
        counts: PlanCounts = {"create": summary.create, "change": summary.change, "destroy": summary.destroy}
        if summary.operation == "plan":
            self._counts = counts
        else:
            self._applied, self._has_news = counts, True

    def _move(self, change: PlannedChange, event: Progress) -> None:
        done = PlannedChange.Status.DONE
        self._done += (event.status == done) - (change.status == done)
        change.status, change.seconds = event.status, event.seconds
        self._moved[event.address] = change
        self._has_news = True

    def store_plan(self) -> None:
        """Write the plan, with every resource as waiting; raises deployments.runs.leases.LeaseLost."""
        rows = [
            PlannedChange(run=self.run, position=at, address=self._clean(address), action=action)
            for at, (address, action) in enumerate(self._planned.items())
        ]
        with fenced(self.run):
            self.run.changes.all().delete()  # of an attempt before this one
            PlannedChange.objects.bulk_create(rows, batch_size=BATCH)
            record(self.run, plan=self._plan())
        self._changes = dict(zip(self._planned, rows, strict=True))

    def _plan(self) -> Plan:
        plan: Plan = {**self._counts, "listed": len(self._planned), "done": self._done}
        return plan if self._applied is None else {**plan, "applied": self._applied}

    def flush(self) -> None:
        """Write what changed since the last flush; raises deployments.runs.leases.LeaseLost."""
        if not self._has_news:
            return
        with fenced(self.run):
            PlannedChange.objects.bulk_update(self._moved.values(), ["status", "seconds"], batch_size=BATCH)
            record(self.run, plan=self._plan())
        self._moved, self._has_news = {}, False
