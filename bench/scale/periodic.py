"""`python -m bench.scale.periodic`: prints what the periodic tasks of the queue `default` cost the database, as JSON.

Each runs twice and the second time counts, as a portal at work has little left to do. Sending mail and removing old
rows do what they were given, and are left out.
"""

import json
import time
from collections.abc import Callable
from typing import Any

import django
from django.db import connection

django.setup()

from django.conf import settings  # noqa: E402

from partnerportal.celery import app  # noqa: E402
from partnerportal.periodic import intervals  # noqa: E402

LEFT_OUT = {"foundation.send_mail", "partnerportal.remove_old"}


class Watch:
    """Adds up the seconds that statements take."""

    seconds = 0.0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            self.seconds += time.perf_counter() - began


def main() -> None:
    tasks = set(settings.TASKS[settings.QUEUE_DEFAULT]) & set(intervals()) - LEFT_OUT
    app.loader.import_default_modules()
    print(json.dumps({task: _cost(app.tasks[task]) for task in sorted(tasks)}))


def _cost(task: Callable[[], object]) -> float:
    task()
    watch = Watch()
    with connection.execute_wrapper(watch):
        task()
    return watch.seconds


if __name__ == "__main__":
    main()
