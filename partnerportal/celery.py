"""Celery wakes workers; the row is the job, so a lost or doubled message is harmless."""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")

app = Celery("partnerportal")
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    task_default_queue=settings.QUEUE_DEFAULT,
    task_routes={"deployments.execute_run": {"queue": settings.QUEUE_RUNS}},
    # Acknowledged early: a redelivered long run would run twice; the poller finds what was lost.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule={
        "poll-refreshes": {"task": "accounts.poll_refreshes", "schedule": settings.SCAN_POLL},
        "poll-scans": {"task": "modules.poll_scans", "schedule": settings.SCAN_POLL},
        "poll-runs": {"task": "deployments.poll_runs", "schedule": settings.RUN_POLL},
        "reap-runs": {"task": "deployments.reap_runs", "schedule": settings.RUN_REAP},
        "grant-allowances": {"task": "billing.grant_allowances", "schedule": settings.GRANT_EVERY},
    },
)
app.autodiscover_tasks(["foundation", "accounts", "modules", "billing", "deployments"])
app.autodiscover_tasks(["partnerportal"], related_name="workers")
