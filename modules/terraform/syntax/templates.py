"""Parses strings of Terraform's native syntax, with the templates in them.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from abc import ABC, abstractmethod

from modules.terraform.syntax.cursor import Cursor
from modules.terraform.syntax.expressions import Directive, Expression, Template
from modules.terraform.syntax.scanner import Token

ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Templates(Cursor, ABC):
    """Reads strings and heredocs."""

    @abstractmethod
    def expression(self) -> Expression:
        """Read the expression that comes next."""

    def string(self, token: Token) -> Template:
        """Read a string whose beginning is `token`."""
        found = Template([], self.line(token), is_heredoc=token.kind == "heredoc")
        self._parts(found.parts, found.is_heredoc, ("unquote",))
        return found

    def _parts(self, parts: list, is_heredoc: bool, ends: tuple[str, ...]) -> str:
        """Read parts of a template up to the token or the directive that ends them; returns which it was."""
        self.deeper(1)
        while True:
            token = self.take()
            if token.kind == "text":
                words = self.words(token)
                parts.append(self._text(words, token.start, is_heredoc))
            elif token.kind == "${":
                parts.append(self._inside())
            elif token.kind == "%{":
                word = self._directive(parts, is_heredoc, ends)
                if word in ends:
                    self.deeper(-1)
                    return word
            else:
                if "unquote" not in ends:
                    self.scanner.fail(f"A template needs “%{{ {ends[0]} }}” before its string ends.", token.start)
                self.deeper(-1)
                return "unquote"

    def _inside(self) -> Expression:
        before = self._bracket()
        found = self.expression()
        self._end("}$", before)
        return found

    def _directive(self, parts: list, is_heredoc: bool, ends: tuple[str, ...]) -> str:
        """Read `%{ … }`, with all that belongs to it; returns its word."""
        before, token = self._bracket(), self.next
        word = self.words(self.expect("name"))
        if word not in ("if", "for", *ends):
            self.scanner.fail(f"A template cannot have “%{{ {word[:20]} }}” here.", token.start)
        names = self._names() if word == "for" else ()
        value = self.expression() if word in ("if", "for") else None
        self._end("}$", before)
        if value is not None:
            directive = Directive(value, names, [], self.line(token))
            parts.append(directive)
            last = self._parts(directive.parts, is_heredoc, ("endfor",) if names else ("endif", "else"))
            if last == "else":
                self._parts(directive.parts, is_heredoc, ("endif",))
        return word

    def _text(self, text: str, at: int, is_heredoc: bool) -> str:
        if not is_heredoc and "\\" in text:
            text = ESCAPE.sub(lambda match: self._unescaped(match, at), text)
        return text.replace("$${", "${").replace("%%{", "%{")

    def _unescaped(self, match: re.Match, at: int) -> str:
        short, long, simple = match.groups()
        code = int(short or long or "0", 16)
        if simple in ESCAPES or (not simple and code < 0x110000 and not 0xD800 <= code < 0xE000):
            return ESCAPES[simple] if simple else chr(code or 0xFFFD)  # a NUL cannot be stored
        shown = match[0]
        return self.scanner.fail(
            f"“{shown}” is not an escape sequence. Write “\\\\” for a backslash.", at + match.start()
        )
