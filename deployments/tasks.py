"""Celery tasks: arguments are ids only, and each task is idempotent."""

import logging
from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from django.db import connection
from django.utils import timezone

from deployments import charge_notices, notices
from deployments.runs import reaper, runner, settlement
from deployments.sandbox import bubblewrap
from foundation import engine

logger = logging.getLogger(__name__)


@shared_task(name="deployments.execute_run")
def execute_run(run_id: int) -> None:
    runner.execute_run(run_id)


@shared_task(name="deployments.poll_runs")
def poll_runs() -> None:
    reaper.poll_runs()


@shared_task(name="deployments.reap_runs")
def reap_runs() -> None:
    reaper.reap_runs()


@shared_task(name="deployments.tell_of_removals")
def tell_of_removals() -> None:
    notices.tell_of_removals()
    notices.tell_of_revocations()


@shared_task(name="deployments.settle_holds")
def settle_holds() -> None:
    charge_notices.tell(timezone.now())
    settlement.charge_due(timezone.now())


@worker_ready.connect
def tell_version(sender: Any, **kwargs: Any) -> None:
    """Record the version of Terraform, by which modules are refused that need another one."""
    if settings.QUEUE_RUNS in sender.app.amqp.queues.consume_from and (version := bubblewrap.terraform_version()):
        engine.record_terraform(version)
        connection.close()  # processes that start later must not inherit it


@worker_ready.connect
def say_whether_runs_can_start(sender: Any, **kwargs: Any) -> None:
    """Log at start when the sandbox does not work. Each run tests it again and fails closed."""
    if settings.QUEUE_RUNS not in sender.app.amqp.queues.consume_from:
        return
    try:
        bubblewrap.self_test()
    except bubblewrap.SandboxUnavailable as error:
        logger.error("%s", error)
