"""A tolerant reader of Terraform's native syntax: blocks, labels, attributes and lines, without reading expressions.

For files that python-hcl2 refuses and Terraform accepts. It tokenises the text once and tracks brackets on an explicit
stack instead of recursion, so it takes linear time. In expressions it only checks which tokens may follow each other,
so that plain mistakes are still refused.
Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from bisect import bisect_right
from dataclasses import dataclass

from modules.terraform.blocks import Block, Value

DEEPEST = 100  # levels of nested brackets, blocks and templates
TOKEN = re.compile(
    r"""
    (?P<blank>[ \t\r]+|(?:\#|//)[^\n]*|/\*.*?\*/)
  | (?P<unclosed>/\*)
  | (?P<newline>\n)
  | (?P<heredoc><<-?(?=[^\W\d]))
  | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
  | (?P<name>[\w\u0080-\U0010ffff][\w\u0080-\U0010ffff-]*)
  | (?P<quote>")
  | (?P<mark>\.\.\.|&&|\|\||==|!=|<=|>=|=>|::|[][(){}=.,:?+*/%!<>-])
    """,
    re.VERBOSE | re.DOTALL,
)
MARKER = re.compile(r"<<-?([\w\u0080-\U0010ffff-]+)\r?\n")
TEXT = re.compile(r'(?:[^"\\\n$%]+|\\.|\$\$\{|%%\{|\$(?!\{)|%(?!\{))+')
CLOSING = {"(": ")", "[": "]", "{": "}", "${": "}"}
OPENING = frozenset(CLOSING) - {"${"}
ENDS = frozenset({"name", "number", "string", ")", "]", "}", "..."})  # what may be the last token of a value
BEGINS = frozenset({"name", "number", "string", "!", "-"}) | OPENING  # what may be the first
INFIX = frozenset({"+", "*", "/", "%", "&&", "||", "==", "!=", "<", ">", "<=", ">=", "?", ":", "=>", "::", "="})
WORDS = frozenset({"for", "in", "if"})  # may precede or follow a value without an operator


class TolerantError(ValueError):
    """The text is not Terraform's native syntax; `line` says where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class TooDeep(TolerantError):
    """Brackets, blocks or templates are nested too deeply."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: str  # name, number, string, newline, end, or the mark itself
    start: int
    end: int


class Scanner:
    """Splits a text into tokens; a string or heredoc with all of its templates is one token."""

    def __init__(self, text: str, deepest: int = DEEPEST) -> None:
        self.text, self.deepest = text, deepest
        self.at = 0
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line(self, position: int) -> int:
        return bisect_right(self.starts, position)

    def error(self, message: str, position: int) -> TolerantError:
        return TolerantError(message, self.line(position))

    def tokens(self) -> list[Token]:
        """Return every token of the text; raises TolerantError."""
        found: list[Token] = []
        while self.at < len(self.text):
            token = self._next()
            if token is not None:
                found.append(token)
        return [*found, Token("end", self.at, self.at)]

    def _next(self) -> Token | None:
        match, start = TOKEN.match(self.text, self.at), self.at
        if match is None:
            raise self.error(f"“{self.text[start]}” is not allowed here.", start)
        self.at, kind = match.end(), match.lastgroup or ""
        if kind == "blank":
            return None
        if kind == "unclosed":
            raise self.error("A comment that starts here is never closed.", start)
        if kind == "quote":
            self._string(start)
        elif kind == "heredoc":
            self._heredoc(start)
        elif kind == "name" and not match[0].replace("-", "_").isidentifier():
            raise self.error(f"“{match[0][:20]}” is not a name.", start)
        kind = {"quote": "string", "heredoc": "string", "mark": match[0]}.get(kind, kind)
        return Token(kind, start, self.at)

    def _heredoc(self, start: int) -> None:
        marker = MARKER.match(self.text, start)
        if marker is None:
            raise self.error("A heredoc starts with its marker and a new line.", start)
        line = bisect_right(self.starts, marker.end()) - 1
        while line < len(self.starts):
            begin = self.starts[line]
            end = self.starts[line + 1] - 1 if line + 1 < len(self.starts) else len(self.text)
            if self.text[begin:end].strip() == marker[1]:
                self.at = end
                return
            line += 1
        raise self.error("A heredoc that starts here is never closed.", start)

    def _string(self, start: int) -> None:
        """Advance past the closing quote; `opened` is the stack of open quotes, brackets and templates."""
        opened = ['"']
        while opened:
            if len(opened) > self.deepest:
                raise TooDeep(f"This is nested deeper than {self.deepest} levels.", self.line(start))
            if opened[-1] == '"':
                self._in_text(opened, start)
            else:
                self._in_template(opened, start)

    def _in_text(self, opened: list[str], start: int) -> None:
        if match := TEXT.match(self.text, self.at):
            self.at = match.end()
        if self.text.startswith(("${", "%{"), self.at):
            opened.append("${")
            self.at += 2
        elif self.text.startswith('"', self.at):
            opened.pop()
            self.at += 1
        else:
            raise self.error("A string that starts here is never closed.", start)

    def _in_template(self, opened: list[str], start: int) -> None:
        if self.text.startswith("~", self.at):  # strips the blanks beside a template
            self.at += 1
            return
        match = TOKEN.match(self.text, self.at)
        if match is None or match.lastgroup == "unclosed":
            raise self.error("A template that starts here is never closed.", start)
        position, self.at = self.at, match.end()
        mark = match[0]
        if match.lastgroup == "quote":
            opened.append('"')
        elif match.lastgroup == "heredoc":
            self._heredoc(position)
        elif mark in OPENING:
            opened.append(mark)
        elif match.lastgroup == "mark" and mark in ")]}":
            if CLOSING.get(opened[-1]) != mark:
                raise self.error(f"“{mark}” closes nothing.", position)
            opened.pop()


class Reader:
    """Finds blocks and attributes in tokens; `blocks` is the stack of open blocks, the file itself first."""

    def __init__(self, text: str, deepest: int) -> None:
        self.text, self.deepest = text, deepest
        self.scanner = Scanner(text, deepest)
        self.tokens = self.scanner.tokens()
        self.at = 0
        self.blocks = [Block("", [], 1)]

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def read(self) -> list[Block]:
        while self.token.kind != "end":
            if self.token.kind == "newline":
                self.at += 1
            elif self.token.kind == "}" and len(self.blocks) > 1:
                self.at += 1
                self.blocks.pop()
                self._end_of_line()
            elif self.token.kind == "name":
                self._item()
            else:
                raise self._unexpected()
        if len(self.blocks) > 1:
            raise TolerantError("A block that starts here is never closed.", self.blocks[-1].line)
        return self.blocks[0].blocks

    def _item(self) -> None:
        first = self.token
        line = self.scanner.line(first.start)
        self.at += 1
        if self.token.kind == "=":
            self.at += 1
            value = Value(self._expression(), line)
            self.blocks[-1].attributes.setdefault(self._text(first), value)
            self._end_of_line()
            return
        labels = []
        while self.token.kind in ("name", "string"):
            labels.append(self._text(self.token).strip('"'))
            self.at += 1
        if self.token.kind != "{":
            raise self._unexpected()
        self.at += 1
        block = Block(self._text(first), labels, line)
        self.blocks[-1].blocks.append(block)
        self.blocks.append(block)
        self._check_depth(0)

    def _expression(self) -> str:
        """Read a value up to the end of its line or the closing brace of its block, and return its text."""
        start, before = self.at, Token("=", 0, 0)
        opened: list[str] = []
        while True:
            token = self.token
            if not opened and token.kind in ("newline", "end", "}"):
                break
            if token.kind == "newline" and opened[-1] != "{":
                self.at += 1
                continue
            self._check(before, token, opened)
            if token.kind in OPENING:
                opened.append(token.kind)
                self._check_depth(len(opened))
            elif token.kind in (")", "]", "}"):
                opened.pop()
            before = self._as_seen(before, token)
            self.at += 1
        if before.kind not in ENDS:
            raise self._unexpected()
        return self.text[self.tokens[start].start : before.end]

    def _check(self, before: Token, token: Token, opened: list[str]) -> None:
        """Refuse a token that cannot follow the one before it."""
        kind, inside = token.kind, opened[-1] if opened else ""
        if kind == "end" or (kind in (")", "]", "}") and CLOSING.get(inside) != kind):
            raise self._unexpected()
        if before.kind == "newline" or kind == "newline":
            return
        if kind in ("=", "=>") and inside != "{":
            raise self._unexpected()
        if before.kind in ENDS:
            is_right = kind not in BEGINS or kind in ("(", "[", "-") or self._is_word(before) or self._is_word(token)
        elif before.kind == ".":
            is_right = kind in ("name", "number", "*", "[")
        else:
            is_empty = before.kind in OPENING or before.kind == ","
            is_right = kind in BEGINS or (is_empty and kind in (")", "]", "}")) or (before.kind == "[" and kind == "*")
        if not is_right:
            raise self._unexpected()

    def _as_seen(self, before: Token, token: Token) -> Token:
        """The token that the next one is checked against.

        The star of `a.*` and `a[*]` counts as a name; a new line after an operator or a comma is ignored.
        """
        if token.kind == "*" and before.kind in (".", "["):
            return Token("name", token.start, token.end)
        if token.kind == "newline" and before.kind not in ENDS:
            return before
        return token

    def _is_word(self, token: Token) -> bool:
        return token.kind == "name" and self._text(token) in WORDS

    def _end_of_line(self) -> None:
        if self.token.kind not in ("newline", "end", "}"):
            raise self._unexpected()

    def _check_depth(self, opened: int) -> None:
        if len(self.blocks) + opened > self.deepest:
            message = f"This is nested deeper than {self.deepest} levels."
            raise TooDeep(message, self.scanner.line(self.token.start))

    def _text(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def _unexpected(self) -> TolerantError:
        shown = self._text(self.token).strip()[:20]
        found = f"“{shown}”" if shown else f"the end of the {'file' if self.token.kind == 'end' else 'line'}"
        return self.scanner.error(f"Terraform's syntax does not allow {found} here.", self.token.start)


def read_blocks(text: str, *, deepest: int = DEEPEST) -> list[Block]:
    """Return the top-level blocks of native syntax, in the shape of `modules.terraform.blocks.read_hcl`.

    Takes time and memory in proportion to the text. Raises TolerantError and nothing else.
    """
    return Reader(text, deepest).read()
