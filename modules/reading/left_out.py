"""Files that are left out of a module's archive, and override files, which make a module invalid.

Terraform loads values, providers and settings from files with these names automatically, and an override file could
replace the portal's own.
"""

from fnmatch import fnmatchcase

from modules.terraform.schema import Finding, finding

LEFT_OUT = {
    "terraform.tfvars*": "values are given in the form",
    "*.auto.tfvars": "values are given in the form",
    "*.auto.tfvars.json": "values are given in the form",
    "*.tfstate": "a state does not belong in a repository",
    "*.tfstate.*": "a state does not belong in a repository",
    ".terraform*": "the portal creates its own",
    "terraform.d": "programs in it would run before any plan",
    "terraform.rc": "the portal has its own settings for Terraform",
    ".git": "a repository within the repository",
}
STATES = ("*.tfstate", "*.tfstate.*")  # they hold secrets, wherever they are
OF_OTHER_TOOLS = (".terraform-*", ".terraformignore")  # such as .terraform-docs.yml; Terraform does not read them
OVERRIDES = ("override.tf", "override.tf.json", "*_override.tf", "*_override.tf.json")


def left_out(path: str) -> str:
    """The leading part of `path` that is left out of an archive; blank when none is."""
    parts = path.split("/")
    for depth, part in enumerate(parts, 1):
        if _reason(part):
            return "/".join(parts[:depth])
    return ""


def advice(parts: set[str], folder: str) -> list[Finding]:
    """Findings that name what was left out of the archive of the module at `folder`, where somebody may miss it.

    Terraform reads values and settings in the module's own folder only.
    """
    found = []
    for part in sorted(parts):
        parent, _, name = part.rpartition("/")
        is_missed = parent == folder and not any(fnmatchcase(name, pattern) for pattern in OF_OTHER_TOOLS)
        if is_missed or any(fnmatchcase(name.lower(), pattern) for pattern in STATES):
            found.append(finding("advice", "left-out", f"Left out of the archive: {_reason(name)}.", part))
    return found


def is_override(name: str) -> bool:
    """Whether Terraform merges this file over the others (its "Override Files")."""
    return any(fnmatchcase(name, pattern) for pattern in OVERRIDES)


def _reason(part: str) -> str:
    lower = part.lower()
    return next((reason for pattern, reason in LEFT_OUT.items() if fnmatchcase(lower, pattern)), "")
