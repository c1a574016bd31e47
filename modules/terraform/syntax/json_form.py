"""Reads Terraform's JSON syntax into blocks.

Which properties are blocks, and how many labels they have, comes from the shapes of Terraform's blocks.
Source: https://developer.hashicorp.com/terraform/language/syntax/json
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, NoReturn

from modules.terraform.literals import DEEPEST
from modules.terraform.syntax.blocks import Block, Value
from modules.terraform.syntax.expressions import Expression, List, Literal, Object, Template
from modules.terraform.syntax.grammar import Grammar
from modules.terraform.syntax.scanner import FileSyntaxError, Token
from modules.terraform.syntax.shapes import ROOT, Shape

NUL = "This file contains a NUL character. Save it as plain text."
LITERAL = frozenset(
    ["default", "description", "deprecated", "sensitive", "nullable", "ephemeral", "const", "required_version"]
)
# arguments whose strings are expressions without "${": types, addresses and words
PLAIN = frozenset(
    [
        "type",
        "language",
        "provider",
        "providers",
        "depends_on",
        "ignore_changes",
        "replace_triggered_by",
        "when",
        "on_failure",
        "from",
        "to",
        "events",
        "actions",
        "configuration_aliases",
    ]
)
REQUIRED, ALIASES = "required_providers", "configuration_aliases"
STRING = re.compile(r'("(?:[^"\\]|\\.)*+")\s*+(:)?')
Read = Callable[[str, int], Expression]


class Pairs(dict):
    """An object of a JSON text; `pairs` has its properties as they are written, also those that come twice."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs

    def twice(self) -> str:
        """A property that comes twice; blank if there is none."""
        counts = Counter(name for name, _ in self.pairs) if len(self) < len(self.pairs) else {}
        return next((name for name, count in counts.items() if count > 1), "")


class Inline(Grammar):
    """Reads an expression inside a string of the file, all of it on one line of the file."""

    def __init__(self, text: str, line: int) -> None:
        self.at_line = line
        try:
            super().__init__(text)
        except FileSyntaxError as error:
            raise FileSyntaxError(str(error), line, error.code) from error

    def line(self, token: Token) -> int:
        return self.at_line

    def whole(self) -> Expression:
        """The expression that the whole text is."""
        return self._at_line(self.expression)

    def template(self) -> Template:
        """The template in a heredoc that the whole text is."""
        return self._at_line(lambda: self.string(self.take()))

    def _at_line(self, read: Callable[[], Any]) -> Any:
        try:
            found = read()
            while self.skip("newline"):
                pass
            self.expect("end")
        except FileSyntaxError as error:
            raise FileSyntaxError(str(error), self.at_line, error.code) from error
        return found


def read_json(text: str) -> Block:
    """Return a file as a block without a type; raises FileSyntaxError."""
    content = _content(text)
    if not isinstance(content, Pairs | list):
        raise FileSyntaxError("A .tf.json file must contain one JSON object.", 1)
    reader = Reader(text)
    root = Block("", [], 1)
    for part in reader.objects(content, "", 1):
        reader.body(root, part, ROOT)
    return root


def _content(text: str) -> Any:
    try:
        content = json.loads(text, parse_constant=_no_number, parse_float=_finite, object_pairs_hook=Pairs)
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
    return content


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


class Reader:
    """Makes blocks and expressions of JSON values; JSON has no lines, so each has the line of its block."""

    def __init__(self, text: str) -> None:
        self.lines = _lines(text)

    def body(self, block: Block, content: Pairs, shape: Shape) -> None:
        for name, value in content.pairs:
            if name == "//":
                continue
            if name in shape.blocks:
                for found in self.blocks(name, [], value, shape.blocks[name], block.line):
                    block.blocks.append(found)
            elif name in block.attributes and not shape.is_open:
                raise FileSyntaxError(f"“{name}” is set twice here. Keep one.", block.line)
            else:
                is_own = name in (*shape.needs, *shape.takes)
                read = self._plain if is_own and name in PLAIN else self._template
                read = self._literal if block.type == REQUIRED or (is_own and name in LITERAL) else read
                block.attributes[name] = self._value(value, block.line, read)

    def blocks(self, kind: str, labels: list[str], content: Any, shape: Shape, line: int) -> Iterator[Block]:
        """The blocks under a property, whose labels are the names of the objects in it."""
        if len(labels) < len(shape.labels):
            found = [(label, inner) for part in self.objects(content, kind, line) for label, inner in part.pairs]
            if not found:
                raise FileSyntaxError(f"“{kind}” needs an object with a name for each block.", line)
            for label, inner in found:
                yield from self.blocks(kind, [*labels, label], inner, shape, self._line(label))
            return
        for part in self.objects(content, kind, line):
            block = Block(kind, labels, self._line(labels[-1] if labels else kind))
            self.body(block, part, shape)
            yield block

    def objects(self, content: Any, kind: str, line: int) -> list[Pairs]:
        """The objects in `content`: a list in place of a block is several with the same labels."""
        parts = content if isinstance(content, list) else [] if content is None else [content]
        if not all(isinstance(part, Pairs) for part in parts):
            raise FileSyntaxError(f"“{kind or 'This file'}” needs an object in braces, or a list of them.", line)
        return parts

    def _value(self, value: Any, line: int, read: Read) -> Value:
        shown = value if isinstance(value, str) else json.dumps(value)
        return Value(_bare(shown), line, self._tree(value, line, read), known=value, is_json=True)

    def _tree(self, value: Any, line: int, read: Read) -> Expression:
        if isinstance(value, str):
            return read(value, line)
        if isinstance(value, list):
            return List([self._tree(item, line, read) for item in value], line)
        if isinstance(value, Pairs):
            if value.twice():
                raise FileSyntaxError(f"“{value.twice()}” comes twice in one object. Keep one.", line)
            return Object([self._pair(key, item, line, read) for key, item in value.items()], line)
        number = Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else value
        return Literal(number, json.dumps(value), line)

    def _pair(self, key: str, value: Any, line: int, read: Read) -> tuple[Expression, Expression]:
        name = self._literal(key, line) if read == self._literal else self._template(key, line)
        return name, self._tree(value, line, self._plain if key == ALIASES and read == self._literal else read)

    def _literal(self, text: str, line: int) -> Expression:
        return Template([text], line)

    def _template(self, text: str, line: int) -> Expression:
        if "${" not in text and "%{" not in text:
            return Template([text], line)
        marker = "E"
        while marker in text:
            marker += "_"
        parts = Inline(f"<<{marker}\n{text}\n{marker}\n", line).template().parts
        if isinstance(parts[-1], str):  # the new line before the marker
            parts[-1:] = [parts[-1][:-1]] if len(parts[-1]) > 1 else []
        return Template(parts, line)

    def _plain(self, text: str, line: int) -> Expression:
        return Inline(text, line).whole()

    def _line(self, name: str) -> int:
        return self.lines.get(name, 1)


def _lines(text: str) -> dict[str, int]:
    """The first line of each property, by its name."""
    found: dict[str, int] = {}
    line, last = 1, 0
    for match in STRING.finditer(text):
        line, last = line + text.count("\n", last, match.start()), match.start()
        if match[2]:
            found.setdefault(json.loads(match[1]), line)
    return found


def _bare(text: str) -> str:
    whole = text.startswith("${") and text.endswith("}") and text.count("${") == 1
    return text[2:-1] if whole else text
