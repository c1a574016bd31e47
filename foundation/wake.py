"""Waking a worker: the row is the job, the message only tells a worker to look now."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

PATIENCE = 3  # seconds that a page waits for a broker that is there and says nothing
logger = logging.getLogger(__name__)


def wake(name: str, *ids: int) -> None:
    """Send the task `name` with row ids; a broker that is down is logged, as a poller finds the row later."""
    try:
        # A connection of its own: the pool's serve workers too, whose reads may last, and wait for ever when it hangs.
        with current_app.connection(transport_options={"socket_timeout": PATIENCE}) as broker:
            current_app.send_task(name, args=ids, connection=broker, retry=False, ignore_result=True)
    except (OperationalError, OSError) as error:
        logger.warning("worker not woken", extra={"task": name, "ids": ids, "error": str(error)})
