"""Changes of a module's inputs between two versions."""

import json
from collections.abc import Iterator

from modules.terraform import short_texts
from modules.terraform.schema import Schema, Validation, Variable, asked, is_ephemeral, is_hidden
from modules.terraform.types import Any_, Type, TypeSyntaxError, accepts, parse_type
from modules.terraform.validation_choices import choices_of
from modules.versions.change import Change, by_name, of_flag


def between(before: Schema, after: Schema) -> Iterator[Change]:
    """Yield the changes of inputs between two schemas."""
    return by_name(_asked(before), _asked(after), removed=_removed, added=_added, changed=_changed)


def _asked(schema: Schema) -> dict[str, Variable]:
    return {row["name"]: row for row in asked(schema)}


def _removed(name: str, row: Variable) -> Iterator[Change]:
    yield Change("Input removed", name, short_texts.of_input(row), "", "major")


def _added(name: str, row: Variable) -> Iterator[Change]:
    if row["required"]:
        yield Change("Input added, required", name, "", short_texts.of_input(row), "major")
    else:
        yield Change("Input added, optional", name, "", short_texts.of_input(row), "minor")


def _changed(name: str, old: Variable, new: Variable) -> Iterator[Change]:
    yield from _type(name, old, new)
    yield from _default(name, old, new)
    yield from of_flag("Input", "sensitive", name, before=old["sensitive"], after=new["sensitive"])
    yield from of_flag("Input", "ephemeral", name, before=is_ephemeral(old), after=is_ephemeral(new))
    yield from of_flag("Input", "nullable", name, before=old["nullable"], after=new["nullable"])
    yield from _shown(name, old, new)
    yield from _options(name, old, new)
    yield from _validations(name, old, new)


def _type(name: str, old: Variable, new: Variable) -> Iterator[Change]:
    if old["type"] == new["type"]:
        return
    try:
        before, after = parse_type(old["type"]), parse_type(new["type"])
        is_wider, is_narrower = accepts(after, before), accepts(before, after)
    except TypeSyntaxError:
        is_wider = is_narrower = False
    what = "Type widened" if is_wider and not is_narrower else "Type changed"
    yield Change(what, name, *short_texts.of_types(old, new), "minor" if is_wider else "major")


def _default(name: str, old: Variable, new: Variable) -> Iterator[Change]:
    if new["required"] and not old["required"]:
        yield Change("Input now required", name, *short_texts.of_defaults(old, new), "major")
    elif old["required"] and not new["required"]:
        yield Change("Input no longer required", name, *short_texts.of_defaults(old, new), "minor")
    elif not old["required"] and _as_written(old) != _as_written(new):
        yield Change("Default changed", name, *short_texts.of_defaults(old, new), "minor")


def _as_written(row: Variable) -> str:
    """A default as text, because Python's 1 and True are equal and their JSON is not."""
    return row.get("default_expression") or json.dumps(row["default"], sort_keys=True)


def _shown(name: str, old: Variable, new: Variable) -> Iterator[Change]:
    if is_hidden(new) and not is_hidden(old):
        yield Change("Input hidden from deployers", name, "asked", "publisher and admins only", "major")
    elif is_hidden(old) and not is_hidden(new):
        yield Change("Input shown to deployers", name, "publisher and admins only", "asked", "minor")


def _options(name: str, old: Variable, new: Variable) -> Iterator[Change]:
    before, after = _set(old.get("options", [])), _set(new.get("options", []))
    if before == after:
        return
    is_wider = not after or (bool(before) and before < after)
    what, bump = ("Options widened", "minor") if is_wider else ("Options narrowed", "major")
    yield Change(what, name, *short_texts.of_lists(old.get("options", []), new.get("options", [])), bump)


def _set(values: list) -> frozenset[str]:
    return frozenset(map(json.dumps, values))


def _validations(name: str, old: Variable, new: Variable) -> Iterator[Change]:
    """Changes of messages and of conditions, removed ones paired with added ones.

    A condition that only lists the options is skipped where the options changed.
    """
    before, after = _conditions(old), _conditions(new)
    for key in before.keys() & after.keys():
        if before[key]["error_message"] != after[key]["error_message"]:
            messages = short_texts.apart(before[key]["error_message"], after[key]["error_message"])
            yield Change("Validation message changed", name, *messages, "patch")
    options = _set(old.get("options", [])), _set(new.get("options", []))
    told = set(options) if options[0] != options[1] else set()
    gone = [row["condition"] for key, row in before.items() if key not in after and key not in told]
    come = [row["condition"] for key, row in after.items() if key not in before and key not in told]
    pairs = min(len(gone), len(come))
    for first, second in zip(gone[:pairs], come[:pairs], strict=True):
        yield Change("Validation changed", name, *short_texts.apart(first, second), "major")
    for condition in gone[pairs:]:
        yield Change("Validation removed", name, short_texts.cut(condition), "", "minor")
    for condition in come[pairs:]:
        yield Change("Validation added", name, "", short_texts.cut(condition), "major")


def _conditions(row: Variable) -> dict[str | frozenset[str], Validation]:
    """Validations by their requirement: the set of choices where they only list them, else the condition's text."""
    rules = row.get("validations", [])
    if not rules:
        return {}
    try:
        kind: Type = parse_type(row["type"])
    except TypeSyntaxError:
        kind = Any_()
    return {
        _set(choices_of(rule["condition"], row["name"], kind)) or " ".join(rule["condition"].split()): rule
        for rule in rules
    }
