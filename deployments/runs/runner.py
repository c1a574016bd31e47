"""Executes a run from claim to end: prepare, plan, apply, save."""

import logging
import os
import socket
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import partial

from django.conf import settings

from accounts.models import User
from deployments.json_columns import InputErrors
from deployments.models import Run
from deployments.redaction import TooManyForms, leaves
from deployments.runs import aside, last_state, leases, room, state
from deployments.runs.ending import finish_run
from deployments.runs.log import LogWriter, publish, shortened
from deployments.runs.losses import Loss
from deployments.runs.plan_progress import ProgressBoard
from deployments.runs.room import NoRoom
from deployments.runs.supervisor import Stopped, Supervisor
from deployments.sandbox import bubblewrap, commands, workspace
from deployments.sandbox.json_stream import Diagnostic, Event
from deployments.sandbox.output_lines import Lines
from deployments.sandbox.plan_reader import PlanReader, PlanUnreadable
from foundation import faults
from foundation.encryption import DecryptionFailed
from modules.reading import file_store
from modules.reading.archive import ArchiveRefused, unpack
from modules.terraform.schema import ephemeral

MOST_ERRORS = 5
REFUSALS = (
    commands.ModuleRefused,
    bubblewrap.SandboxUnavailable,
    ArchiveRefused,
    TooManyForms,
)
MOST_INPUTS = 50
LONGEST_ERROR = 4_000  # characters
MOST_TRIES = 3  # of a run that finds no room on the disk, after the first one
NO_ROOM = "The worker had no room on its disk. Nothing was changed. Run it again when an admin has freed some."

logger = logging.getLogger(__name__)


class RunFailed(Exception):
    """The run failed; the message is a sentence for people."""


@dataclass(frozen=True)
class Ending:
    """A final status, with the reason unless the run succeeded."""

    status: Run.Status
    error: str = ""
    was_killed: bool = False


def execute_run(run_id: int) -> None:
    """Claim a run and execute it to its final status. Idempotent: does nothing when the run cannot be claimed.

    A state that an admin has accepted meanwhile is the one that it begins with. An unexpected exception leaves row and
    directory to the reaper, which saves what it can.
    """
    aside.take_accepted(deployment__runs=run_id)
    run = leases.claim(run_id, worker=f"{socket.gethostname()}:{os.getpid()}")
    if run is None:
        return
    publish(run.pk)
    try:
        Attempt(run).perform()
    except leases.LeaseLost:
        logger.warning("run was taken by another worker", extra={"run": run_id, "token": run.token})


class Attempt:
    """One attempt at a claimed run."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.workspace = workspace.of(run)
        self.log = LogWriter(run)
        self.states = state.StateRecorder(run, self.log.clean)
        self.board = ProgressBoard(run, self.log.clean)
        self.errors: list[str] = []
        self.input_errors: InputErrors = {}
        self.loss: Loss | None = None
        self.supervisor = Supervisor(run, self.workspace, self.log, self.states, self.board)

    def perform(self) -> None:
        """Execute the run to its end, or queue it again where this worker has no room; raises LeaseLost."""
        try:
            ending = self.ending()
        except NoRoom:
            self.workspace.remove()
            if self.run.attempts <= MOST_TRIES:
                self._postpone()
                return
            ending = self._failed(NO_ROOM)
        self.finish(ending)

    def ending(self) -> Ending:
        """Execute the run and return how it ended; raises LeaseLost. What lost its state has failed, whatever else."""
        ending = self._executed()
        if self.loss is None:
            return ending
        sentence = "\n".join(filter(None, (self.loss.sentence, ending.error)))
        return Ending(Run.Status.FAILED, sentence, ending.was_killed)

    def _executed(self) -> Ending:
        try:
            self._prepare()
            self._init()
            self._plan()
            self._apply()
        except Stopped:
            return self._stopped()
        except RunFailed as error:
            return self._stopped() if self.supervisor.stop else self._failed(str(error))
        except DecryptionFailed as error:
            return self._failed(faults.unreadable("The deployment's secrets", error))
        except REFUSALS as error:
            return self._failed(str(error))
        return Ending(Run.Status.SUCCEEDED)

    def finish(self, ending: Ending) -> None:
        """Flush log and progress, end the run and remove its directory; on LeaseLost the directory stays."""
        error = shortened(self.log.clean(ending.error), LONGEST_ERROR)
        self._say_goodbye(ending.status, error)
        leases.outlast(self.board.flush)
        leases.outlast(partial(self.log.flush, at_end=True))
        finish = partial(
            finish_run,
            status=ending.status,
            error=error,
            input_errors=self._complaints() if ending.status == Run.Status.FAILED else {},
            was_killed=ending.was_killed,
        )
        if not leases.outlast(lambda: finish(self.run, token=self.run.token, by=self._by(ending.status))):
            raise leases.LeaseLost
        self.workspace.remove()
        publish(self.run.pk)

    def _postpone(self) -> None:
        self.log.add("The worker has no room on its disk. The run is tried again in a minute.", "y")
        leases.outlast(partial(self.log.flush, at_end=True))
        if not leases.outlast(partial(leases.postpone, self.run)):
            raise leases.LeaseLost
        publish(self.run.pk)

    def _complaints(self) -> InputErrors:
        """What Terraform said of values of inputs, without secrets."""
        return {
            name: [shortened(self.log.clean(message), LONGEST_ERROR) for message in messages]
            for name, messages in self.input_errors.items()
        }

    def _by(self, status: Run.Status) -> User | None:
        """The person who cancelled; None for any other status."""
        if status != Run.Status.CANCELLED:
            return None
        self.run.refresh_from_db(fields=["cancelled_by"])
        return self.run.cancelled_by

    def _prepare(self) -> None:
        """Write all that Terraform needs; raises NoRoom."""
        room.check()
        with room.needed():
            self._write_workspace()

    def _write_workspace(self) -> None:
        run, deployment = self.run, self.run.deployment
        self.log.redact(leaves(run.secrets()) + leaves(deployment.secrets()))
        made_from = f"{deployment.module_title} {run.version.semver} by {run.version.module.publisher}"
        self.log.add(f"{run.get_action_display()} {deployment.name}: {made_from}, run {run.number}", "b")
        if deployment.was_interrupted:
            self.log.add("The last run was interrupted. Some steps may be unfinished but count as done.", "y")
            self.log.add("Check what this plan leaves unchanged.", "y")
        bubblewrap.self_test()
        workspace.create(run, self._inputs())
        unpack(file_store.packed(run.version.archive), self.workspace.root / "module")
        commands.adopt(self.workspace.module)
        self.states.begin(self.workspace)

    def _inputs(self) -> dict[str, object]:
        """The values of the variables; a declared `deployment_id` without value gets the deployment's ref."""
        inputs = self.run.all_inputs()
        declared = {variable["name"] for variable in self.run.version.schema.get("variables", [])}
        if "deployment_id" in declared and not inputs.get("deployment_id"):
            inputs["deployment_id"] = self.run.deployment.ref
        return inputs

    def _ephemeral_inputs(self) -> dict[str, object]:
        names = {variable["name"] for variable in ephemeral(self.run.version.schema)}
        return {name: value for name, value in self._inputs().items() if name in names and value is not None}

    @property
    def _has_constants(self) -> bool:
        """Whether Terraform needs values before it loads the module: a `const` variable has no default."""
        variables = self.run.version.schema["variables"]
        return any(variable.get("const") and variable["required"] for variable in variables)

    def _init(self) -> None:
        self._terraform(commands.init(has_constants=self._has_constants), "terraform init")
        commands.check_backend(self.workspace.module)

    def _plan(self) -> None:
        self._advance(Run.Status.PLANNING)
        is_destroy = self.run.action == Run.Action.DESTROY
        self._terraform(commands.plan(destroy=is_destroy), "terraform plan" + (" -destroy" if is_destroy else ""))
        commands.check_providers(self._providers(), has_mirror=bubblewrap.has_mirror())
        leases.outlast(self.board.store_plan)

    def _apply(self) -> None:
        """Apply the plan, and keep Terraform's last state whether that succeeds or not."""
        with room.needed():
            self.workspace.write_inputs(self._ephemeral_inputs())
        self._advance(Run.Status.APPLYING)
        try:
            self._terraform(commands.apply(), "terraform apply")
        finally:
            self.loss = leases.outlast(partial(last_state.keep, self.states, self.workspace))
            self._advance(Run.Status.SAVING)

    def _terraform(self, arguments: list[str], title: str) -> None:
        """Run one command; raises RunFailed with Terraform's error messages."""
        self.log.add(f"$ {title}", "c")
        lines = Lines(self._take, most=settings.RUN_STATE_BYTES)
        code = self.supervisor.call(arguments, lines.feed)
        lines.close()
        if code:
            raise RunFailed("\n".join(self.errors) or f"{title} failed with exit code {code}.")

    def _providers(self) -> set[str]:
        """The providers of the plan; raises ModuleRefused when it cannot be read."""
        with closing(PlanReader()) as reader:
            if code := self.supervisor.call(commands.show_plan(has_constants=self._has_constants), reader.feed):
                raise RunFailed(f"terraform show failed with exit code {code}.")
            try:
                return reader.providers()
            except PlanUnreadable as error:
                raise commands.ModuleRefused("Terraform's plan could not be read. Nothing was applied.") from error

    def _take(self, event: Event) -> None:
        if isinstance(event, Diagnostic) and event.severity == "error":
            self._note(event)
        self.states.report.take(self._masked(event))
        self.board.take(event)
        self.log.add(event.text, event.tone, source=event.source)

    def _masked(self, event: Event) -> Event:
        """The event as rows know it: with no secret in its addresses."""
        names = [each.name for each in fields(event) if each.name in ("address", "before")]
        return replace(event, **{name: self.log.clean(getattr(event, name)) for name in names}) if names else event

    def _note(self, error: Diagnostic) -> None:
        """Keep an error; its parts are masked before white space is joined, which would hide a secret's form."""
        clean = self.log.clean
        error = replace(error, summary=clean(error.summary), detail=clean(error.detail))
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error.sentence)
        if not error.variable or (error.variable not in self.input_errors and len(self.input_errors) == MOST_INPUTS):
            return
        messages = self.input_errors.setdefault(error.variable, [])
        if len(messages) < MOST_ERRORS:
            messages.append(error.message)

    def _advance(self, status: Run.Status) -> None:
        if not leases.outlast(lambda: self.run.advance(status, token=self.run.token)):
            raise leases.LeaseLost
        publish(self.run.pk)

    def _stopped(self) -> Ending:
        return Ending(self.supervisor.stop.status, self.supervisor.stop.sentence, self._was_interrupted)

    def _failed(self, sentence: str) -> Ending:
        return Ending(Run.Status.FAILED, sentence, self._was_interrupted)

    @property
    def _was_interrupted(self) -> bool:
        """Whether Terraform was killed, or interrupted twice, while it changed things."""
        return self.supervisor.was_killed and self.run.status in (Run.Status.APPLYING, Run.Status.SAVING)

    def _say_goodbye(self, status: Run.Status, error: str) -> None:
        if status == Run.Status.SUCCEEDED:
            self.log.add("Done.", "g")
        elif not self.errors:
            self.log.add(error, "y" if status == Run.Status.CANCELLED else "r")
