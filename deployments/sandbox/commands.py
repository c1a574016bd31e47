"""Terraform's command line: the arguments and files of each command, and checks of what Terraform wrote.

The only file that imports python-terraform, and only to build argument lists: the supervisor runs the commands, as
python-terraform cannot stream output. The source for Terraform's behaviour is its command line documentation.
"""

import json
import os
import stat
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from python_terraform import IsFlagged
from python_terraform import Terraform as CommandLines

from modules.reading import left_out

# Paths as Terraform sees them, inside the sandbox.
STATE_FILE = "/state/terraform.tfstate"
INPUTS_FILE = "/inputs.tfvars.json"
CONFIG_FILE = "/terraform.rc"
PROVIDERS = "/providers"
PLAN_FILE = "/state/plan"

OVERRIDE_NAME = "~~portal_override.tf"  # "~" is the last ASCII character: read after every other override
TESTS = ("*.tftest.hcl", "*.tftest.json", "tests/*.tftest.hcl", "tests/*.tftest.json")
BUILT_IN = "terraform.io/builtin/terraform"
SMALL_FILE = 1024**2


class ModuleRefused(Exception):
    """The module must not run; the message is a sentence for people."""


class UnsafeFile(Exception):
    """A file that a run can write is not a regular file within the size limit."""


def init(*, has_constants: bool = False) -> list[str]:
    """Load modules and providers; with values of variables where a `const` one has no default."""
    return _arguments("init", input=False, no_color=IsFlagged, json=IsFlagged, **_given(has_constants))


def plan(*, destroy: bool = False) -> list[str]:
    """Plan into PLAN_FILE; `destroy` plans the removal of everything."""
    options = {"destroy": IsFlagged} if destroy else {}
    return _arguments(
        "plan", input=False, no_color=IsFlagged, json=IsFlagged, var_file=INPUTS_FILE, out=PLAN_FILE, **options
    )


def apply() -> list[str]:
    """Apply exactly the plan in PLAN_FILE, also one that destroys.

    A plan holds no value of an ephemeral variable: INPUTS_FILE has to give those that were planned with, and none of
    null, which Terraform takes for another plan.
    """
    return _arguments("apply", PLAN_FILE, input=False, no_color=IsFlagged, json=IsFlagged, var_file=INPUTS_FILE)


def show_plan(*, has_constants: bool = False) -> list[str]:
    return _arguments("show", PLAN_FILE, no_color=IsFlagged, json=IsFlagged, **_given(has_constants))


def output() -> list[str]:
    return _arguments("output", no_color=IsFlagged, json=IsFlagged)


def _given(has_constants: bool) -> dict[str, str]:
    return {"var_file": INPUTS_FILE} if has_constants else {}


def _arguments(command: str, *arguments: str, **options: Any) -> list[str]:
    """The arguments after the binary's name; the sandbox adds the binary."""
    lines = CommandLines(terraform_bin_path="terraform", is_env_vars_included=False)
    return lines.generate_cmd_string(command, *arguments, **options)[1:]


def cli_configuration() -> str:
    """Disables the version check, and installs providers from PROVIDERS only, which is empty without a mirror."""
    return (
        "disable_checkpoint = true\n"
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{PROVIDERS}"\n  }}\n}}\n'
    )


def adopt(directory: Path) -> None:
    """Prepare an unpacked module: remove files that would configure Terraform, write the portal's override.

    Removes its tests, too: `init` would load their modules and providers, and fail without them.
    Raises ModuleRefused when the module has an override file, which could change what was published.
    """
    overrides = sorted(path.name for path in directory.iterdir() if left_out.is_override(path.name))
    if overrides:
        raise ModuleRefused(f"{overrides[0]} would override the module, so nothing was run.")
    for pattern in (*left_out.LEFT_OUT, *TESTS):
        for path in directory.glob(pattern):
            _remove(path)
    write_override(directory)


def write_override(directory: Path) -> None:
    """Write the override that keeps state in STATE_FILE, whatever backend or cloud block the module has."""
    (directory / OVERRIDE_NAME).write_text(f'terraform {{\n  backend "local" {{\n    path = "{STATE_FILE}"\n  }}\n}}\n')


def check_backend(directory: Path) -> None:
    """Raise ModuleRefused unless `init` configured the portal's backend and no other workspace is selected."""
    data = directory / ".terraform"
    if data.is_symlink() or (data / "environment").exists():
        raise ModuleRefused("The module changed Terraform's working files. It was not run.")
    try:
        backend = json.loads(read_untrusted(data / "terraform.tfstate", limit=SMALL_FILE))["backend"]
        ours = backend["type"] == "local" and backend["config"]["path"] == STATE_FILE
    except (OSError, UnsafeFile, ValueError, KeyError, TypeError):
        ours = False
    if not ours:
        raise ModuleRefused("The module stores its state outside the portal. It was not run.")


def check_providers(names: set[str], *, has_mirror: bool) -> None:
    """Raise ModuleRefused when a plan has a provider that is not available.

    Without a mirror only Terraform's built-in provider is allowed; with one this check allows all.
    """
    strangers = sorted(names - {BUILT_IN})
    if strangers and not has_mirror:
        raise ModuleRefused(f"The provider {strangers[0]} is not available on this platform.")


def module_folder(root: Path, path: str) -> Path:
    """The module's folder under `root`; raises ModuleRefused when `path` leaves `root` or does not exist."""
    relative = PurePosixPath(path or ".")
    if relative.is_absolute() or ".." in relative.parts or not (root / relative).is_dir():
        raise ModuleRefused("The module's folder is missing in the archive of this version.")
    return root / relative


def read_untrusted(path: Path, *, limit: int) -> bytes:
    """The bytes of a file that a run can write, at most `limit`; raises as `open_untrusted`, and for a larger one."""
    with open_untrusted(path) as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise UnsafeFile(f"{path.name} is larger than {limit:,} bytes")
    return content


def open_untrusted(path: Path) -> BinaryIO:
    """Open a file that a run can write: no symbolic link, pipe or device.

    `path` is absolute and resolved, as the portal created it; the run may have replaced a folder in it by a link.
    Raises UnsafeFile, and FileNotFoundError when there is none.
    """
    if path.parent.resolve() != path.parent:
        raise UnsafeFile(f"{path.name} is not where it was")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnsafeFile(f"{path.name} is not a plain file") from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnsafeFile(f"{path.name} is not a plain file")
    return os.fdopen(descriptor, "rb")


def _remove(path: Path) -> None:
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    for child in path.iterdir():
        _remove(child)
    path.rmdir()
