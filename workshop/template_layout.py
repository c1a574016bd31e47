"""Layout of templates (docs/styleguide.md, 25): a djlint rule that checks it, a command that fixes the indentation.

One block tag or block-level element a line; each line is indented by two spaces for each open element and block tag.
Attributes that do not fit have a line each; ">" comes after the last or on a new line. The content of <pre> and
<textarea> is text and stays as it is.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STEP = 2
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TEXTUAL = {"pre", "textarea", "script", "style"}
BLOCK_LEVEL = {
    *("address", "article", "aside", "blockquote", "body", "dd", "details", "dialog", "div", "dl", "dt", "fieldset"),
    *("figure", "footer", "form", "h1", "h2", "h3", "h4", "head", "header", "hr", "html", "legend", "li", "main"),
    *("nav", "ol", "optgroup", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
    *("thead", "tr", "ul"),
}
MIDDLE = {"else", "elif", "empty"}
OPENS, CLOSES = re.compile(r"{%\s*(?:if|for|with)\b"), re.compile(r"{%\s*end")
BACK = re.compile(r"{%\s*(?:end\w+|else|elif|empty)\b")
TOKEN = re.compile(
    r"""
    (?P<comment>{\#.*?\#}|{%\s*comment\b.*?endcomment\s*%}|<!.*?>)
    |{%\s*(?P<tag>\w+).*?%}
    |{{.*?}}
    |</(?P<end>[a-z][\w-]*)\s*>
    |<(?P<start>[a-z][\w-]*)
      (?:{%.*?%}|{{.*?}}|"(?:{%.*?%}|{{.*?}}|[^"])*"|'(?:{%.*?%}|{{.*?}}|[^'])*'|[^>"'])*?(?P<closed>/)?>
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass
class Layout:
    """Parses a template: `depths` is the nesting of each line by number, except in text; `faults` are violations."""

    text: str
    faults: list[tuple[int, str]] = field(default_factory=list)  # line and message
    depths: dict[int, int] = field(default_factory=dict)
    _open: list[tuple[str, int]] = field(default_factory=list)  # name and line of open elements and tags

    def __post_init__(self) -> None:
        self._paired = set(re.findall(r"{%\s*end(\w+)", self.text))
        self._textual: set[int] = set()
        self._line, at = 1, 0
        while match := TOKEN.search(self.text, at):
            self._note_lines(match.start(), at)
            self._read(match)
            at = self._after(match)
        self._note_lines(len(self.text), at)
        self.depths = {number: depth for number, depth in self.depths.items() if number not in self._textual}
        self._check_indentation()

    def _note_lines(self, end: int, start: int) -> None:
        """Record the depth of the lines between two tokens, and of the token's line: what is open there."""
        for _ in range(self.text.count("\n", start, end)):
            self._line += 1
            self.depths[self._line] = len(self._open)
        self.depths.setdefault(self._line, len(self._open))

    def _read(self, match: re.Match[str]) -> None:
        name = match["tag"]
        if name in MIDDLE or name in self._paired:
            self._read_block(match, name)
        elif name and name.startswith("end"):
            self._read_block(match, name)
            self._close(match, name.removeprefix("end"))
        elif match["end"]:
            self._close(match, match["end"])
        elif match["start"]:
            self._read_start(match)

    def _read_block(self, match: re.Match[str], name: str) -> None:
        is_whole = name in ("block", "endblock") and "endblock" in self._line_of(match)
        is_attribute = "<" not in self.text and '="' in self.text  # an include within a tag that only holds attributes
        if not is_whole and not is_attribute and self._line_of(match).strip() != match.group():
            self._fault(f"{{% {name} %}} has its line to itself.")
        if name in MIDDLE and self._begins_line(match):
            self.depths[self._line] = len(self._open) - 1
        if name in self._paired:
            self._open.append((name, self._line))

    def _read_start(self, match: re.Match[str]) -> None:
        name = match["start"]
        if name in BLOCK_LEVEL and not self._begins_line(match):
            self._fault(f"<{name}> begins a line.")
        if name not in VOID and not match["closed"]:
            self._open.append((name, self._line))

    def _close(self, match: re.Match[str], name: str) -> None:
        opened, line = self._open.pop() if self._open else ("", 0)
        if opened != name:
            self._fault(f"{name} ends here, but what is open is {opened or 'nothing'}.")
        if self._begins_line(match):
            self.depths[self._line] = len(self._open)
        elif name in BLOCK_LEVEL - TEXTUAL and line != self._line:
            self._fault(f"</{name}> begins a line, as it opened on another one.")

    def _after(self, match: re.Match[str]) -> int:
        """Returns where to continue: after the token, or at the end of an element whose white space counts."""
        self._read_attributes(match.group().split("\n")[1:])
        if match["start"] not in TEXTUAL:
            return match.end()
        end = self.text.find(f"</{match['start']}", match.end())
        first, self._line = self._line + 1, self._line + self.text.count("\n", match.end(), end)
        self._textual.update(range(first, self._line + 1))
        return end

    def _read_attributes(self, lines: list[str]) -> None:
        """Record the depth of a tag's lines after its first: attributes, or block tags around them."""
        depth = self.depths[self._line]
        inside = depth + 1
        for text in map(str.strip, lines):
            self._line += 1
            self.depths[self._line] = depth if text == ">" else inside - bool(BACK.match(text))
            inside += len(OPENS.findall(text)) - len(CLOSES.findall(text))

    def _line_of(self, match: re.Match[str]) -> str:
        start = self.text.rfind("\n", 0, match.start()) + 1
        return self.text[start : match.end()] + self.text[match.end() :].partition("\n")[0]

    def _begins_line(self, match: re.Match[str]) -> bool:
        return not self.text[self.text.rfind("\n", 0, match.start()) + 1 : match.start()].strip()

    def _fault(self, message: str) -> None:
        self.faults.append((self._line, message))

    def _check_indentation(self) -> None:
        for number, line in enumerate(self.text.split("\n"), 1):
            wanted = " " * STEP * self.depths.get(number, 0)
            if number in self.depths and line.strip() and line != wanted + line.lstrip():
                self.faults.append((number, f"Indent by {len(wanted)} spaces."))

    def mended(self) -> str:
        """Returns the text with correct indentation."""
        return "\n".join(
            f"{' ' * STEP * self.depths[number]}{line.strip()}".rstrip() if number in self.depths else line
            for number, line in enumerate(self.text.split("\n"), 1)
        )


def run(*, rule: Mapping, html: str, **_: object) -> Sequence[Mapping[str, str]]:
    """Entry point that djlint calls for each template."""
    lines = html.split("\n")
    return [
        {"code": rule["name"], "line": f"{number}:0", "match": lines[number - 1].strip()[:20], "message": message}
        for number, message in sorted(Layout(html).faults)
    ]


def templates(folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(Path(folder).rglob("*.html"))


if __name__ == "__main__":
    for path in templates(sys.argv[1:]):
        path.write_text(Layout(path.read_text()).mended())
