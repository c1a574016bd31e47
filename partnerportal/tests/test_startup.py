import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

PROCESSES = {
    "manage": ["manage.py", "check"],
    "web": ["-m", "partnerportal.serve", "--port", "0"],
    "worker": ["-m", "celery", "-A", "partnerportal", "worker"],
    "beat": ["-m", "celery", "-A", "partnerportal", "beat", "--schedule", "/dev/null/none"],
}


def start(process, *arguments, **changes):
    environment = {name: value for name, value in (os.environ | changes).items() if value is not None}
    return subprocess.run(
        [sys.executable, *PROCESSES[process], *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("process", PROCESSES)
def test_a_missing_variable_stops_with_one_sentence(process):
    run = start(process, PORTAL_KEYS=None)
    assert run.returncode == 1
    assert run.stderr == (
        "PORTAL_KEYS is not set: the key ring that encrypts stored secrets, as id:base64key. See .env.example.\n"
    )


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS"])
def test_each_variable_without_default_is_named(name):
    run = start("manage", **{name: None})
    assert run.returncode == 1
    assert re.fullmatch(rf"{name} is not set: .+\. See \.env\.example\.\n", run.stderr)


def test_the_default_intervals_find_a_lost_run_within_75_seconds():
    assert (settings.RUN_LEASE, settings.RUN_HEARTBEAT, settings.RUN_POLL, settings.RUN_REAP) == (45, 10, 5, 15)
    assert settings.CELERY_BEAT_SCHEDULE["reap-runs"]["schedule"] + settings.RUN_LEASE == 60  # 15 s to take it


@pytest.mark.parametrize("process", PROCESSES)
def test_a_malformed_key_ring_stops_with_one_sentence(process):
    run = start(process, PORTAL_KEYS="2026:too-short")
    assert run.returncode == 1
    assert run.stderr == ("PORTAL_KEYS must read id:base64key[,id:base64key], each key 32 random bytes in base64.\n")


def test_a_number_that_is_none_stops_with_one_sentence():
    run = start("manage", RUN_LEASE="soon")
    assert (run.returncode, run.stderr) == (1, "RUN_LEASE is 'soon', which is not a number.\n")


def test_a_worker_of_runs_refuses_to_start_without_terraform():
    run = start("worker", "--queues", settings.QUEUE_RUNS, TERRAFORM_BIN="/nowhere/terraform")
    assert run.returncode == 1
    assert run.stderr.endswith("TERRAFORM_BIN is '/nowhere/terraform', which is not a program that can be run.\n")
    assert "Traceback" not in run.stderr


def test_the_check_warns_of_missing_terraform():
    run = start("manage", TERRAFORM_BIN="/nowhere/terraform")
    assert run.returncode == 0
    assert "partnerportal.W001" in run.stderr


def test_every_variable_stands_in_the_example():
    files = (settings.BASE_DIR / "partnerportal" / "settings").glob("*.py")
    source = "".join(file.read_text() for file in files)
    example = (settings.BASE_DIR / ".env.example").read_text()
    read = set(re.findall(r'env\.\w+\("([A-Z_]+)"', source))
    assert len(read) > 40
    assert read - set(re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)) == set()


def test_pages_are_loaded_before_the_first_request_and_never_examined_again():
    """Python's search for unused cycles goes through all objects that are not frozen, while every request waits."""
    code = "import gc, sys, partnerportal.asgi; print(gc.get_freeze_count(), 'modules.views.publish' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    frozen, has_pages = run.stdout.split()
    assert int(frozen) > 100_000
    assert has_pages == "True"
