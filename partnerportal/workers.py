"""Of Celery processes: refuse to start without Terraform, write heartbeats, record successes; the nightly removal."""

import logging
import threading
from typing import Any

import redis
from celery import shared_task, signals
from django.conf import settings
from django.utils import timezone

from foundation.models import Heartbeat
from foundation.wake import wake
from partnerportal import periodic, retention, startup

logger = logging.getLogger(__name__)
BEATS_MISSED = 3  # heartbeats, after which a queue counts as not served


def key(queue: str) -> str:
    """The Redis key that exists while a worker serves the queue."""
    return f"portal:served:{queue}"


@signals.celeryd_after_setup.connect
def refuse_without_terraform(sender: Any, instance: Any, **kwargs: Any) -> None:
    if settings.QUEUE_RUNS in instance.app.amqp.queues.consume_from:
        startup.require(startup.terraform_problem())


@signals.worker_ready.connect
def show_life(sender: Any, **kwargs: Any) -> None:
    queues = list(sender.app.amqp.queues.consume_from)
    threading.Thread(target=_keep_beating, args=[queues], daemon=True, name="worker-heartbeat").start()


@signals.beat_init.connect
def run_all_at_once(sender: Any, **kwargs: Any) -> None:
    """Beat first runs a task one interval after its start; what became due while it was away does not wait for that."""
    for task in periodic.intervals():
        wake(task)


@signals.task_success.connect
def note_success(sender: Any, **kwargs: Any) -> None:
    """Record when each periodic task last succeeded: `/healthz` and the admin show the lag."""
    if sender.name in periodic.intervals():
        Heartbeat.objects.update_or_create(name=sender.name, defaults={"at": timezone.now()})


def _keep_beating(queues: list[str]) -> None:
    pause = threading.Event()
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=settings.WORKER_BEAT) as client:
        while True:
            _beat(client, queues)
            pause.wait(settings.WORKER_BEAT)


def _beat(client: redis.Redis, queues: list[str]) -> None:
    try:
        for queue in queues:
            client.set(key(queue), 1, px=int(settings.WORKER_BEAT * BEATS_MISSED * 1000))
    except redis.RedisError as error:
        logger.warning("worker could not show that it lives", extra={"error": str(error)})


@shared_task(name="partnerportal.remove_old")
def remove_old() -> None:
    retention.tick(timezone.now())
