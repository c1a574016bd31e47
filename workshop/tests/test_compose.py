"""compose.yaml and the tests use the same major versions, and its health check asks for what the web server needs."""

import re
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

COMPOSE = (Path(settings.BASE_DIR) / "compose.yaml").read_text()


def major_of(image):
    """Major version of an image's tag in compose.yaml: 18 of `postgres:18.3`."""
    (tag,) = re.findall(rf"image: {image}:(\d+)", COMPOSE)
    return int(tag)


@pytest.mark.django_db
def test_postgresql_is_of_the_major_version_of_the_tests():
    with connection.cursor() as cursor:
        assert major_of("postgres") == cursor.connection.server_version // 10000


def test_valkey_is_of_the_major_version_of_the_tests():
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        assert str(major_of("valkey/valkey")) == client.info("server")["valkey_version"].split(".")[0]


def test_the_volume_is_where_postgresql_18_looks_for_it():
    assert 'postgres:/var/lib/postgresql"' in COMPOSE


def test_the_image_starts_the_web_server_with_its_bounds():
    assert '"python", "-m", "partnerportal.serve"' in (Path(settings.BASE_DIR) / "Dockerfile").read_text()


def test_a_lost_worker_does_not_make_the_web_container_unhealthy():
    assert re.findall(r"http://127.0.0.1:8000/\w+", COMPOSE) == ["http://127.0.0.1:8000/readyz"]


def test_no_service_but_postgresql_reads_a_password_of_a_role_that_is_not_its_own():
    """Each reads .env, so that what is not for it must be emptied."""
    private = ("MIGRATE_DATABASE_URL", "RETENTION_DATABASE_URL", "POSTGRES_PASSWORD")
    blocks = re.findall(r"environment:(?: \{(.+)\}|((?:\n {6}\w+: .+)+))", COMPOSE)
    texts = [inline or lines for inline, lines in blocks]
    given = [{name for name in private if not re.search(rf'{name}: ""', text)} for text in texts]
    assert given == [
        set(),  # of all services that name nothing else
        {"MIGRATE_DATABASE_URL", "RETENTION_DATABASE_URL"},  # migrate
        {"RETENTION_DATABASE_URL"},  # worker-default
        set(private),  # postgres, which reads no .env
    ]
