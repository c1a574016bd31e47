"""Waking a worker: the row is the job, the message only tells a worker to look now."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake(name: str, *ids: int) -> None:
    """Send the task `name` with row ids; a broker that is down is logged, as a poller finds the row later."""
    try:
        current_app.send_task(name, args=ids, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("worker not woken", extra={"task": name, "ids": ids, "error": str(error)})
