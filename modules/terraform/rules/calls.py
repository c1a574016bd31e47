"""Looks at calls of functions: whether they exist, and whether they can take their arguments."""

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

from modules.terraform.rules import functions
from modules.terraform.rules.steps import Steps
from modules.terraform.rules.values import ANYTHING, Unknown, is_open, misfit, type_of
from modules.terraform.syntax.expressions import Call, Expression
from modules.terraform.syntax.problems import Needed, Row
from modules.terraform.types import Any_, Collection, Type

MOST_ADVICE = 10  # problems of an expression after which no similar name is looked for
# functions that read a file whose path is their first argument
READERS = (
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "filemd5",
    "filesha1",
    "filesha256",
    "filesha512",
    "templatefile",
)
QUIET = ("try", "can")  # functions that take an error as an answer


@dataclass
class Calls(Steps):
    """Finds what calls give. A constant is computed without functions, which are problems then."""

    is_constant: bool = False
    problems: list[Row] = field(default_factory=list)

    @abstractmethod
    def _want(self, expression: Expression, kind: Type, what: str) -> None:
        """Note what an expression must be, which only the whole module can tell."""

    def _call(self, call: Call) -> Any:
        if self.is_constant:
            return self.refuse(f"The function {call.name} cannot be used here. Write the value itself.", call.line)
        if call.name in QUIET:
            return ANYTHING
        function = functions.find(call.name)
        if function is None:
            return self._strange(call)
        last = self.of(call.arguments[-1]) if call.expands else None
        if call.expands and _is_awaited(last):
            return ANYTHING  # Terraform looks at the other arguments once the last one is known
        values = [self.of(argument) for argument in (call.arguments[:-1] if call.expands else call.arguments)]
        return self._called(call, function, [*values, last] if call.expands else values)

    def _strange(self, call: Call) -> Any:
        """A name that is no function; a similar one is looked for as long as anybody reads it."""
        for argument in call.arguments:
            self.of(argument)
        return self.refuse(functions.strange(call.name, advises=len(self.problems) < MOST_ADVICE), call.line)

    def _called(self, call: Call, function: functions.Function, values: list[Any]) -> Any:
        if call.expands:
            *values, last = values
            if misfit(last, Collection("list", Any_())) and not isinstance(type_of(last), Collection):
                return self.refuse("“...” needs a list, a tuple or a set.", call.line)
            if not isinstance(last, list):
                return Unknown(function.returns)
            values += last
        wrong = function.count_problem(len(values))
        if wrong:
            return self.refuse(f"{call.name} {wrong}.", call.line)
        for argument, at in zip(call.arguments, range(len(values) - call.expands), strict=False):
            self._want(argument, function.parameter(at).type, f"An argument of {call.name} has a wrong value")
        if call.name in functions.PATIENT and any(isinstance(value, Unknown) and is_open(value) for value in values):
            return Unknown(function.returns)
        for at, value in enumerate(values):
            parameter = function.parameter(at)
            is_null = value is None and not parameter.is_nullable
            reason = (
                "it is null" if is_null else misfit(value, parameter.type) or functions.misfit(call.name, at, value)
            )
            if reason:
                return self.refuse(f"{call.name} has a wrong argument: {reason}.", call.line)
        if call.name in READERS and isinstance(values[0], str):
            self.problems.append(Needed(values[0], call.line))
        return Unknown(function.returns)


def _is_awaited(value: Any) -> bool:
    """Whether only a run tells how many arguments “...” makes of a value."""
    kind = type_of(value)
    is_list = isinstance(kind, Collection) and kind.kind != "map"
    return isinstance(value, Unknown) and (is_open(value) or is_list)
