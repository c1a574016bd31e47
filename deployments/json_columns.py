"""What the JSON columns of runs hold."""

from typing import TypeAlias, TypedDict

Phases: TypeAlias = dict[str, str]  # status → ISO time at which it was entered


class PlannedResource(TypedDict):
    """A resource that a plan changes; `action` is create, update, delete, replace or read."""

    address: str
    action: str


class ResourceProgress(PlannedResource):
    """A planned resource while Terraform applies: status waiting, running, done or failed."""

    status: str
    seconds: int  # since it was started


Progress: TypeAlias = list[ResourceProgress]  # in the order of the plan


class PlanCounts(TypedDict):
    """How many resources a plan creates, changes and destroys."""

    create: int
    change: int
    destroy: int


class Plan(PlanCounts):
    """What a run plans; the column is empty before that. The list may be cut, the counts are whole."""

    resources: list[PlannedResource]


class Process(TypedDict, total=False):
    """The sandbox of a run, which host, pid and start time name together; empty while none is running."""

    host: str
    pid: int
    started: int  # in ticks since boot
