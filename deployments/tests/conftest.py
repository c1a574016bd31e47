import pytest

from deployments.runs.runner import execute_run
from deployments.tests.factories import make_deployment, make_run, make_version


@pytest.fixture
def runs_dir(settings, tmp_path, monkeypatch):
    """A directory of runs of this test alone, for this process and those that it starts."""
    settings.RUNS_DIR = tmp_path / "runs"
    monkeypatch.setenv("PORTAL_RUNS_DIR", str(settings.RUNS_DIR))
    return settings.RUNS_DIR


@pytest.fixture
def deploy(runs_dir):
    """Runs a module's `files` to the end in this process: `run = deploy(alice, {"main.tf": …}, inputs={…})`."""

    def deploy(owner, files, *, path="", schema=None, **fields):
        version = make_version(files, owner=owner, path=path, schema=schema)
        run = make_run(make_deployment(version, owner=owner, **fields))
        execute_run(run.pk)
        run.refresh_from_db()
        return run

    return deploy
