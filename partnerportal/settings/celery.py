"""Celery only wakes workers; rows are the jobs."""

from partnerportal import env
from partnerportal.settings.people import MAIL_POLL
from partnerportal.settings.retention import RETENTION_POLL
from partnerportal.settings.storage import REDIS_URL
from partnerportal.settings.work import (
    HOLD_POLL,
    REMOVAL_POLL,
    RUN_POLL,
    RUN_REAP,
    SCAN_POLL,
    TAG_WATCH,
    TOKEN_WATCH,
    WORK_TIMEOUT,
)

QUEUE_PREFIX = env.text("CELERY_QUEUE_PREFIX", "")
QUEUE_RUNS = f"{QUEUE_PREFIX}runs"
QUEUE_WORK = f"{QUEUE_PREFIX}work"
QUEUE_DEFAULT = f"{QUEUE_PREFIX}default"
QUEUES = {"runs": QUEUE_RUNS, "work": QUEUE_WORK, "default": QUEUE_DEFAULT}
# Every task and its queue. What reads repositories, asks GitHub or makes many versions belongs to `work`: in `default`
# is only what takes seconds, whatever people do.
TASKS = {
    QUEUE_RUNS: ["deployments.execute_run"],
    QUEUE_WORK: [
        "modules.take_turn",
        "modules.look_at_tags",
        "modules.render_texts",
        "modules.forget_files",
        "accounts.refresh_repositories",
        "accounts.check_connections",
    ],
    QUEUE_DEFAULT: [
        "foundation.send_mail",
        "accounts.poll_refreshes",
        "modules.poll_scans",
        "modules.poll_publications",
        "modules.watch_tags",
        "modules.heed_deliveries",
        "deployments.poll_runs",
        "deployments.reap_runs",
        "deployments.tell_of_removals",
        "deployments.settle_holds",
        "billing.grant_allowances",
        "partnerportal.remove_old",
    ],
}
GRANT_EVERY = env.number("GRANT_EVERY", 600)  # seconds between checks for due grants
WORKER_BEAT = env.number("WORKER_BEAT", 5)  # seconds between heartbeats of a worker, for /healthz
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A lost message does no harm, so a page does not wait for kombu's three tries (6 s) when the broker is down.
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0, "socket_connect_timeout": 3}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = QUEUE_DEFAULT
CELERY_TASK_ROUTES = {task: {"queue": queue} for queue, tasks in TASKS.items() for task in tasks}
CELERY_TASK_ANNOTATIONS = {task: {"time_limit": WORK_TIMEOUT} for task in TASKS[QUEUE_WORK]}
# Acknowledged early: a redelivered long run would run twice; the poller finds lost work.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "send-mail": {"task": "foundation.send_mail", "schedule": MAIL_POLL},
    "poll-refreshes": {"task": "accounts.poll_refreshes", "schedule": SCAN_POLL},
    "check-connections": {"task": "accounts.check_connections", "schedule": TOKEN_WATCH},
    "poll-scans": {"task": "modules.poll_scans", "schedule": SCAN_POLL},
    "render-texts": {"task": "modules.render_texts", "schedule": 60},
    "forget-files": {"task": "modules.forget_files", "schedule": 3600},
    "poll-publications": {"task": "modules.poll_publications", "schedule": SCAN_POLL},
    "watch-tags": {"task": "modules.watch_tags", "schedule": TAG_WATCH},
    "poll-runs": {"task": "deployments.poll_runs", "schedule": RUN_POLL},
    "reap-runs": {"task": "deployments.reap_runs", "schedule": RUN_REAP},
    "tell-of-removals": {"task": "deployments.tell_of_removals", "schedule": REMOVAL_POLL},
    "settle-holds": {"task": "deployments.settle_holds", "schedule": HOLD_POLL},
    "grant-allowances": {"task": "billing.grant_allowances", "schedule": GRANT_EVERY},
    "remove-old": {"task": "partnerportal.remove_old", "schedule": RETENTION_POLL},
}
