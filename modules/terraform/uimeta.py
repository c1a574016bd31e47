"""The `{{UIMeta …}}` tag in a variable's description (docs.radmodules.dev): how the form shows the variable."""

import re
from dataclasses import dataclass, field

TAG = re.compile(r"(?<![ \t])[ \t]*+\{\{[ \t]*+UIMeta\b((?:[^\n{}]|\{(?!\{)|\}(?!\}))*+)\}\}", re.IGNORECASE)
IGNORED = ("notradmanaged",)  # for projects that RAD itself manages, of which the portal has none
WHOLE = re.compile(r"-?\d{1,6}")


@dataclass
class UIMeta:
    """The contents of a tag; `problems` are sentences about parts that were not used."""

    group: int | None = None
    order: int | None = None
    updatesafe: bool = False
    options: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def split(description: str) -> tuple[str, UIMeta]:
    """Return the description without its tags, and the contents of the first tag."""
    found = TAG.findall(description)
    if not found:
        return description.strip(), UIMeta()
    meta = _read(found[0])
    if len(found) > 1:
        meta.problems.append("There is more than one UIMeta tag. The first one is used.")
    return TAG.sub("", description).strip(), meta


def _read(text: str) -> UIMeta:
    meta, seen = UIMeta(), set()
    # A blank around "=" or after a comma does not end a value.
    for sign in "=,":
        text = sign.join(part.strip() for part in text.split(sign))
    for word in text.split():
        key, _, value = word.partition("=")
        key = key.lower()
        if key in seen:
            meta.problems.append(f"The UIMeta key {key} is given twice. The first one is used.")
            continue
        seen.add(key)
        _set(meta, key, value)
    return meta


def _set(meta: UIMeta, key: str, value: str) -> None:
    if key in ("group", "order"):
        if WHOLE.fullmatch(value):
            setattr(meta, key, int(value))
        else:
            meta.problems.append(f"The UIMeta key {key} needs a whole number, not “{value}”.")
    elif key == "updatesafe":
        meta.updatesafe = value.lower() not in ("false", "no", "0")
    elif key == "options":
        meta.options = [option for option in value.split(",") if option]
    elif key not in IGNORED:
        meta.problems.append(f"The UIMeta key {key} is unknown.")
