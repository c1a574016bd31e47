"""Figures of runs in a running demo. Needs the demo's environment and a configured Django."""

import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import requests
from django.conf import settings
from django.db.models import Max
from django.urls import reverse

from accounts.models import User
from bench.figures import SAMPLES, Figure, p95
from bench.publishing import publishing
from bench.scans import scans
from bench.world import sign_in
from deployments import services
from deployments.models import Run, StateVersion
from modules.models import Module, ModuleVersion
from modules.reading import file_store
from modules.reading.archive import new_file
from modules.terraform.schema import Schema

PLAIN = """
resource "terraform_data" "one" {
  input = "one"
}

output "one" {
  value = terraform_data.one.output
}
"""
PULSE = """
resource "terraform_data" "step%d" {
  provisioner "local-exec" {
    command = "for i in 1 2 3 4; do date +%%s.%%N; sleep 0.25; done"
  }
  depends_on = [%s]
}
"""
STEPS = 8
MANY = 20
PLACES = 2  # of the demo's worker
STAMP = re.compile(r"\b(1\d{9}\.\d+)\b")  # what `date +%s.%N` printed inside the run
LONGEST_SECONDS = 120


def main() -> None:
    """Print the figures as JSON; the portal's address is the first argument."""
    url = sys.argv[1]
    carol = User.objects.get(email="carol@example.com")
    session = sign_in(url, carol.email, "demo-portal")
    plain, pulse = _module("Bench plain", PLAIN), _module("Bench pulse", _pulse())
    _whole(plain, carol)  # the first run of a worker warms it up
    watched = [_watched(pulse, carol, session, url) for _ in range(SAMPLES)]
    figures = [
        Figure("log.lag_p95", "a line printed inside the run to the browser", "s", [p95(lag) for lag, _ in watched]),
        Figure("state.lag", "a state on disk to the database, worst of a run", "s", [max(s) for _, s in watched]),
        Figure(
            "run.whole",
            "submit to final state of a module with one resource",
            "s",
            samples=[_whole(plain, carol) for _ in range(SAMPLES)],
            baseline=[_bare(PLAIN) for _ in range(SAMPLES)],
            baseline_is="init, plan and apply by the same Terraform in a shell",
        ),
        _many(plain, carol),
    ]
    print(json.dumps([asdict(figure) for figure in [*figures, *scans(), *publishing(url)]]))


def _pulse() -> str:
    """Resources applied one after the other, each printing the time four times a second."""
    return "".join(PULSE % (step, f"terraform_data.step{step - 1}" if step else "") for step in range(STEPS))


def _module(title: str, source: str) -> ModuleVersion:
    """A module of the platform with this one file, free of charge."""
    name = title.replace(" ", "-").lower()
    admin = User.objects.get(email="admin@example.com")
    archive = file_store.keep({f"{name}/main.tf": new_file(source.encode())})
    module, _ = Module.objects.get_or_create(
        owner=None, repository_id=0, path=name, defaults={"title": title, "audience": Module.Audience.EVERYONE}
    )
    if module.current_version is None:
        module.current_version = ModuleVersion.objects.create(
            module=module,
            number=1,
            semver="1.0.0",
            path=name,
            commit="0" * 40,
            content_hash=name,
            archive=archive,
            schema=Schema(variables=[], outputs=[], providers=[], resources=[], calls=[], platform={}),
            title=title,
            published_by=admin,
        )
        module.save(update_fields=["current_version"])
    return module.current_version


def _deploy(version: ModuleVersion, by: User) -> Run:
    name = f"bench-{time.monotonic_ns()}"
    return services.create_deployment(version, name=name, inputs={}, secrets={}, by=by).runs.get()


def _wait(run: Run) -> Run:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not run.is_final:
        if time.monotonic() > deadline:
            raise SystemExit(f"run {run.ref} did not end in {LONGEST_SECONDS} s")
        time.sleep(0.02)
        run.refresh_from_db()
    if run.status != Run.Status.SUCCEEDED:
        raise SystemExit(f"run {run.ref} {run.status}: {run.error}")
    return run


def _whole(version: ModuleVersion, by: User) -> float:
    began = datetime.now(UTC)
    return (_wait(_deploy(version, by)).finished_at - began).total_seconds()


def _many(version: ModuleVersion, by: User) -> Figure:
    """Runs that all wait at once, beside the same commands in as many shells as the worker has places."""
    samples, bare = [], []
    for _ in range(SAMPLES):
        began = time.monotonic()
        for run in [_deploy(version, by) for _ in range(MANY)]:
            _wait(run)
        samples.append(MANY * 60 / (time.monotonic() - began))
        began = time.monotonic()
        with ThreadPoolExecutor(PLACES) as shells:
            list(shells.map(_bare, [PLAIN] * MANY))
        bare.append(MANY * 60 / (time.monotonic() - began))
    return Figure(
        "runs.per_minute", "of them, asked for at once", "runs", samples, bare, f"the same commands in {PLACES} shells"
    )


def _bare(source: str) -> float:
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "main.tf").write_text(source)
        began = time.monotonic()
        for command in (["init", "-input=false"], ["plan", "-out=plan"], ["apply", "plan"]):
            subprocess.run([*settings.TERRAFORM_COMMAND, *command], cwd=directory, check=True, capture_output=True)
        return time.monotonic() - began


def _watched(version: ModuleVersion, by: User, session: requests.Session, url: str) -> tuple[list[float], list[float]]:
    """Lags of the log's lines and of the states of one run."""
    run = _deploy(version, by)
    lines: list[float] = []
    reader = threading.Thread(target=_read_log, args=(session, f"{url.rstrip('/')}{_log_url(run)}", lines))
    reader.start()
    written = _states_on_disk(run)
    reader.join(LONGEST_SECONDS)
    _wait(run)
    return lines, written


def _read_log(session: requests.Session, address: str, lags: list[float]) -> None:
    with session.get(address, stream=True, timeout=LONGEST_SECONDS) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines(chunk_size=1):
            for stamp in STAMP.findall(line.decode(errors="replace")):
                lags.append(time.time() - float(stamp))


def _log_url(run: Run) -> str:
    return reverse("deployments:run-log", args=[run.deployment.ref, run.number])


def _states_on_disk(run: Run) -> list[float]:
    """For each state that reached the database, the seconds since its serial was first seen on disk."""
    seen: dict[int, float] = {}
    lags: list[float] = []
    stored = 0
    while not run.is_final:
        for path in settings.RUNS_DIR.glob(f"{run.ref}-*/state/terraform.tfstate"):
            if (serial := _serial(path)) > stored:
                seen.setdefault(serial, time.monotonic())
        stored = StateVersion.objects.filter(run=run).aggregate(newest=Max("serial"))["newest"] or 0
        lags += [time.monotonic() - seen.pop(serial) for serial in list(seen) if serial <= stored]
        time.sleep(0.02)
        run.refresh_from_db()
    return lags


def _serial(path: Path) -> int:
    """The serial of a state file, 0 while it is being written."""
    try:
        return int(json.loads(path.read_text())["serial"])
    except (OSError, ValueError, KeyError):
        return 0
