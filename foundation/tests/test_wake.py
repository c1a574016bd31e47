import json
import socket

import pytest
import redis
from celery import Celery
from django.conf import settings

from foundation.wake import wake


@pytest.fixture
def queues():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield lambda name: [json.loads(message)["headers"] for message in client.lrange(name, 0, -1)]
        client.flushdb()


def test_a_message_carries_the_name_and_ids_alone(queues):
    wake("modules.look_at_tags", 7)
    (headers,) = queues(settings.QUEUE_WORK)
    assert (headers["task"], headers["argsrepr"], headers["kwargsrepr"]) == ("modules.look_at_tags", "(7,)", "{}")


def test_runs_have_a_queue_of_their_own(queues):
    wake("deployments.execute_run", 8)
    assert [headers["task"] for headers in queues(settings.QUEUE_RUNS)] == ["deployments.execute_run"]
    assert queues(settings.QUEUE_DEFAULT) == []


def test_a_broker_that_is_down_is_logged_at_once_and_hurts_nobody(caplog, monkeypatch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        nobody = Celery("nobody", broker=f"redis://127.0.0.1:{taken.getsockname()[1]}/0", set_as_current=False)
        nobody.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr("foundation.wake.current_app", nobody)
        wake("modules.look_at_tags", 9)
    (line,) = [record for record in caplog.records if record.name == "foundation.wake"]
    assert (line.getMessage(), line.task, line.ids) == ("worker not woken", "modules.look_at_tags", (9,))


def test_a_broker_that_says_nothing_is_given_up_within_seconds(caplog, monkeypatch):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # the kernel accepts the connection, and nobody answers
        hanging = Celery("hanging", broker=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", set_as_current=False)
        hanging.conf.broker_transport_options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        monkeypatch.setattr("foundation.wake.current_app", hanging)
        wake("modules.look_at_tags", 9)  # returns although nobody ever answers
        silent.setblocking(False)
        silent.accept()[0].close()
        with pytest.raises(BlockingIOError):  # and has tried once
            silent.accept()
    assert [record.getMessage() for record in caplog.records if record.name == "foundation.wake"] == [
        "worker not woken"
    ]
