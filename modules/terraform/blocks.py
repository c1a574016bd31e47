"""Terraform's two syntaxes as one tree of blocks: native HCL by python-hcl2, and its JSON form.

Runs in the parse process; knows neither Django nor the file system.
"""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import hcl2
from lark import Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

from modules.terraform.literals import DEEPEST, parse_literal

# Blocks that are read, by enclosing block, with their number of labels, which JSON syntax does not show.
NESTED = {
    "": {
        "variable": 1,
        "output": 1,
        "resource": 2,
        "data": 2,
        "ephemeral": 2,
        "module": 1,
        "provider": 1,
        "terraform": 0,
        "moved": 0,
        "locals": 0,
        "removed": 0,
        "import": 0,
        "check": 1,
        "action": 2,
    },
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0},
    "variable": {"validation": 0},
    "resource": {"provisioner": 1},
    "removed": {"provisioner": 1},
    "check": {"data": 2},
}
OPENED = re.compile(r"^[A-Za-z_][^\n#]*[{(\[][ \t]*$", re.MULTILINE)
NUL = "This file contains a NUL character. Save it as plain text."


class FileSyntaxError(ValueError):
    """The file is not valid Terraform; `line` and `code` are those of its finding."""

    def __init__(self, message: str, line: int, code: str = "syntax") -> None:
        super().__init__(message)
        self.line, self.code = line, code


@dataclass
class Value:
    """An attribute's expression: its source text, and how to read it as a literal."""

    text: str
    line: int
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


def read_hcl(text: str) -> list[Block]:
    """Return the top-level blocks of native syntax; raises FileSyntaxError."""
    try:
        tree = hcl2.parses_to_tree(text)
    except UnexpectedInput as error:
        raise _syntax_error(text, error) from error
    except (LarkError, RecursionError) as error:
        raise FileSyntaxError(f"This file cannot be read: {type(error).__name__}.", 1) from error
    try:
        return _body(Block("", [], 1), tree.children[0], text).blocks
    except RecursionError as error:
        raise FileSyntaxError("This file is nested too deeply.", 1) from error


def read_json(text: str) -> list[Block]:
    """Return the top-level blocks of a `.tf.json` file; raises FileSyntaxError."""
    try:
        content = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        json.dumps(content, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise FileSyntaxError(f"This is not valid JSON: {error.msg}.", error.lineno) from error
    except ValueError as error:  # half a surrogate pair, or a number out of range
        raise FileSyntaxError(f"This file contains a value that cannot be stored: {error}.", 1) from error
    except RecursionError as error:
        raise FileSyntaxError("This file is nested too deeply.", 1) from error
    if _is_deep(content, DEEPEST):
        raise FileSyntaxError("This file is nested too deeply.", 1)
    if "\\u0000" in text:
        raise FileSyntaxError(NUL, text[: text.index("\\u0000")].count("\n") + 1)
    if not isinstance(content, dict | list):
        raise FileSyntaxError("A .tf.json file must contain one JSON object.", 1)
    root = Block("", [], 1)
    for part in _each(content):
        _json_body(root, part, text)
    return root.blocks


def _is_deep(content: Any, levels: int) -> bool:
    if not isinstance(content, dict | list):
        return False
    parts = content.values() if isinstance(content, dict) else content
    return levels == 0 or any(_is_deep(part, levels - 1) for part in parts)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in Terraform")


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _syntax_error(text: str, error: UnexpectedInput) -> FileSyntaxError:
    token = getattr(error, "token", None)
    if token is not None and token.type == "$END":
        opened = OPENED.findall(text)
        line = text[: text.rfind(opened[-1])].count("\n") + 1 if opened else 1
        return FileSyntaxError("A block that starts here is never closed: the file ends before it does.", line)
    shown = str(token if token is not None else text[error.pos_in_stream or 0 :]).split("\n")[0].strip()[:20]
    found = f"“{shown}”" if shown else "the end of the line"
    return FileSyntaxError(f"Terraform's syntax does not allow {found} at column {error.column}.", error.line)


def _body(block: Block, body: Tree, text: str) -> Block:
    for child in body.children:
        if child.data == "attribute":
            name, expression = str(child.children[0].children[0]), child.children[-1]
            source = text[expression.meta.start_pos : expression.meta.end_pos].strip()
            block.attributes.setdefault(name, Value(source, child.meta.line))
        elif child.data == "block":
            block.blocks.append(_block(child, text))
    return block


def _block(tree: Tree, text: str) -> Block:
    parts = [part for part in tree.children if isinstance(part, Tree) and part.data != "new_line_or_comment"]
    words = [_word(part) for part in parts[:-1]]
    return _body(Block(words[0], words[1:], tree.meta.line), parts[-1], text)


def _word(part: Tree) -> str:
    return "".join(str(token) for token in part.scan_values(lambda item: isinstance(item, Token))).strip('"')


def _json_body(block: Block, content: dict, text: str) -> None:
    nested = NESTED.get(block.type, {})
    for name, value in content.items():
        if name in nested:
            for part in _each(value):
                block.blocks += _json_blocks(name, [], part, nested[name], text)
        elif block.type and name != "//":
            shown = value if isinstance(value, str) else json.dumps(value)
            block.attributes[name] = Value(_bare(shown), block.line, known=value, is_json=True)


def _json_blocks(kind: str, labels: list[str], content: dict, missing: int, text: str) -> list[Block]:
    if missing:
        return [
            block
            for label, inner in content.items()
            if label != "//"
            for part in _each(inner)
            for block in _json_blocks(kind, [*labels, label], part, missing - 1, text)
        ]
    block = Block(kind, labels, _line(text, labels[-1] if labels else kind))
    _json_body(block, content, text)
    return [block]


def _each(content: Any) -> list[dict]:
    """The objects in `content`: JSON syntax allows a list in place of a block, for several with the same labels."""
    return [part for part in (content if isinstance(content, list) else [content]) if isinstance(part, dict)]


def _bare(text: str) -> str:
    whole = text.startswith("${") and text.endswith("}") and text.count("${") == 1
    return text[2:-1] if whole else text


def _line(text: str, name: str) -> int:
    position = text.find(f"{json.dumps(name)}:")
    return text[: position if position >= 0 else max(text.find(json.dumps(name)), 0)].count("\n") + 1
