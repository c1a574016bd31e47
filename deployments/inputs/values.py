"""Values of variables: typed text to JSON values and back, without losing a digit or a space."""

import json
import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from modules.terraform.literals import NotLiteral, parse_literal
from modules.terraform.types import Any_, Collection, Object, Primitive, Tuple_, Type

BLANK = object()  # nothing was given: the default applies, or the part is left out
MAX_TEXT = 256 * 1024  # characters of one JSON or HCL value
MAX_DEPTH = 50
# Terraform computes with 512 bits; sixty characters with an exponent of two digits stay exact in them.
NUMBER = re.compile(r"[+-]?(\d++(?:\.\d*+)?|\.\d++)([eE][+-]?\d{1,2})?", re.ASCII)
NUMBER_LENGTH = 60
BOOLS = {"true": True, "1": True, "false": False, "0": False}  # texts that Terraform converts


class BadValue(ValueError):
    """The typed text is not a value; the message is a sentence for people."""


def number(text: str) -> int | float | str:
    """The number in `text`: an int when it is whole, otherwise a float when that is exact.

    A number with more digits than a float can hold is returned as text, which Terraform converts exactly.
    Raises BadValue.
    """
    text = text.strip()
    if not is_number(text):
        raise BadValue(f"“{text[:NUMBER_LENGTH]}” is not a number.")
    exact = Fraction(text)
    if exact.denominator == 1:
        return exact.numerator
    rounded = float(text)
    return rounded if Fraction(repr(rounded)) == exact else text


def is_number(text: str) -> bool:
    return len(text) <= NUMBER_LENGTH and NUMBER.fullmatch(text) is not None


def boolean(text: str) -> bool:
    """The boolean in `text`, `true` or `false` in any case; raises BadValue."""
    try:
        return {"true": True, "false": False}[text.strip().lower()]
    except KeyError:
        raise BadValue(f"“{text}” is not true or false.") from None


def lines(text: str) -> str:
    """`text` with LF as line end; browsers show CR LF and CR as line ends, too, and send CR LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


READERS: dict[str, Callable[[str], Any]] = {"string": str, "number": number, "bool": boolean}


def read(text: str) -> Any:
    """The value of `text`, which is JSON or a literal of HCL; raises BadValue with the reason."""
    if len(text) > MAX_TEXT:
        raise BadValue(f"The value is longer than {MAX_TEXT // 1024} KB.")
    try:
        value = json.loads(
            text, parse_float=_exact, parse_int=_exact, parse_constant=_refuse, object_pairs_hook=_distinct
        )
    except json.JSONDecodeError as error:
        value = _read_hcl(text, error)
    except RecursionError:
        raise BadValue(f"The value is nested deeper than {MAX_DEPTH} levels.") from None
    _check(value, MAX_DEPTH)
    return value


def read_as(text: str, kind: Type) -> Any:
    """The value of `text`, in JSON or HCL, checked against `kind`; raises BadValue with the reason."""
    value = read(lines(text))
    if reason := mismatch(value, kind):
        raise BadValue(reason)
    return value


def show(value: Any) -> str:
    """A string as it is, a number without exponent where that is short, anything else as indented JSON."""
    if isinstance(value, float) and len(text := number_text(value)) <= NUMBER_LENGTH:
        return text
    return value if isinstance(value, str) else show_json(value)


def number_text(number: float) -> str:
    """A number as Terraform writes it in a string: without exponent."""
    exact = Decimal(repr(number))
    return format(exact.to_integral_value() if exact == exact.to_integral_value() else exact, "f")


def show_json(value: Any) -> str:
    """Indented JSON, or one line where the indented text would be longer than `read` takes."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= MAX_TEXT else json.dumps(value, ensure_ascii=False)


def show_line(value: Any) -> str:
    """A string as it is, anything else as one line of JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def mismatch(value: Any, kind: Type, where: str = "The value") -> str:
    """Why Terraform cannot convert `value` to `kind`, as a sentence that names the part; blank when it can."""
    if value is None or isinstance(kind, Any_):
        return ""
    if isinstance(kind, Primitive):
        return "" if _converts(value, kind.name) else f"{where} is not a {kind.name}."
    if isinstance(kind, Collection) and kind.kind == "map" or isinstance(kind, Object):
        return _keys_mismatch(value, kind, where) if isinstance(value, dict) else f"{where} is not {_word(kind)}."
    if not isinstance(value, list):
        return f"{where} is not {_word(kind)}."
    if isinstance(kind, Tuple_) and len(kind.elements) != len(value):
        return f"{where} needs exactly {len(kind.elements)} elements."
    kinds = kind.elements if isinstance(kind, Tuple_) else [kind.element] * len(value)
    parts = zip(value, kinds, strict=True)
    return _first(mismatch(part, inner, f"Element {at}") for at, (part, inner) in enumerate(parts, 1))


def _keys_mismatch(value: dict, kind: Collection | Object, where: str) -> str:
    if isinstance(kind, Collection):
        return _first(mismatch(part, kind.element, f"“{name}”") for name, part in value.items())
    missing = [name for name, each in kind.attributes.items() if not each.optional and name not in value]
    if missing:
        return f"{where} has no “{missing[0]}”."
    return _first(
        mismatch(value[name], each.type, f"“{name}”") for name, each in kind.attributes.items() if name in value
    )


def _first(reasons: Iterable[str]) -> str:
    return next((reason for reason in reasons if reason), "")


def _word(kind: Type) -> str:
    if isinstance(kind, Collection):
        return f"a {kind.kind}"
    return "an object" if isinstance(kind, Object) else "a tuple"


def _converts(value: Any, name: str) -> bool:
    """Terraform's conversions between primitives: any to string, and a string that is a number or a boolean."""
    if isinstance(value, dict | list):
        return False
    if name == "string" or isinstance(value, bool) and name == "bool":
        return True
    if isinstance(value, int | float) and not isinstance(value, bool):
        return name == "number"
    return isinstance(value, str) and (is_number(value) if name == "number" else value in BOOLS)


def _read_hcl(text: str, json_error: json.JSONDecodeError) -> Any:
    try:
        return parse_literal(text)
    except NotLiteral as error:
        raise BadValue(
            f"This is not valid JSON (line {json_error.lineno}: {json_error.msg}) or an HCL literal ({error})."
        ) from error


def _exact(text: str) -> int | float:
    value = number(text)
    if isinstance(value, str):
        raise BadValue(f"{text} has too many digits. Put it in quotes.")
    return value


def _refuse(word: str) -> NoReturn:
    raise BadValue(f"Terraform does not know {word}.")


def _distinct(pairs: list) -> dict:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise BadValue("An object uses a name twice.")
    return values


def _check(value: Any, depth: int) -> None:
    """Raise BadValue for what cannot be stored: NUL, lone surrogates, and nesting deeper than `depth`."""
    if depth == 0:
        raise BadValue(f"The value is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        checked(value)
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for part in value:
            _check(part, depth - 1)


def checked(text: str) -> str:
    """Return `text`; raises BadValue when it contains NUL or a lone surrogate, which PostgreSQL refuses."""
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise BadValue("The text contains a character that cannot be stored.")
    return text
