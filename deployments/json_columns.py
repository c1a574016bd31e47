"""Types of the JSON columns of runs."""

from typing import Any, NotRequired, TypeAlias, TypedDict

MOST_RESOURCES = 500
InputErrors: TypeAlias = dict[str, list[str]]  # variable → what Terraform said of its value, without secrets
Phases: TypeAlias = dict[str, str]  # status → ISO time at which it was entered


class PlannedResource(TypedDict):
    """A resource in a plan; `action` is Terraform's: create, update, delete, replace or read."""

    address: str
    action: str


class ResourceProgress(PlannedResource):
    """A planned resource during apply: status waiting, running, done or failed."""

    status: str
    seconds: int  # since it was started


Progress: TypeAlias = list[ResourceProgress]  # in the order of the plan


class PlanCounts(TypedDict):
    """How many resources a plan or an apply creates, changes and destroys."""

    create: int
    change: int
    destroy: int


class Plan(PlanCounts):
    """The plan of a run; the column is empty before it. `resources` may be cut off, the counts are complete.

    `applied` is what Terraform counted at the end of the apply. It is less than planned when a change depended on a
    value that was unknown before the apply and then stayed the same.
    """

    resources: list[PlannedResource]
    applied: NotRequired[PlanCounts]


class Standing(TypedDict):
    """What existed when a run ended: how many resources, at most MOST_RESOURCES of their addresses, and the outputs.

    `outputs` are by name, sensitive ones without their value.
    """

    count: int
    addresses: list[str]
    outputs: dict[str, Any]


class Process(TypedDict, total=False):
    """A run's newest sandbox, identified by host, pid and start time; empty before the first and after the run."""

    host: str
    pid: int
    started: int  # in ticks since boot
