"""Parses HCL's literal values without evaluation: defaults, descriptions, values that people type."""

import json
import re
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

DEEPEST = 50  # levels of nesting
LONGEST_NUMBER = 300  # characters
TOKEN = re.compile(
    r"""
    (?P<blank>[\s\ufeff]+|\#[^\n]*|//[^\n]*|/\*.*?\*/)
  | (?P<heredoc><<(?P<flush>-?)(?P<mark>[A-Za-z_][\w.-]*)\r?\n(?P<body>(?:.*?\r?\n)??)[ \t]*(?P=mark)(?=\s*(?:\n|$)))
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<number>-?\s*\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>[^\W\d][\w-]*)
  | (?P<mark_of>[][(){}=:,])
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(r'\\(?:([nrt"\\])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))', re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
TEMPLATE = re.compile(r"(?<!\$)(?:\$\$)*\$\{|(?<!%)(?:%%)*%\{")
OTHER = "other"
WORDS = {"true": True, "false": False, "null": None}


class NotLiteral(ValueError):
    """The text is not a literal value: an expression, a template, or not HCL at all."""


@dataclass(frozen=True)
class Token:
    kind: str  # string, number, name, or the mark itself; "end" at the end, OTHER for a part of an expression
    value: object = None
    start: int = field(default=0, compare=False)  # its place in the text
    end: int = field(default=0, compare=False)


def tokens(text: str, *, with_others: bool = False) -> list[Token]:
    """Split HCL text into tokens, without blanks and comments.

    A part that is no literal, such as an operator or a template, is a token of its own `with_others`; otherwise raises
    NotLiteral.
    """
    found, position = [], 0
    while position < len(text):
        match, start = TOKEN.match(text, position), position
        if match is not None and match["blank"] is not None:
            position = match.end()
            continue
        try:
            if match is None:
                raise NotLiteral(f"{text[position : position + 20]!r} is not a literal value")
            token, position = _token(match), match.end()
        except NotLiteral:
            if not with_others:
                raise
            position = _end_of_other(text, start, match)
            token = Token(OTHER, text[start:position])
        found.append(replace(token, start=start, end=position))
    return [*found, Token("end", start=len(text), end=len(text))]


def _end_of_other(text: str, start: int, match: re.Match | None) -> int:
    if text[start] == '"':
        return _end_of_template(text, start)
    return match.end() if match else start + 1


def _end_of_template(text: str, start: int) -> int:
    """The position after a quoted template, whose expressions may hold quotes and braces."""
    opened, position = ['"'], start + 1
    while opened:
        if position >= len(text):
            raise NotLiteral("a string is never closed")
        mark, size = text[position], 1
        if opened[-1] != '"':
            if mark in '{"':
                opened.append(mark)
            elif mark == "}":
                opened.pop()
        elif mark == '"':
            opened.pop()
        elif mark == "\\" or text.startswith(("$${", "%%{"), position):
            size = 2 if mark == "\\" else 3
        elif text.startswith(("${", "%{"), position):
            opened.append("{")
            size = 2
        position += size
    return position


def parse_literal(text: str) -> Any:
    """Return the JSON value of HCL literal text; raises NotLiteral for anything that needs evaluation."""
    reader = Reader(tokens(text))
    value = reader.value()
    reader.expect("end")
    return value


def to_hcl(value: Any) -> str:
    """Return a JSON value as one line of HCL."""
    if isinstance(value, dict):
        inner = ", ".join(f"{key_to_hcl(name)} = {to_hcl(item)}" for name, item in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(to_hcl(item) for item in value)}]"
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else text


class Reader:
    """Reads values from tokens, one after the other."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.next
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, kind: str) -> Token:
        token = self.take()
        if token.kind != kind:
            raise NotLiteral(f"expected {kind}, found {token.value if token.value is not None else token.kind}")
        return token

    def skip(self, kind: str) -> bool:
        if self.next.kind != kind:
            return False
        self.take()
        return True

    def value(self) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotLiteral(f"nested deeper than {DEEPEST} levels")
        value = self._value(self.take())
        self.depth -= 1
        return value

    def _value(self, token: Token) -> Any:
        if token.kind in ("string", "number"):
            return token.value
        if token.kind == "name" and token.value in WORDS:
            return WORDS[token.value]
        if token.kind == "[":
            return self._list()
        if token.kind == "{":
            return self._object()
        if token.kind == "(":
            value = self.value()
            self.expect(")")
            return value
        raise NotLiteral(
            "it ends too early" if token.kind == "end" else f"{token.value or token.kind} is not a literal value"
        )

    def _list(self) -> list:
        items = []
        while not self.skip("]"):
            items.append(self.value())
            if self.next.kind != "]":
                self.expect(",")
        return items

    def _object(self) -> dict:
        items = {}
        while not self.skip("}"):
            key = self._object_key()
            if not self.skip("="):
                self.expect(":")
            items[key] = self.value()
            self.skip(",")
        return items

    def _object_key(self) -> str:
        if self.next.kind == "(":
            return str(self.value())
        token = self.take()
        if token.kind not in ("name", "string", "number"):
            raise NotLiteral("it ends too early" if token.kind == "end" else f"{token.kind} cannot be a key")
        return str(token.value)


def _token(match: re.Match) -> Token:
    if match["heredoc"] is not None:
        return Token("string", _plain(_flush(match["body"]) if match["flush"] else match["body"]))
    if match["string"] is not None:
        return Token("string", _unquoted(match["string"][1:-1]))
    if match["number"] is not None:
        return Token("number", _number("".join(match["number"].split())))
    if match["name"] is not None:
        return Token("name", match["name"])
    return Token(match["mark_of"])


def _number(text: str) -> int | float:
    if len(text) > LONGEST_NUMBER or abs(Decimal(text).adjusted()) > LONGEST_NUMBER:
        raise NotLiteral("a number is out of range")
    number = Decimal(text)
    return int(number) if number == number.to_integral_value() else float(number)


def _unquoted(text: str) -> str:
    return ESCAPE.sub(_unescape, _plain(text))


def _unescape(match: re.Match) -> str:
    simple, short, long, unknown = match.groups()
    if simple:
        return ESCAPES[simple]
    code = int(short or long or "0", 16)
    if unknown or not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        raise NotLiteral(f"{match[0]} is not an escape sequence")
    return chr(code)


def _plain(text: str) -> str:
    """Refuse templates, and unescape `$${` and `%%{` to `${` and `%{` (HCL's native syntax, "Template Literals")."""
    if TEMPLATE.search(text.replace("$${", "").replace("%%{", "")):
        raise NotLiteral("a template is not a literal value")
    return text.replace("$${", "${").replace("%%{", "%{")


def _flush(body: str) -> str:
    """Strip the indentation that all lines share; blank lines do not count (HCL: flush heredocs)."""
    lines = body.splitlines(keepends=True)
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    least = min(indents, default=0)
    return "".join(line[least:] if line.strip() else line for line in lines)


def key_to_hcl(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z_][\w-]*", name) else to_hcl(name)
