"""Supervises one Terraform process in one thread: output, lease, state, cancellation and limits."""

import os
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from deployments.json_columns import Process
from deployments.models import Run
from deployments.runs import leases
from deployments.runs.log import LogWriter
from deployments.runs.plan_progress import ProgressBoard
from deployments.runs.state import StateRecorder, StateRejected
from deployments.sandbox import bubblewrap
from deployments.sandbox.workspace import Workspace

TICK = 0.1
PIECE = 64 * 1024
WATCH_SECONDS = 1.0  # a cancelled run is noticed within this
PROGRESS_SECONDS = 0.5
WORKSPACE_SECONDS = 5.0
KILLED = (137, -9)  # killed, by the kernel's OOM killer for instance; bubblewrap reports 128 + SIGKILL


@dataclass(frozen=True)
class Stop:
    """Why Terraform is asked to stop, and the run's final status afterwards."""

    status: Run.Status
    sentence: str


class Stopped(Exception):
    """The run was stopped between two commands."""


class Duty:
    """Periodic work, every `seconds`; after an exception it is due again at once."""

    def __init__(self, seconds: float, work: Callable[[], object]) -> None:
        self._seconds, self._work = seconds, work
        self._done_at = 0.0

    def perform(self, now: float) -> None:
        if now - self._done_at >= self._seconds:
            self._work()
            self._done_at = now


class Supervisor:
    """Runs the commands of one claimed run, one after the other."""

    def __init__(
        self, run: Run, workspace: Workspace, log: LogWriter, states: StateRecorder, board: ProgressBoard
    ) -> None:
        self.run, self.workspace, self.log, self.states = run, workspace, log, states
        self.stop: Stop | None = None
        self.was_killed = False
        self._process: bubblewrap.Process | None = None
        self._confirmed_at = self._output_at = time.monotonic()
        self._deadline = self._confirmed_at + settings.RUN_TIMEOUT
        self._signals: list[tuple[float, Callable[[], None]]] = []
        self._duties = [
            Duty(settings.RUN_HEARTBEAT, self._extend_lease),
            Duty(WATCH_SECONDS, self._watch_cancel),
            Duty(settings.RUN_STATE_POLL, self._watch_state),
            Duty(0, log.flush),
            Duty(PROGRESS_SECONDS, board.flush),
        ]
        self._measure = Duty(WORKSPACE_SECONDS, self._watch_workspace)

    def call(self, arguments: list[str], on_output: Callable[[bytes], None]) -> int:
        """Run one Terraform command to its end and return the exit code; `on_output` gets its output in pieces.

        Raises Stopped, without starting the command, when the run was stopped; SandboxUnavailable; and LeaseLost.
        Whenever it raises, the process has ended.
        """
        leases.outlast(self._watch_cancel)
        if self.stop:
            raise Stopped
        process = self._process = bubblewrap.start(arguments, box=self.workspace.box)
        try:
            description = self._description(process)
            leases.outlast(lambda: leases.record(self.run, process=description))
            self._output_at = time.monotonic()
            self._follow(process, on_output)
            code = process.popen.wait()
            self.was_killed = self.was_killed or code in KILLED
            return code
        finally:
            process.kill()
            process.popen.wait()
            process.stdout.close()
            self._process = None

    def _follow(self, process: bubblewrap.Process, on_output: Callable[[bytes], None]) -> None:
        while True:
            if select.select([process.stdout], [], [], TICK)[0]:
                piece = os.read(process.stdout.fileno(), PIECE)
                if not piece:
                    return
                self._output_at = time.monotonic()
                on_output(piece)
            self._look_after()

    def _look_after(self) -> None:
        """Do the work that is due. Tolerates database outages until the lease expires; then raises LeaseLost."""
        now = time.monotonic()
        self._watch_clock(now)
        self._measure.perform(now)
        while self._signals and self._signals[0][0] <= now:
            self._signals.pop(0)[1]()
        try:
            for duty in self._duties:
                duty.perform(now)
        except (OperationalError, InterfaceError) as error:
            connection.close()
            if now - self._confirmed_at > settings.RUN_LEASE:
                raise leases.LeaseLost from error

    def _extend_lease(self) -> None:
        before = time.monotonic()
        leases.extend(self.run)
        self._confirmed_at = before

    def _watch_cancel(self) -> None:
        if leases.is_cancelled(self.run):
            self._request(Stop(Run.Status.CANCELLED, "Cancelled."))

    def _watch_state(self) -> None:
        try:
            self.states.look(self.workspace.state_files[0])
        except StateRejected as error:
            self._fail(str(error))

    def _watch_clock(self, now: float) -> None:
        if now > self._deadline:
            self._fail(f"The run took longer than {settings.RUN_TIMEOUT:g} seconds and was stopped.")
        elif now - self._output_at > settings.RUN_SILENCE:
            self._fail(f"Terraform printed nothing for {settings.RUN_SILENCE:g} seconds and was stopped.")

    def _watch_workspace(self) -> None:
        if self.workspace.size() > settings.RUN_WORKSPACE_BYTES:
            self._fail(f"The run wrote more than {settings.RUN_WORKSPACE_BYTES:,} bytes and was stopped.")

    def _fail(self, sentence: str) -> None:
        self._request(Stop(Run.Status.FAILED, sentence))

    def _request(self, stop: Stop) -> None:
        """Interrupt Terraform, so that it saves its state; schedule a second interrupt and a kill in case it hangs."""
        if self.stop:
            return
        self.stop = stop
        if self._process is None:
            return
        self.log.add(f"{stop.sentence} Terraform saves its state and stops.", "y")
        second = time.monotonic() + settings.RUN_CANCEL_GRACE
        self._process.interrupt()
        self._signals = [(second, self._insist), (second + settings.RUN_CANCEL_KILL, self._kill)]

    def _insist(self) -> None:
        """Send a second interrupt, on which Terraform exits at once, whatever it is doing."""
        self.was_killed = True
        self._process.interrupt()

    def _kill(self) -> None:
        self.was_killed = True
        self._process.kill()

    def _description(self, process: bubblewrap.Process) -> Process:
        return {"host": socket.gethostname(), "pid": process.pid, "started": process.started}
