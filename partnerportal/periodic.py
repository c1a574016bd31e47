"""Periodic tasks: what each does, in plain words, and which are late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

MISSED = 3  # intervals that a task may be late by
TITLES = {
    "foundation.send_mail": "Sending e-mails",
    "accounts.poll_refreshes": "Refreshing repository lists",
    "accounts.check_connections": "Checking GitHub tokens",
    "modules.poll_scans": "Starting scans",
    "modules.render_texts": "Formatting READMEs",
    "modules.forget_files": "Deleting unused files",
    "modules.poll_publications": "Starting publications",
    "modules.watch_tags": "Checking tags of published versions",
    "deployments.poll_runs": "Starting runs",
    "deployments.reap_runs": "Finding lost runs",
    "deployments.tell_of_removals": "E-mails about removed modules",
    "deployments.settle_holds": "Charging reserved credits",
    "billing.grant_allowances": "Granting credits",
    "partnerportal.remove_old": "Removing old rows",
}


@dataclass(frozen=True)
class Late:
    """A task that last succeeded `age` seconds ago, and runs every `interval` seconds in the queue `queue`."""

    task: str
    age: float
    interval: float

    @property
    def title(self) -> str:
        return TITLES[self.task]

    @property
    def queue(self) -> str:
        """Its name without the prefix of this installation."""
        full = settings.CELERY_TASK_ROUTES[self.task]["queue"]
        return next(name for name, queue in settings.QUEUES.items() if queue == full)


def intervals() -> dict[str, float]:
    """Seconds between two runs, by task."""
    entries: Iterable[dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE.values()
    return {entry["task"]: float(entry["schedule"]) for entry in entries}


def late(ages: Mapping[str, float]) -> list[Late]:
    """The tasks that are late by more than three of their intervals, by `ages` in seconds since they succeeded."""
    every = intervals()
    known = (Late(task, age, every[task]) for task, age in sorted(ages.items()) if task in every)
    return [each for each in known if each.age - each.interval > MISSED * each.interval]
