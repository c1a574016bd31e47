"""Checks before a process starts; each problem is one sentence for the operator."""

import shutil
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from foundation import encryption


def keys_problem() -> str:
    """The problem of the key ring, or an empty text."""
    try:
        encryption.key_ids()
    except ImproperlyConfigured as error:
        return str(error)
    return ""


def terraform_problem() -> str:
    """Why this process cannot run Terraform, or an empty text."""
    if not settings.TERRAFORM_COMMAND:
        return "Terraform is missing: set TERRAFORM_BIN to a terraform binary, as none is embedded on this machine."
    if shutil.which(settings.TERRAFORM_COMMAND[0]) is None:
        return f"TERRAFORM_BIN is {settings.TERRAFORM_COMMAND[0]!r}, which is not a program that can be run."
    return ""


def require(problem: str) -> None:
    """Stop the process with `problem` and no traceback; no-op if it is empty."""
    if problem:
        raise SystemExit(problem)


@checks.register
def terraform_is_here(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Only a warning: just the workers of queue `runs` need Terraform, and they refuse to start without it."""
    problem = terraform_problem()
    return [checks.Warning(problem, id="partnerportal.W001")] if problem else []
