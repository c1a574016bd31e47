"""Where the parts of a nested value stand in a form: the names of their inputs, and what people hear.

The inputs of `in-users` are `in-users.0.name`; a colon begins what is no part of the value: `:set` (the editor is
open, or has just been opened), `:row`, `:key`, `:blank`, `:dropped` (a part was just taken away). Neither a dot nor a
colon can be in a name of Terraform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deployments.inputs import values

LEVELS = 6  # of editors inside each other; what is deeper is written in JSON or HCL
OPENED = "new"  # the mark of a row or editor for which Add was pressed


@dataclass(frozen=True)
class Spot:
    """Where an editor stands: `name` begins the names of its inputs, `label` is what people hear."""

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
    """The posted inputs whose names begin alike."""

    value: str | None = None
    marks: dict[str, str] = field(default_factory=dict)
    parts: dict[str, "Branch"] = field(default_factory=dict)

    def part(self, key: str) -> "Branch":
        return self.parts.get(key) or Branch()

    def rows(self) -> list["Branch"]:
        numbers = sorted(int(key) for key in self.parts if key.isdecimal() and key.isascii() and len(key) < 6)
        return [row for number in numbers if "row" in (row := self.part(str(number))).marks]


def branch_of(data: Mapping[str, Any], name: str) -> Branch | None:
    """What was posted for the editor `name`, read once; None when the editor was not on the page."""
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
    return root if "set" in root.marks else None


def singular(words: str) -> str:
    """What one of many is called: users → user, policies → policy; the same word where English is not so simple."""
    if words.endswith("ies"):
        return f"{words[:-3]}y"
    if words.endswith(("sses", "xes", "ches", "shes")):
        return words[:-2]
    return words[:-1] if words.endswith("s") and not words.endswith(("ss", "us", "is")) else words
