"""Parses expressions of Terraform's native syntax.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from modules.terraform.syntax.expressions import (
    Attribute,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    List,
    Literal,
    Name,
    Object,
    Operation,
    Parentheses,
    Path,
    Splat,
)
from modules.terraform.syntax.scanner import Token
from modules.terraform.syntax.templates import Templates

PRECEDENCE = {
    operator: level
    for level, operators in enumerate((["||"], ["&&"], ["==", "!="], [">", ">=", "<", "<="], ["+", "-"], "*/%"))
    for operator in operators
}
WORDS = {"true": True, "false": False, "null": None}
NUMBER = re.compile(r"\d+(\.\d+)?([eE][+-]?\d+)?")


class Grammar(Templates):
    """Reads expressions."""

    def expression(self) -> Expression:
        self.deeper(1)
        line = self.line(self.next)
        found = self._operation()
        if self.skip("?"):
            yes = self.expression()
            self.expect(":")
            found = Conditional(found, yes, self.expression(), line)
        self.deeper(-1)
        return found

    def _operation(self) -> Expression:
        """Operands joined by operators; `waiting` are operations whose last operand is not known yet."""
        value = self._value()
        waiting: list[tuple[int, Operation]] = []
        while (kind := self.next.kind) in PRECEDENCE:
            level = PRECEDENCE[kind]
            while waiting and waiting[-1][0] > level:
                waiting[-1][1].operands.append(value)
                value = waiting.pop()[1]
            self.at += 1
            if waiting and waiting[-1][0] == level:
                waiting[-1][1].operands.append(value)
                waiting[-1][1].operators.append(kind)
            else:
                waiting.append((level, Operation([kind], [value], value.line)))
            value = self._value()
        for _, operation in reversed(waiting):
            operation.operands.append(value)
            value = operation
        return value

    def _value(self) -> Expression:
        value = self._term()
        steps = list(self._steps())
        return Path(value, steps, value.line) if steps else value

    def _term(self) -> Expression:
        token = self.next
        kind = token.kind
        if kind == "name":
            return self._named(self.take())
        if kind in ("quote", "heredoc"):
            return self.string(self.take())
        if kind == "number":
            return self._number(self.take())
        if kind in ("-", "!"):
            self.at += 1
            self.deeper(1)
            operation = Operation([kind], [self._value()], self.line(token))
            self.deeper(-1)
            return operation
        if kind not in ("(", "[", "{"):
            self.refuse()
        return {"(": self._parentheses, "[": self._list, "{": self._object}[kind](self.take())

    def _named(self, token: Token) -> Expression:
        name = self.words(token)
        if self.next.kind in ("(", "::"):
            while self.skip("::"):
                name = f"{name}::{self.words(self.expect('name'))}"
            return self._call(name, token)
        return Literal(WORDS[name], name, self.line(token)) if name in WORDS else Name(name, self.line(token))

    def _number(self, token: Token) -> Literal:
        word = self.words(token)
        try:
            if NUMBER.fullmatch(word):
                return Literal(Decimal(word), word, self.line(token))
        except InvalidOperation:
            pass
        return self.scanner.fail(f"“{word[:20]}” is not a number.", token.start)

    def _parentheses(self, token: Token) -> Expression:
        before = self._bracket()
        found = Parentheses(self.expression(), self.line(token))
        self._end(")", before)
        return found

    def _call(self, name: str, token: Token) -> Call:
        self.expect("(")
        call = Call(name, [], False, self.line(token))
        before = self._bracket()
        while self.next.kind != ")":
            call.arguments.append(self.expression())
            call.expands = self.skip("...")
            if call.expands or not self.skip(","):
                break
        self._end(")", before)
        return call

    def _list(self, token: Token) -> Expression:
        before = self._bracket()
        if self.is_word("for"):
            return self._for(token, "]", before)
        found = List([], self.line(token))
        while self.next.kind != "]":
            found.items.append(self.expression())
            if not self.skip(","):
                break
        self._end("]", before)
        return found

    def _object(self, token: Token) -> Expression:
        at, before = self.at, self._bracket()
        if self.is_word("for"):
            return self._for(token, "}", before)
        self.at, self.sees_lines = at, True
        found = Object([], self.line(token))
        while not self._is_over():
            key = self.expression()
            if not self.skip("="):
                self.expect(":")
            found.items.append((key, self.expression()))
            if self.next.kind != "}" and not self.skip(","):
                self.expect("newline")
        self._end("}", before)
        return found

    def _is_over(self) -> bool:
        while self.skip("newline"):
            pass
        return self.next.kind == "}"

    def _for(self, token: Token, closing: str, sees_lines: bool) -> For:
        self.at += 1
        names = self._names()
        over = self.expression()
        self.expect(":")
        key = None
        value = self.expression()
        if closing == "}":
            self.expect("=>")
            key, value = value, self.expression()
        groups = closing == "}" and self.skip("...")
        condition = None
        if self.is_word("if"):
            self.at += 1
            condition = self.expression()
        self._end(closing, sees_lines)
        return For(names, over, key, value, condition, groups, self.line(token))

    def _steps(self) -> Iterator[Attribute | Index | Splat]:
        while True:
            token = self.next
            if token.kind == ".":
                self.at += 1
                yield from self._dotted(token)
            elif token.kind == "[":
                self.at += 1
                yield self._bracketed(token)
            else:
                return

    def _dotted(self, token: Token) -> Iterator[Attribute | Index | Splat]:
        after = self.next
        if after.kind == "name":
            yield Attribute(self.words(self.take()), self.line(token))
        elif after.kind == "*":
            self.at += 1
            yield Splat(True, self.line(token))
        elif after.kind == "number" and not set(self.words(after)) & set("eE"):
            word = self.words(self.take())
            if "." in word:
                self.scanner.fail(
                    f"Two numbers cannot follow each other here. Write “[…][…]” for “.{word}”.", after.start
                )
            yield Index(Literal(Decimal(word), word, self.line(after)), self.line(token))
        else:
            self.refuse()

    def _bracketed(self, token: Token) -> Index | Splat:
        before = self._bracket()
        found = Splat(False, self.line(token)) if self.skip("*") else Index(self.expression(), self.line(token))
        self._end("]", before)
        return found
