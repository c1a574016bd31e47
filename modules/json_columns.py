"""What the JSON columns of modules hold, beside the schemas and findings of `modules.terraform.schema`."""

from typing import TypedDict


class KeptCommit(TypedDict):
    """A commit of a branch, as `accounts.github_history.PastCommit` says it."""

    sha: str
    subject: str  # its message's first line
    author: str
    at: str  # when it was committed, in ISO 8601


class KeptChange(TypedDict):
    """A change between two versions, as `modules.versions.change.Change` says it."""

    what: str
    name: str
    before: str
    after: str
    bump: str  # major, minor or patch
