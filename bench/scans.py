"""Figures of scans in a running demo (Celery, local GitHub, database); the baseline is the parser alone."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psutil
import requests
from django.conf import settings

from accounts.models import GitHubConnection, User
from accounts.services import save_token, select_repository
from bench import catalogue
from bench.figures import SAMPLES, Figure
from demo.data import MARK
from modules.models import ParsedFile, Scan
from modules.reading import file_store
from modules.scanning.services import start_scan

NAME = "bench-example/catalogue"
TOKEN = "bench-catalogue"  # noqa: S105
WARM_UP = 'variable "a" {\n  type = string\n}\n'
LONGEST_SECONDS = 300
# python-hcl2 alone, one file after the other, in a separate process whose grammar is loaded.
ALONE = """
import json, sys, time, hcl2
texts = json.load(sys.stdin)
hcl2.loads(texts.pop(0))
began = time.perf_counter()
for text in texts:
    hcl2.loads(text)
print(time.perf_counter() - began)
"""


def scans() -> list[Figure]:
    """Cold, unchanged and with one changed module; and the peak memory of a scanning process."""
    files = catalogue.files()
    texts = [text for path, text in files.items() if path.endswith(".tf")]
    size = f"{catalogue.MODULES} modules, {sum(map(len, texts)) / 1e6:.1f} MB"
    connection = _connection(files)
    _warm(connection)
    cold, alone = [], []
    for _ in range(SAMPLES):
        alone.append(_alone(texts))
        cold.append(_cold(connection))
    unchanged = [_scan(connection) for _ in range(SAMPLES)]
    changed = [_after(partial(_change, files, number), connection) for number in range(SAMPLES)]
    parser = "python-hcl2 reading the same files one after the other"
    return [
        Figure("scan.cold", f"first scan of {size}, enqueued to finished", "s", cold, alone, parser),
        Figure("scan.unchanged", "scan of the same commit", "s", unchanged, alone, parser),
        Figure("scan.one_changed", "scan with one changed module", "s", changed, alone, parser),
        Figure("scan.memory", "most memory of a scanning process, its parsers not counted", "MB", [_memory()]),
    ]


def _connection(files: dict[str, str]) -> GitHubConnection:
    person, _ = User.objects.get_or_create(email="bench@example.com", defaults={"is_partner": True})
    _github("add_token", token=TOKEN, login=NAME.split("/")[0])
    row = _github("add_repository", full_name=NAME, files=files)
    connection = save_token(person, token=TOKEN, by=person)
    return select_repository(connection, repository_id=row["id"], by=person)


def _github(verb: str, **arguments: Any) -> Any:
    answer = requests.post(f"{settings.GITHUB_API_URL}/_control", json={"do": verb} | arguments, timeout=60)
    answer.raise_for_status()
    return answer.json()["result"]


def _warm(connection: GitHubConnection) -> None:
    """Let each process of the worker start its parsers, as in a portal in use."""
    for _ in range(4):
        _cold(connection)


def _cold(connection: GitHubConnection) -> float:
    connection.scans.all().delete()
    ParsedFile.objects.all().delete()
    file_store.forget_unused()
    return _scan(connection)


def _scan(connection: GitHubConnection) -> float:
    """Seconds from the request to the finished row."""
    began = time.monotonic()
    scan = start_scan(connection, by=connection.owner)
    while not scan.is_final:
        if time.monotonic() - began > LONGEST_SECONDS:
            raise SystemExit(f"scan {scan.ref} did not end in {LONGEST_SECONDS} s")
        time.sleep(0.005)
        scan.refresh_from_db(fields=["status", "error"])
    if scan.status != Scan.Status.SUCCEEDED:
        raise SystemExit(f"scan {scan.ref} failed: {scan.error}")
    return time.monotonic() - began


def _after(change: Callable[[], None], connection: GitHubConnection) -> float:
    change()
    return _scan(connection)


def _change(files: dict[str, str], number: int) -> None:
    path = [path for path in files if path.endswith("/variables.tf")][number]
    _github("commit", full_name=NAME, files={path: f'{files[path]}\nvariable "added" {{\n  type = string\n}}\n'})


def _alone(texts: list[str]) -> float:
    answer = subprocess.run(
        [sys.executable, "-c", ALONE],
        input=json.dumps([WARM_UP, *texts]),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return float(answer.stdout)


def _memory() -> float:
    """Peak resident memory of the worker's processes, in MB."""
    here = psutil.Process().environ().get(MARK)
    peaks = []
    for process in psutil.process_iter(["cmdline", "pid"]):
        if "work@demo" in (process.info["cmdline"] or []) and process.environ().get(MARK) == here:
            with open(f"/proc/{process.info['pid']}/status") as status:
                peaks += [int(line.split()[1]) / 1000 for line in status if line.startswith("VmHWM:")]
    return max(peaks)
