"""Types of the JSON columns of modules, besides the schemas and findings in `modules.terraform.schema`."""

from typing import TypedDict


class KeptCommit(TypedDict):
    """A commit of a branch, stored from `accounts.github_history.PastCommit`."""

    sha: str
    subject: str  # its message's first line
    author: str
    at: str  # when it was committed, in ISO 8601


class KeptAbility(TypedDict):
    """Something that a module can do, stored from `modules.terraform.abilities.Ability`."""

    kind: str
    text: str
    name: str
    file: str
    line: int | None
    is_warning: bool


class KeptChange(TypedDict):
    """A change between two versions, stored from `modules.versions.change.Change`."""

    what: str
    name: str
    before: str
    after: str
    bump: str  # major, minor or patch
