"""Reads Terraform's native syntax into blocks; takes time and memory in proportion to the text.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from modules.terraform.syntax.blocks import Block, Value
from modules.terraform.syntax.expressions import plain
from modules.terraform.syntax.grammar import Grammar
from modules.terraform.syntax.scanner import DEEPEST, Token


class Reader(Grammar):
    """Finds blocks and attributes."""

    def file(self) -> Block:
        root = Block("", [], 1)
        self._body(root, "end")
        return root

    def _body(self, block: Block, end: str) -> None:
        """Read attributes and blocks, each on its own line, up to the token that ends them."""
        while self.next.kind != end:
            if self.skip("newline"):
                continue
            first = self.expect("name")
            if self.skip("="):
                self._attribute(block, first)
            else:
                self._block(block, first)
            if self.next.kind not in ("newline", "end"):
                self.refuse()

    def _attribute(self, block: Block, first: Token) -> None:
        start, name = self.next.start, self.words(first)
        tree = self.expression()
        end = self.tokens[self.at - 1].end
        line = self.scanner.line(first.start)
        if name in block.attributes:
            message = f"{name} is set twice in this block, first in line {block.attributes[name].line}. Keep one."
            self.scanner.fail(message, first.start)
        block.attributes[name] = Value(self.text[start:end], line, tree)

    def _block(self, outer: Block, first: Token) -> None:
        block = Block(self.words(first), [], self.scanner.line(first.start))
        while self.next.kind in ("name", "quote"):
            block.labels.append(self._label())
        if self.next.kind == "newline" and self._opens_below():
            self.scanner.fail("The opening “{” of a block must be on the line of its header.", first.start)
        self.expect("{")
        self.deeper(1)
        outer.blocks.append(block)
        if self.next.kind in ("newline", "}", "end"):
            self._body(block, "}")
        else:
            self._single(block)
        self.expect("}")
        self.deeper(-1)

    def _label(self) -> str:
        token = self.take()
        if token.kind == "name":
            return self.words(token)
        label = plain(self.string(token))
        if label is None:
            self.scanner.fail("A label of a block must be plain text, without “${”.", token.start)
        return label

    def _opens_below(self) -> bool:
        at = self.at
        while self.tokens[at].kind == "newline":
            at += 1
        return self.tokens[at].kind == "{"

    def _single(self, block: Block) -> None:
        """Read the one attribute of a block on one line."""
        first = self.expect("name")
        if not self.skip("="):
            self.scanner.fail("A block on one line can hold one attribute, not another block.", first.start)
        self._attribute(block, first)
        if self.next.kind != "}":
            self.scanner.fail("A block on one line holds one attribute, and its “}” must be on that line.", first.start)


def read_native(text: str, *, deepest: int = DEEPEST) -> Block:
    """Return a file as a block without a type; raises FileSyntaxError and nothing else."""
    return Reader(text, deepest).file()
