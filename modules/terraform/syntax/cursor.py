"""A place in the tokens of a text, and what may come next there."""

from typing import NoReturn

from modules.terraform.syntax.scanner import DEEPEST, Scanner, Token, TooDeep

OPENING, CLOSING = ("(", "[", "{", "${", "%{"), (")", "]", "}", "~}", "}$")


class Cursor:
    """Walks over tokens; `sees_lines` is whether a new line ends what is read."""

    def __init__(self, text: str, deepest: int = DEEPEST) -> None:
        self.text, self.deepest = text, deepest
        self.scanner = Scanner(text, deepest)
        self.tokens = self.scanner.tokens()
        self.at = self.depth = 0
        self.sees_lines = True

    @property
    def next(self) -> Token:
        token = self.tokens[self.at]
        if token.kind == "newline" and not self.sees_lines:
            while self.tokens[self.at].kind == "newline":
                self.at += 1
            token = self.tokens[self.at]
        return token

    def take(self) -> Token:
        token = self.next
        self.at += token.kind != "end"
        return token

    def skip(self, kind: str) -> bool:
        if self.next.kind != kind:
            return False
        self.at += 1
        return True

    def expect(self, kind: str) -> Token:
        if self.next.kind != kind:
            self.refuse()
        return self.take()

    def words(self, token: Token) -> str:
        return self.text[token.start : token.end]

    def line(self, token: Token) -> int:
        return self.scanner.line(token.start)

    def is_word(self, word: str) -> bool:
        return self.next.kind == "name" and self.words(self.next) == word

    def refuse(self) -> NoReturn:
        """Fail at the next token."""
        token = self.next
        if token.kind == "end" and (start := self._never_closed()) is not None:
            self.scanner.fail("What starts here is never closed: the file ends before it does.", start)
        shown = self.words(token).strip().split("\n")[0][:20]
        found = f"“{shown}”" if shown else f"the end of the {'file' if token.kind == 'end' else 'line'}"
        self.scanner.fail(f"Terraform's syntax does not allow {found} here.", token.start)

    def _never_closed(self) -> int | None:
        """The place of the first bracket that is open at the end of the text."""
        opened: list[int] = []
        for token in self.tokens:
            if token.kind in OPENING:
                opened.append(token.start)
            elif token.kind in CLOSING and opened:
                opened.pop()
        return opened[0] if opened else None

    def deeper(self, by: int) -> None:
        self.depth += by
        if self.depth > self.deepest:
            raise TooDeep(self.deepest, self.scanner.line(self.next.start))

    def _bracket(self, sees_lines: bool = False) -> bool:
        before, self.sees_lines = self.sees_lines, sees_lines
        return before

    def _end(self, kind: str, sees_lines: bool) -> None:
        """Take a closing bracket; whether the line after it counts is what it was before the bracket."""
        if self.next.kind != kind:
            self.refuse()
        self.at += 1
        self.sees_lines = sees_lines

    def _names(self) -> tuple[str, ...]:
        names = [self.words(self.expect("name"))]
        if self.skip(","):
            names.append(self.words(self.expect("name")))
        if not self.is_word("in"):
            self.refuse()
        self.at += 1
        return tuple(names)
