"""Splits Terraform's native syntax into tokens, in one pass, with the templates inside its strings.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from bisect import bisect_right
from typing import NamedTuple, NoReturn

DEEPEST = 100  # levels of nested brackets, blocks and templates
CODE = re.compile(
    r"""
    (?P<blank>[ \t]+|/\*.*?\*/)
  | (?P<newline>(?:(?:\#|//)[^\n]*|\r?)\n)
  | (?P<comment>(?:\#|//)[^\n]*)
  | (?P<unclosed>/\*)
  | (?P<heredoc><<-?[^\W\d][\w-]*\r?\n)
  | (?P<number>\d+(?:(?:\.|[eE][+-]?(?=\d))*\d)*)
  | (?P<name>[\w\u0080-\U0010ffff][\w\u0080-\U0010ffff-]*)
  | (?P<quote>")
  | (?P<brace>~?\}|\{)
  | (?P<mark>\.\.\.|&&|\|\||==|!=|<=|>=|=>|::|[][()=.,:?+*/%!<>-])
    """,
    re.VERBOSE | re.DOTALL,
)
QUOTED = re.compile(r'(?:[^"\\\r\n$%]++|\\[^\r\n]|\$\$\{|%%\{|[$%](?!\{))++')
LINE = re.compile(r"(?:[^\r\n$%]++|\$\$\{|%%\{|[$%](?!\{)|\r(?!\n))++|\r?\n")
# letters that Python does not take in names, or not first, as they change when they are normalised (Unicode TR 31)
CHANGING = "\u037a\u0e33\u0eb3\u309b\u309c\ufdfa\ufdfb\ufe70\ufe72\ufe74\ufe76\ufe78\ufe7a\ufe7c\ufe7e\uff9e\uff9f"
ALSO = str.maketrans(dict.fromkeys("-", "_") | dict.fromkeys([*CHANGING, *map(chr, range(0xFC5E, 0xFC64))], "a"))
OPENING = re.compile(r"[$%]\{~?")


class FileSyntaxError(ValueError):
    """The file is not valid Terraform; `line` and `code` are those of its finding."""

    def __init__(self, message: str, line: int, code: str = "syntax") -> None:
        super().__init__(message)
        self.line, self.code = line, code


class TooDeep(FileSyntaxError):
    """Brackets, blocks or templates are nested too deeply."""

    def __init__(self, deepest: int, line: int) -> None:
        super().__init__(f"This is nested deeper than {deepest} levels.", line, "nesting")


class Token(NamedTuple):
    """A part of the text.

    `kind` is name, number, newline, end (of the file), a mark itself, or one of a string's parts: quote and heredoc
    (its beginning), text, "${" and "%{" (a template's beginning), "}$" (a template's end), unquote (its end).
    """

    kind: str
    start: int
    end: int


class Scanner:
    """`modes` are the strings and templates that are open: a heredoc's marker, a quote, or a count of open braces."""

    def __init__(self, text: str, deepest: int = DEEPEST) -> None:
        self.text, self.deepest = text, deepest
        self.at = 0
        self.found: list[Token] = []
        self.modes: list[int | str] = [0]
        self.opened: list[int] = [0]
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line(self, position: int) -> int:
        return bisect_right(self.starts, position)

    def fail(self, message: str, position: int) -> NoReturn:
        raise FileSyntaxError(message, self.line(position))

    def tokens(self) -> list[Token]:
        """Return every token of the text; raises FileSyntaxError."""
        while self.at < len(self.text) or len(self.modes) > 1:
            mode = self.modes[-1]
            if self.at >= len(self.text):
                kind = "template" if isinstance(mode, int) else "heredoc" if mode != '"' else "string"
                self.fail(f"A {kind} that starts here is never closed.", self.opened[-1])
            if isinstance(mode, int):
                self._code()
            elif mode == '"':
                self._quoted()
            else:
                self._heredoc(mode)
        return [*self.found, Token("end", self.at, self.at)]

    def _code(self) -> None:
        """Read up to the next string, or the end of the template that this code is in."""
        text, size, at, match, add = self.text, len(self.text), self.at, CODE.match, self.found.append
        while at < size:
            token = match(text, at)
            if token is None:
                self.fail(_strange(text[at]), at)
            start, at, kind = at, token.end(), token.lastgroup
            if kind in ("blank", "comment"):
                continue
            if kind == "mark":
                add(Token(token[0], start, at))
            elif kind in ("newline", "number"):
                add(Token(kind, start, at))
            elif kind == "name":
                add(Token(kind, start, self._name(start, at)))
            else:
                self.at = at
                if self._special(str(kind), start):
                    return
        self.at = at

    def _name(self, start: int, end: int) -> int:
        name = self.text[start:end]
        if not name.isascii() and not name.translate(ALSO).isidentifier():
            self.fail(
                f"“{ascii(name[:20])[1:-1]}” is not a name."
                if not name.isprintable()
                else f"“{name[:20]}” is not a name.",
                start,
            )
        return end

    def _special(self, kind: str, start: int) -> bool:
        """Add a brace or the beginning of a string; whether what follows is no longer this code."""
        if kind == "unclosed":
            self.fail("A comment that starts here is never closed.", start)
        if kind == "brace":
            return self._brace(start)
        self.found.append(Token(kind, start, self.at))
        self._open('"' if kind == "quote" else self.text[start : self.at].strip("<-\r\n"), start)
        return True

    def _brace(self, start: int) -> bool:
        mark, inside, count = self.text[start : self.at], len(self.modes) > 1, int(self.modes[-1])
        if mark == "~}" and (count or not inside):
            self.fail(_strange("~"), start)
        if mark == "{":
            self.modes[-1] = count + 1
        elif count or not inside:
            self.modes[-1] = max(count - 1, 0)
        else:
            self.modes.pop()
            self.opened.pop()
            self.found.append(Token("}$", start, self.at))
            return True
        self.found.append(Token(mark, start, self.at))
        return False

    def _open(self, mode: int | str, start: int) -> None:
        self.modes.append(mode)
        self.opened.append(start)
        if len(self.modes) > self.deepest:
            raise TooDeep(self.deepest, self.line(start))

    def _close(self, kind: str, start: int) -> None:
        self.modes.pop()
        self.opened.pop()
        self.found.append(Token(kind, start, self.at))

    def _quoted(self) -> None:
        start, text = self.at, QUOTED.match(self.text, self.at)
        if text:
            self.at = text.end()
            self.found.append(Token("text", start, self.at))
        elif self.text[start] == '"':
            self.at += 1
            self._close("unquote", start)
        elif not self._template():
            self.fail("A quoted string must end on its line. Use “\\n” or a heredoc.", self.opened[-1])

    def _template(self) -> bool:
        opening = OPENING.match(self.text, self.at)
        if opening is None:
            return False
        start, self.at = self.at, opening.end()
        self.found.append(Token(opening[0][:2], start, self.at))
        self._open(0, start)
        return True

    def _heredoc(self, marker: str) -> None:
        """Read the text of a heredoc up to a template or its end; its marker counts only at the start of a line."""
        start = self.at
        while self.at < len(self.text):
            if self.text[self.at - 1] == "\n" and self._ends(marker, start):
                return
            piece = LINE.match(self.text, self.at)
            if piece is None:
                break
            self.at = piece.end()
        if self.at > start:
            self.found.append(Token("text", start, self.at))
        elif self.at < len(self.text):
            self._template()

    def _ends(self, marker: str, start: int) -> bool:
        line = bisect_right(self.starts, self.at)
        end = self.starts[line] - 1 if line < len(self.starts) else len(self.text)
        if end - self.at > len(marker) + 200 or self.text[self.at : end].strip() != marker:
            return False
        if self.at > start:
            self.found.append(Token("text", start, self.at))
        at, self.at = self.at, end - (self.text[end - 1] == "\r")
        self._close("unquote", at)
        return True


def _strange(mark: str) -> str:
    if not mark.isprintable():
        return f"The invisible character U+{ord(mark):04X} is not allowed here. Remove it."
    if mark in "'‘’“”`":
        return f"“{mark}” is not allowed here. Put strings in double quotes."
    return f"“{mark}” is not allowed here."
