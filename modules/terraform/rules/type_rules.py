"""Reads a variable's type as strictly as Terraform does, with the defaults of its optional attributes.

Source: https://github.com/hashicorp/hcl/tree/main/ext/typeexpr
"""

from modules.terraform.rules.evaluation import Evaluator
from modules.terraform.rules.values import misfit
from modules.terraform.syntax.expressions import Call, Expression, List, Name, keyword, plain
from modules.terraform.syntax.expressions import Object as Pairs
from modules.terraform.syntax.problems import Problem
from modules.terraform.types import (
    COLLECTIONS,
    PRIMITIVES,
    Any_,
    Attribute,
    Collection,
    Object,
    Primitive,
    Tuple_,
    Type,
)

SHORT = ("list", "map")  # older versions wrote them without their element


class TypeRefused(Exception):
    """It is not a type; `problem` says why."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.problem = Problem(message, line, "type")


def declared_type(expression: Expression) -> Type:
    """Return a variable's type; raises TypeRefused."""
    word = keyword(expression)
    if word in SHORT:
        return Collection(word, Any_())
    quoted = plain(expression)
    if quoted is not None:
        raise TypeRefused(f"A type is written without quotes: {quoted[:40]}.", expression.line)
    return _type(expression)


def _type(expression: Expression) -> Type:
    word = keyword(expression)
    if word in PRIMITIVES:
        return Primitive(word)
    if word == "any":
        return Any_()
    if word in COLLECTIONS or (isinstance(expression, Call) and expression.name in COLLECTIONS):
        return _collection(expression)
    if word == "optional" or (isinstance(expression, Call) and expression.name == "optional"):
        raise TypeRefused("optional() can only be used for an attribute of an object().", expression.line)
    if isinstance(expression, Call) and expression.name in ("object", "tuple"):
        return _object(expression) if expression.name == "object" else _tuple(expression)
    if isinstance(expression, Call) and expression.name in (*PRIMITIVES, "any"):
        raise TypeRefused(f"{expression.name} takes no parentheses.", expression.line)
    shown = f"“{word or expression.name}” is" if isinstance(expression, Name | Call) else "This is"
    raise TypeRefused(
        f"{shown} no type. Use string, number, bool, any, list(), set(), map() or object().", expression.line
    )


def _collection(expression: Expression) -> Type:
    name = keyword(expression) or getattr(expression, "name", "")
    arguments = expression.arguments if isinstance(expression, Call) else []
    if len(arguments) != 1:
        raise TypeRefused(f"{name} needs one type in parentheses, as in {name}(string).", expression.line)
    return Collection(name, _type(arguments[0]))


def _tuple(call: Call) -> Type:
    inner = call.arguments[0] if len(call.arguments) == 1 else None
    if not isinstance(inner, List):
        raise TypeRefused("tuple needs a list of types, as in tuple([string, number]).", call.line)
    return Tuple_(tuple(map(_type, inner.items)))


def _object(call: Call) -> Type:
    inner = call.arguments[0] if len(call.arguments) == 1 else None
    if not isinstance(inner, Pairs):
        raise TypeRefused("object needs its attributes, as in object({ name = string }).", call.line)
    attributes: dict[str, Attribute] = {}
    for key, value in inner.items:
        name = keyword(key)
        if not name:
            raise TypeRefused("The name of an attribute in object() is written without quotes and signs.", key.line)
        if name in attributes:
            raise TypeRefused(f"The attribute {name} comes twice in this object(). Keep one.", key.line)
        attributes[name] = _attribute(name, value)
    return Object(attributes)


def _attribute(name: str, expression: Expression) -> Attribute:
    if not isinstance(expression, Call) or expression.name != "optional":
        return Attribute(_type(expression))
    if len(expression.arguments) not in (1, 2):
        raise TypeRefused(f"optional() of {name} needs a type, and a default if there is one.", expression.line)
    inner = _type(expression.arguments[0])
    if len(expression.arguments) == 2:
        _check_default(name, inner, expression.arguments[1])
    return Attribute(inner, optional=True)


def _check_default(name: str, inner: Type, default: Expression) -> None:
    evaluator = Evaluator(is_constant=True)
    value = evaluator.of(default)
    if evaluator.problems:
        raise TypeRefused(*evaluator.problems[0][:2])
    reason = misfit(value, inner)
    if reason:
        raise TypeRefused(f"The default of {name} does not fit its type: {reason}.", default.line)
