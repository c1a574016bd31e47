"""The directory of one attempt at a run, on persistent disk: `<run ref>-<token>/`, removed when the run ends."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from deployments.models import Run
from deployments.sandbox import commands
from deployments.sandbox.bubblewrap import Box

ASIDE = "aside"  # how the name of a directory begins whose state could not be read
BLOCK = 4096  # bytes on disk of the smallest file


@dataclass(frozen=True)
class Workspace:
    """The folders `module` and `state`, which the run can write, and the files that it can only read."""

    root: Path
    folder: str  # of the module inside `module`

    @property
    def box(self) -> Box:
        inputs, config = self.root / "inputs.tfvars.json", self.root / "rc"
        return Box(self.root / "module", self.state, self.state_files[0], inputs, config, self.folder)

    @property
    def module(self) -> Path:
        return commands.module_folder(self.root / "module", self.folder)

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def state_files(self) -> list[Path]:
        """The files that may hold the newest state: the backend's, and the one that Terraform writes if that fails."""
        return [self.state / "terraform.tfstate", self.root / "module" / self.folder / "errored.tfstate"]

    def make_readable(self) -> None:
        """Give the backend's file the rights back that a module may have taken from it."""
        with suppress(OSError):
            self.box.state_file.chmod(0o600)

    def size(self) -> int:
        """Bytes on disk of all files, at least a block each; links are not followed, files may vanish meanwhile.

        Returns sys.maxsize for a tree that cannot be read, because of its permissions or depth.
        """
        total, folders = 0, [str(self.root)]
        while folders:
            try:
                with os.scandir(folders.pop()) as entries:
                    for entry in entries:
                        total += _bytes(entry)
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.path)
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError:
                return sys.maxsize
        return total

    def write_inputs(self, inputs: dict) -> None:
        """Write the values of variables that the next command reads, in place of those before."""
        self.box.inputs.unlink(missing_ok=True)
        write_private(self.box.inputs, json.dumps(inputs, indent=1).encode())

    def remove(self) -> None:
        remove(self.root)

    def put_aside(self) -> None:
        """Rename the directory, so that it is not removed with those of ended runs."""
        self.root.rename(self.root.with_name(f"{ASIDE}-{self.root.name}"))


def remove(root: Path) -> None:
    """Remove a tree of any depth, also folders without permissions; no process may use it any more."""
    for command in (["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
        subprocess.run([*command, "--", str(root)], capture_output=True, check=False)  # noqa: S603 - a path of ours


def _bytes(entry: os.DirEntry) -> int:
    try:
        return max(entry.stat(follow_symlinks=False).st_blocks * 512, BLOCK)
    except FileNotFoundError:
        return 0


def of(run: Run) -> Workspace:
    """The workspace of the current attempt at a run, which `create` makes."""
    return Workspace(settings.RUNS_DIR.resolve() / f"{run.ref}-{run.token}", run.version.path)


def create(run: Run, inputs: dict) -> Workspace:
    """Create the workspace of a claimed run with its variables and configuration, readable by this user only."""
    workspace = of(run)
    settings.RUNS_DIR.mkdir(parents=True, exist_ok=True)
    workspace.root.mkdir(mode=0o700)
    (workspace.root / "module").mkdir()
    workspace.state.mkdir(mode=0o700)
    workspace.write_inputs(inputs)
    write_private(workspace.box.config, commands.cli_configuration().encode())
    write_private(workspace.box.state_file, b"")  # Terraform writes into this very file later
    return workspace


def write_private(path: Path, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def attempts_at(run: Run) -> list[Workspace]:
    """The workspaces on this host of all attempts at a run, the newest last."""
    paths = [path for ref, path in left_behind() if ref == run.ref]
    paths.sort(key=lambda path: (len(path.name), path.name))
    return [Workspace(path, run.version.path) for path in paths]


def left_behind() -> list[tuple[str, Path]]:
    """Directories on this host as (run ref, path)."""
    if not settings.RUNS_DIR.is_dir():
        return []
    return [(path.name.partition("-")[0], path) for path in settings.RUNS_DIR.resolve().iterdir() if path.is_dir()]
