"""Collects a run's plan and progress from events; the run's row is updated at most twice a second."""

from deployments.json_columns import MOST_RESOURCES, Plan, PlanCounts, PlannedResource, ResourceProgress
from deployments.models import Run
from deployments.runs import leases
from deployments.sandbox.json_stream import Event, Planned, Progress, Summary


class ProgressBoard:
    """Plan and progress by address, in the order of the plan."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._planned: dict[str, str] = {}
        self._counts: PlanCounts = {"create": 0, "change": 0, "destroy": 0}
        self._applied: PlanCounts | None = None
        self._resources: dict[str, ResourceProgress] = {}
        self._has_news = False

    def take(self, event: Event) -> None:
        if isinstance(event, Planned) and len(self._planned) < MOST_RESOURCES:
            self._planned.setdefault(event.address, event.action)
        elif isinstance(event, Summary):
            self._count(event)
        elif isinstance(event, Progress) and event.address in self._resources:
            self._resources[event.address] |= {"status": event.status, "seconds": event.seconds}
            self._has_news = True

    def _count(self, summary: Summary) -> None:
        counts: PlanCounts = {"create": summary.create, "change": summary.change, "destroy": summary.destroy}
        if summary.operation == "plan":
            self._counts = counts
        else:
            self._applied, self._has_news = counts, True

    def store_plan(self) -> None:
        """Write the plan, with every resource as waiting; raises deployments.runs.leases.LeaseLost."""
        plan = self._plan()
        self._resources = {
            found["address"]: {**found, "status": "waiting", "seconds": 0} for found in plan["resources"]
        }
        leases.record(self.run, plan=plan, resources=list(self._resources.values()))

    def _plan(self) -> Plan:
        listed: list[PlannedResource] = [
            {"address": address, "action": action} for address, action in self._planned.items()
        ]
        plan: Plan = {**self._counts, "resources": listed}
        return plan if self._applied is None else {**plan, "applied": self._applied}

    def flush(self) -> None:
        """Write what changed since the last flush; raises deployments.runs.leases.LeaseLost."""
        if self._has_news:
            leases.record(self.run, plan=self._plan(), resources=list(self._resources.values()))
            self._has_news = False
