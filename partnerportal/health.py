"""
Probes: called often, so each part is checked once with a timeout of a second.

Orchestrators ask `/livez` (restart this process?) and `/readyz` (send it requests?), people `/healthz`, which names
what is missing in the whole portal.
"""

from contextlib import closing

import psycopg2
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from foundation import faults
from partnerportal import __version__, periodic, workers

WAIT_SECONDS = 1
LAST_SUCCESSES = "SELECT name, at FROM foundation_heartbeat ORDER BY name"
FULL_DISKS = "SELECT subject FROM foundation_fault WHERE kind = 'room' AND seen_at > now() - %s ORDER BY subject"


@require_safe
@never_cache
def livez(request: HttpRequest) -> JsonResponse:
    """200 while this process serves requests; depends on nothing else, as a restart would not bring that back."""
    return JsonResponse({"status": "ok", "version": __version__})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200, or 503 when the database, which every page needs, is gone or has no tables yet."""
    database, *_ = _database()
    return JsonResponse({"status": database, "version": __version__}, status=200 if database == "ok" else 503)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200, or 503 when database, broker or a queue's workers are gone, a task is late, or a worker's disk full."""
    database, beat, full = _database()
    broker, served = _broker()
    parts = {"database": database, "broker": broker}
    queues = {name: _word(served.get(queue, False)) for name, queue in settings.QUEUES.items()}
    late = [each.task for each in periodic.late(beat)]
    is_whole = not late and not full and all(word == "ok" for word in [*parts.values(), *queues.values()])
    status = {"status": "ok" if is_whole else "degraded", "version": __version__}
    report = status | parts | {"workers": queues, "beat": beat, "late": late, "full_disks": full}
    return JsonResponse(report, status=200 if is_whole else 503)


PROBES = {"livez": livez, "readyz": readyz, "healthz": healthz}


class ProbesWithAnyHost(MiddlewareMixin):
    """Answers probes before the host is compared with ALLOWED_HOSTS: they name an address, of a container or a pod."""

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        probe = PROBES.get(request.path_info.removeprefix("/"))
        return probe(request) if probe else None


def _word(is_there: bool) -> str:
    return "ok" if is_there else "gone"


def _database() -> tuple[str, dict[str, float], list[str]]:
    """State of the database, seconds since each periodic task last succeeded, and workers whose disk is full."""
    # Not Django's connection: this one has short timeouts.
    patience = {"connect_timeout": WAIT_SECONDS, "options": f"-c statement_timeout={WAIT_SECONDS * 1000}"}
    try:
        probe = psycopg2.connect(**(connection.get_connection_params() | patience))
        with closing(probe), probe.cursor() as cursor:
            cursor.execute(LAST_SUCCESSES)
            rows = cursor.fetchall()
            cursor.execute(FULL_DISKS, [faults.ROOM_LASTS])
            full = [host for (host,) in cursor.fetchall()]
    except psycopg2.Error:
        return _word(False), {}, []
    now = timezone.now()
    return _word(True), {name: round((now - at).total_seconds(), 1) for name, at in rows}, full


def _broker() -> tuple[str, dict[str, bool]]:
    """State of the broker, and for each queue whether a worker serves it."""
    waits = {"socket_connect_timeout": WAIT_SECONDS, "socket_timeout": WAIT_SECONDS, "retry": None}
    queues = list(settings.QUEUES.values())
    try:
        with redis.Redis.from_url(settings.REDIS_URL, **waits) as client:
            beats = client.mget([workers.key(queue) for queue in queues])
    except redis.RedisError:
        return _word(False), {}
    return _word(True), {queue: beat is not None for queue, beat in zip(queues, beats, strict=True)}
