"""A schema's inputs and resources as the pages of a module show them."""

from dataclasses import dataclass
from operator import itemgetter

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from foundation.paragraphs import counted
from modules.pages.markdown import light
from modules.terraform.form_steps import form_steps
from modules.terraform.literals import to_hcl
from modules.terraform.schema import Resource, Schema, Variable, as_seen, is_ephemeral
from modules.terraform.short_texts import shown_type

LONGEST_DEFAULT = 80  # characters


@dataclass(frozen=True)
class Input:
    name: str
    type: str
    description: str
    default: str  # blank when it is required
    required: bool
    sensitive: bool
    ephemeral: bool = False

    @property
    def about(self) -> SafeString:
        """The description as HTML, after "Sensitive." or "Asked for each run." where that is true."""
        note = "Asked for each run." if self.ephemeral else "Sensitive." if self.sensitive else ""
        return format_html_join(" ", "{}", ((text,) for text in (note, light(self.description)) if text))


@dataclass(frozen=True)
class Group:
    """A step of the form, under the same title."""

    title: str
    is_hidden: bool
    inputs: list[Input]


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
    def summary(self) -> str:
        return f"{self.required_count:,} required, {self.count - self.required_count:,} optional"

    @property
    def has_headings(self) -> bool:
        """Whether the groups have headings: there are several, or one is hidden from deployers."""
        return len(self.groups) > 1 or any(group.is_hidden for group in self.groups)


def inputs_of(schema: Schema, *, with_hidden: bool) -> Inputs:
    """The inputs by group, in the order of the form; the hidden group only for those who may see it."""
    shown = as_seen(schema, sees_hidden=with_hidden)
    steps = form_steps(shown["variables"])
    return Inputs([Group(step.title, step.is_hidden, list(map(_input, step.variables))) for step in steps])


def resources_of(schema: Schema) -> dict[str, list[Resource]]:
    """The resources and data sources by type, both in alphabetical order."""
    found: dict[str, list[Resource]] = {}
    for row in sorted(schema["resources"], key=itemgetter("address")):
        found.setdefault(row["address"].rpartition(".")[0], []).append(row)
    return found


def summary_of(resources: dict[str, list[Resource]]) -> str:
    """The number of resources and of their types: "3 resources of 2 types"; blank without any."""
    number = sum(map(len, resources.values()))
    return f"{counted(number, 'resource')} of {counted(len(resources), 'type')}" if number else ""


def link(address: object) -> str:
    """The URL if it is safe to link to, else blank."""
    return address if isinstance(address, str) and address.startswith(("https://", "http://")) else ""


def _input(variable: Variable) -> Input:
    default = "" if variable["required"] else variable.get("default_expression") or to_hcl(variable["default"])
    if variable["sensitive"] and not variable["required"]:
        default = "hidden"
    return Input(
        name=variable["name"],
        type=shown_type(variable),
        description=variable["description"],
        default=default if len(default) <= LONGEST_DEFAULT else f"{default[:LONGEST_DEFAULT]}…",
        required=variable["required"],
        sensitive=variable["sensitive"],
        ephemeral=is_ephemeral(variable),
    )
