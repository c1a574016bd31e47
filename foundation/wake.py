"""Wakes workers: the row is the job, the message only makes a worker check it now."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

PATIENCE = 3  # seconds that a page waits for a broker that accepts connections but does not answer
logger = logging.getLogger(__name__)


def wake(name: str, *ids: int) -> None:
    """Enqueue the task `name` with row ids; if the broker is down, only log it: a poller finds the row later."""
    try:
        # Not from the pool: its connections have no timeout, as workers read from them, and would hang with the broker.
        with current_app.connection(transport_options={"socket_timeout": PATIENCE}) as broker:
            current_app.send_task(name, args=ids, connection=broker, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("worker not woken", extra={"task": name, "ids": ids, "error": str(error)})
