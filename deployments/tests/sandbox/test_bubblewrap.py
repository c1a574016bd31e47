"""What a module's own process can reach from inside; each thing that it must not see is there to be seen outside."""

import os
import socket
import subprocess
import threading

import pytest
from django.conf import settings as portal_settings
from django.db import connection

from deployments.models import Run
from deployments.runs.runner import execute_run
from deployments.sandbox import bubblewrap
from deployments.tests.factories import log_of, make_deployment, make_run, make_version

pytestmark = pytest.mark.django_db

MARKER = "marker-9f3kq2"


@pytest.fixture
def shell(alice, deploy):
    """Lines that a script prints when a module's local-exec runs it: `shell("env")`."""

    def shell(script):
        main = 'resource "terraform_data" "probe" {\n provisioner "local-exec" { command = "./probe.sh 2>&1" }\n}\n'
        run = deploy(alice, {"main.tf": main, "probe.sh": f"#!/bin/sh\n{script}\nexit 0\n"})
        assert (run.error, run.status) == ("", Run.Status.SUCCEEDED)
        label = "terraform_data.probe (local-exec): "
        lines = [line.removeprefix(label) for line in log_of(run) if line.startswith(label)]
        return [line for line in lines if not line.startswith("Executing: [")]

    return shell


def test_environment_holds_nothing_of_the_worker(shell, monkeypatch):
    monkeypatch.setenv("PORTAL_MARKER", MARKER)
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    monkeypatch.setenv("TF_LOG", "trace")
    assert MARKER in subprocess.run(["env"], capture_output=True, text=True).stdout

    seen = shell("env; echo ---; cat /proc/*/environ | tr '\\0' '\\n'")

    names = {line.partition("=")[0] for line in seen if "=" in line}
    assert names - {"OLDPWD", "SHLVL", "_"} == {*bubblewrap.ENVIRONMENT, "PWD"}
    assert portal_settings.SECRET_KEY not in "\n".join(seen)
    assert portal_settings.PORTAL_KEYS not in "\n".join(seen)


def test_descriptors_of_the_worker_are_closed(shell, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(MARKER)
    with secret.open() as file:
        os.set_inheritable(file.fileno(), True)
        seen = shell("for fd in /proc/1/fd/* /proc/$$/fd/*; do readlink $fd; timeout 0.3 cat $fd 2>/dev/null; done")
    assert MARKER not in "".join(seen)
    assert str(secret) not in "".join(seen)


def test_files_of_the_portal_are_out_of_reach(shell, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(MARKER)
    manage = portal_settings.BASE_DIR / "manage.py"
    assert manage.exists()

    seen = shell(
        f"for path in {secret} {manage} /root /home /etc/passwd /run /var; do ls $path && echo OPEN $path; done"
    )

    opened = {line for line in seen if line.startswith("OPEN")} - {"OPEN /root"}  # an empty way to Python at most
    assert opened == set()


def test_only_the_folders_of_the_run_are_writable(shell):
    folders = "/ /usr /etc /dev /module /state /tmp"
    seen = shell(
        f'for path in {folders}; do sh -c "echo x > $path/x" 2>/dev/null && echo $path; done\n'
        "(echo x >> /inputs.tfvars.json) 2>&1"
    )
    assert seen[:3] == ["/module", "/state", "/tmp"]
    assert "Read-only file system" in seen[3]


def test_settings_of_the_hosts_kernel_are_read_only(shell):
    # Opened, never written: it is the host's own file when this test runs as root.
    assert (
        shell("find /proc/sys -type f -writable; (: >> /proc/sys/kernel/core_pattern) 2>/dev/null && echo OPEN") == []
    )


def test_no_network_not_even_the_loopback_of_the_host(shell):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        calls = []
        threading.Thread(target=lambda: calls.append(server.accept()), daemon=True).start()
        probe = f"import socket; socket.create_connection(('127.0.0.1', {port}), 2)"
        seen = shell(f'/usr/bin/python3 -c "{probe}"; cat /proc/net/dev')
        assert calls == []
        socket.create_connection(("127.0.0.1", port), 2).close()
    assert "ConnectionRefusedError" in "".join(seen)
    assert [line.split(":")[0].strip() for line in seen if line.count(" 0 ") > 5] == ["lo"]


def test_sockets_of_the_database_are_out_of_reach(shell):
    host = connection.connection.get_dsn_parameters()["host"]
    assert any(name.startswith(".s.PGSQL") for name in os.listdir(host))
    seen = shell(f"ls -a {host}; find / -name '.s.PGSQL*' 2>/dev/null; echo end")
    assert [line for line in seen if "PGSQL" in line] == []
    assert seen[-1] == "end"


def test_processes_of_the_host_are_unseen_and_none_outlives_the_run(shell, runs_dir):
    processes = "ls /proc | grep -c '^[0-9]'; cat /proc/*/cmdline | tr '\\0' ' '"
    seen = shell(f"setsid sleep 31415 >/dev/null 2>&1 & sleep 0.2; {processes}")
    assert int(seen[0]) < 10
    assert "sleep 31415" in seen[1]
    assert "sleep 31415" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            {"BWRAP_BIN": "/nowhere/bwrap"},
            "The sandbox cannot be started here (prlimit: failed to execute /nowhere/bwrap",
        ),
        ({"BWRAP_BIN": "/usr/bin/false"}, "The sandbox cannot be started here"),
        ({"TERRAFORM_COMMAND": []}, "Terraform is not installed, so nothing was run. Set TERRAFORM_BIN."),
    ],
)
def test_without_a_sandbox_nothing_runs_and_the_run_says_so(alice, runs_dir, settings, names, sentence):
    for name, value in names.items():
        setattr(settings, name, value)
    version = make_version({"main.tf": 'output "x" { value = 1 }'}, owner=alice)
    run = make_run(make_deployment(version, owner=alice))

    execute_run(run.pk)

    run.refresh_from_db()
    assert run.status == Run.Status.FAILED
    assert run.error.startswith(sentence)
    assert "$ terraform init" not in log_of(run)
    assert not runs_dir.exists() or list(runs_dir.iterdir()) == []


def test_a_signal_never_reaches_a_new_owner_of_the_pid():
    process = subprocess.Popen(["sleep", "30"])
    started = bubblewrap.start_time(process.pid)
    bubblewrap.end_process(process.pid, started + 1)
    assert process.poll() is None
    bubblewrap.end_process(process.pid, started)
    assert process.wait() == -9
