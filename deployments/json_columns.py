"""Types of the JSON columns of runs."""

from typing import NotRequired, TypeAlias, TypedDict

InputErrors: TypeAlias = dict[str, list[str]]  # variable → what Terraform said of its value, without secrets
Phases: TypeAlias = dict[str, str]  # status → ISO time at which it was entered


class PlanCounts(TypedDict):
    """How many resources a plan or an apply creates, changes and destroys."""

    create: int
    change: int
    destroy: int


class Plan(PlanCounts):
    """The plan of a run; the column is empty before it. The counts are complete, `listed` may be fewer.

    `listed` is how many of its changes are kept as rows, and `done` how many of these are applied. `applied` is what
    Terraform counted at the end of the apply. It is less than planned when a change depended on a value that was
    unknown before the apply and then stayed the same.
    """

    listed: int
    done: int
    applied: NotRequired[PlanCounts]


class Process(TypedDict, total=False):
    """A run's newest sandbox, identified by host, pid and start time; empty before the first and after the run."""

    host: str
    pid: int
    started: int  # in ticks since boot
