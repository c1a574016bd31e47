"""A schema as the module page shows it."""

from dataclasses import dataclass, field
from operator import itemgetter

from modules.terraform.literals import to_hcl
from modules.terraform.schema import HIDDEN_GROUP, without_hidden
from modules.terraform.short_texts import without_defaults

LONGEST_DEFAULT = 80  # characters


@dataclass(frozen=True)
class Input:
    name: str
    type: str
    description: str
    default: str  # blank when it is required
    required: bool
    sensitive: bool


@dataclass
class Group:
    """
    A step of the form, named as there: `number` is the group's, None for inputs without one, which come last; `at`
    counts the steps from 1.
    """

    number: int | None
    at: int
    inputs: list[Input] = field(default_factory=list)

    @property
    def title(self) -> str:
        if self.is_hidden:
            return "Publisher and admins only"
        return "More inputs" if self.number is None else f"Step {self.at}"

    @property
    def is_hidden(self) -> bool:
        return self.number == HIDDEN_GROUP


@dataclass(frozen=True)
class Inputs:
    groups: list[Group]

    @property
    def required_count(self) -> int:
        return sum(each.required for group in self.groups for each in group.inputs)

    @property
    def count(self) -> int:
        return sum(len(group.inputs) for group in self.groups)

    @property
    def optional_count(self) -> int:
        return self.count - self.required_count


def inputs_of(schema: dict, *, with_hidden: bool) -> Inputs:
    """The inputs by group, in the order of the form; the hidden group only for those who may see it."""
    shown = schema if with_hidden else without_hidden(schema)
    groups: dict[int | None, Group] = {}
    for variable in sorted(shown["variables"], key=_position):
        number = variable["group"]
        groups.setdefault(number, Group(number, len(groups) + 1)).inputs.append(_input(variable))
    return Inputs(list(groups.values()))


def resources_of(schema: dict) -> dict[str, list[dict]]:
    """The resources and data sources by type, both in alphabetical order."""
    found: dict[str, list[dict]] = {}
    for row in sorted(schema["resources"], key=itemgetter("address")):
        found.setdefault(row["address"].rpartition(".")[0], []).append(row)
    return found


def link(address) -> str:
    """An address that is safe to link to, else blank."""
    is_web = isinstance(address, str) and address.startswith(("https://", "http://"))
    return address if is_web else ""


def _position(variable: dict) -> tuple:
    group, order = variable["group"], variable["order"]
    return group is None, group or 0, order is None, order or 0


def _input(variable: dict) -> Input:
    default = "" if variable["required"] else variable.get("default_expression") or to_hcl(variable["default"])
    if variable["sensitive"] and not variable["required"]:
        default = "hidden"
    return Input(
        name=variable["name"],
        type=without_defaults(variable["type"]) if variable["sensitive"] else variable["type"],
        description=variable["description"],
        default=default if len(default) <= LONGEST_DEFAULT else f"{default[:LONGEST_DEFAULT]}…",
        required=variable["required"],
        sensitive=variable["sensitive"],
    )
