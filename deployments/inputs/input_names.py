"""Names and labels of the inputs of a nested value.

The inputs of `in-users` are named like `in-users.0.name`. A colon begins a mark, which is no part of the value: `:set`
(the editor is open, or was just opened), `:row`, `:key`, `:blank`, `:dropped` (a part was just removed). Terraform's
names contain neither dot nor colon.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.inputs import values

LEVELS = 6  # of nested editors; deeper values are typed as JSON or HCL
OPENED = "new"  # the mark of a row or editor for which Add was pressed


@dataclass(frozen=True)
class Spot:
    """An editor's place in the form: `name` prefixes the names of its inputs, `label` is its accessible name."""

    name: str
    label: str

    def part(self, key: str) -> "Spot":
        return Spot(f"{self.name}.{key}", f"{self.label}, {key.replace('_', ' ')}")

    def element(self, at: int) -> "Spot":
        return Spot(f"{self.name}.{at}", f"{self.label}, element {at + 1}")

    def row(self, at: int) -> "Spot":
        before, comma, last = self.label.rpartition(", ")
        if last[-1:].isdecimal():
            return self.element(at)
        return Spot(f"{self.name}.{at}", f"{before}{comma}{singular(last)} {at + 1}")


@dataclass
class Branch:
    """The posted inputs that share a prefix, as a tree."""

    value: str | None = None
    marks: dict[str, str] = field(default_factory=dict)
    parts: dict[str, "Branch"] = field(default_factory=dict)

    def part(self, key: str) -> "Branch":
        return self.parts.get(key) or Branch()

    def rows(self) -> list["Branch"]:
        numbers = sorted(int(key) for key in self.parts if key.isdecimal() and key.isascii() and len(key) < 6)
        return [row for number in numbers if "row" in (row := self.part(str(number))).marks]


def branch_of(data: Mapping[str, Any], name: str) -> Branch | None:
    """The post of the editor `name` as a tree, built in one pass; None when the editor was not on the page."""
    if f"{name}:set" not in data:
        return None
    root = Branch()
    for key in data:
        if key.startswith((f"{name}.", f"{name}:")):
            path, _, mark = key.removeprefix(name).partition(":")
            found = root
            for part in path.split(".", LEVELS + 1)[1:]:
                found = found.parts.setdefault(part, Branch())
            if mark:
                found.marks[mark] = values.lines(data[key])
            else:
                found.value = values.lines(data[key])
    return root


def singular(words: str) -> str:
    """The singular of a plural: users → user, policies → policy; other words are returned unchanged."""
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    if words.endswith(("sses", "xes", "ches", "shes")):
        return words[:-2]
    return words[:-1] if words.endswith("s") and not words.endswith(("ss", "us", "is")) else words
