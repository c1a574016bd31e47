"""Terraform's two syntaxes as one tree of blocks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from modules.terraform.literals import parse_literal
from modules.terraform.syntax.expressions import Expression


@dataclass
class Value:
    """An attribute's expression: its source text, its tree, and how to read it as a literal."""

    text: str
    line: int
    tree: Expression
    known: object = None
    is_json: bool = False

    def literal(self) -> Any:
        """Return the JSON value; raises NotLiteral when Terraform would have to evaluate it."""
        return self.known if self.is_json else parse_literal(self.text)


@dataclass
class Block:
    type: str
    labels: list[str]
    line: int
    attributes: dict[str, Value] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)

    def walk(self) -> Iterator["Block"]:
        """Yield the block itself and all blocks inside it."""
        yield self
        for block in self.blocks:
            yield from block.walk()

    def all(self, kind: str) -> list["Block"]:
        return [block for block in self.blocks if block.type == kind]
