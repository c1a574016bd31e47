"""Child processes that do not outlive their parent."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
from functools import partial
from pathlib import Path

ENDING = (signal.SIGINT, signal.SIGTERM)
PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(
    command: list[str],
    *,
    log: Path,
    parting: signal.Signals = signal.SIGTERM,
    environment: dict[str, str] | None = None,
    user: str | None = None,
    cwd: Path | None = None,
    feed: bytes = b"",
) -> subprocess.Popen:
    """
    Start `command` in a new session, with `feed` as its input and its output appended to `log`.

    On Linux the kernel sends it `parting` when the calling thread ends, for whatever reason. Call it from the
    main thread.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=partial(_prepare, os.getpid(), parting),
        )
    if process.stdin:
        process.stdin.write(feed)
        process.stdin.close()
    return process


def stop(process: subprocess.Popen, *, ask: signal.Signals = signal.SIGTERM, patience: float = 10) -> None:
    """Send `ask` to the process; after `patience` seconds kill it and the rest of its session."""
    if process.poll() is None:
        process.send_signal(ask)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_on_signals() -> None:
    """
    Let SIGINT and SIGTERM end this process with KeyboardInterrupt, whatever its parent had set.

    A parent may leave SIGINT ignored or blocked, as a shell does for what a script starts in the background.
    """
    for number in ENDING:
        signal.signal(number, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def free_port() -> int:
    """A loopback port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _prepare(parent: int, parting: signal.Signals) -> None:
    """In the child: signals as in a terminal, and the end of `parent` is its own end."""
    for number in (*ENDING, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    if _LIBC is None:
        return
    _LIBC.prctl(PR_SET_PDEATHSIG, parting)
    if os.getppid() != parent:  # it ended before the request
        os.kill(os.getpid(), signal.SIGKILL)
