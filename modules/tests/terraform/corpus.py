"""The corpus: small texts, each with what Terraform says of it and what the portal says of it.

A text begins with `=== name`, then come the two verdicts ("valid", or the first error with its place), the reason of a
difference if they differ, and the files. The content of an `escaped` file is a JSON string, for marks that an editor
would not keep.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "corpus"
HEAD = re.compile(r"terraform: (?P<terraform>.*)\nportal: (?P<portal>.*)\n(?:difference: (?P<difference>.*)\n)?")


@dataclass(frozen=True)
class Text:
    name: str
    terraform: str
    portal: str
    difference: str
    files: dict[str, str]


def texts() -> Iterator[Text]:
    for path in sorted(FOLDER.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("\n=== ")[1:]:
            name, _, rest = part.partition("\n")
            head = HEAD.match(rest)
            assert head, f"{path.name}: {name}"
            files = dict(map(_file, re.split(r"^--- ", rest[head.end() :], flags=re.MULTILINE)[1:]))
            yield Text(f"{path.stem}: {name}", head["terraform"], head["portal"], head["difference"] or "", files)


def _file(part: str) -> tuple[str, str]:
    path, _, text = part.partition("\n")
    return (path.removesuffix(" escaped"), json.loads(text)) if path.endswith(" escaped") else (path, text)
