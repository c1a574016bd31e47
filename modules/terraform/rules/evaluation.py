"""Computes an expression as far as that is possible before a run, and finds what Terraform would refuse in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from modules.terraform.rules.calls import Calls
from modules.terraform.rules.references import path_of
from modules.terraform.rules.steps import MOST_ITEMS
from modules.terraform.rules.values import (
    ANYTHING,
    BOOL,
    NUMERIC,
    STRING,
    Unknown,
    arithmetic,
    described,
    is_open,
    kind_of,
    misfit,
    to_bool,
    to_text,
    type_of,
)
from modules.terraform.syntax.expressions import (
    Call,
    Conditional,
    Directive,
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
    Template,
    bare,
    keyword,
)
from modules.terraform.syntax.problems import MODULE, Problem, Row, Want
from modules.terraform.types import Any_, Primitive, Tuple_, Type

COMPARED = ("==", "!=")
ITERABLE = Tuple_()  # stands for any type that is not primitive
REPEATED = Tuple_((Any_(),))  # stands for a map or a set of strings
MOST_STEPS = 1_000  # after which a “for” tries no more items
LOGICAL = ("&&", "||", "!")


@dataclass
class Spent:
    """How many expressions were computed; a “for” tries no more items once they are many."""

    steps: int = 0


@dataclass
class Evaluator(Calls):
    """`names` are what single names stand for; anything else that is referred to is unknown.

    A constant is computed without variables and functions, which are problems then.
    """

    names: Mapping[str, Any] = field(default_factory=dict)
    items: int = MOST_ITEMS  # of a collection that a “for” is tried with; fewer inside of another
    spent: Spent = field(default_factory=Spent)

    def of(self, expression: Expression | Directive | None) -> Any:
        """The value of an expression."""
        self.spent.steps += 1
        match expression:
            case Literal(value=value):
                return value
            case Parentheses(inner=inner):
                return self.of(inner)
            case List(items=items):
                return [self.of(item) for item in items]
            case Name():
                return self._name(expression)
            case None:
                return None
        return self._composed(expression)

    def _composed(self, expression: Any) -> Any:
        match expression:
            case Object():
                return self._object(expression)
            case Template():
                return self._template(expression)
            case Path():
                return self._path(expression)
            case Operation():
                return self._operation(expression)
            case Conditional():
                return self._conditional(expression)
            case For():
                return self._for(expression)
            case Call():
                return self._call(expression)
        return ANYTHING

    def needs(self, expression: Expression, kind: Type, what: str) -> Any:
        """The value of an expression that must fit a type, and must not be null."""
        return self._fitting(self.of(expression), expression, kind, what)

    def _fitting(self, value: Any, expression: Expression, kind: Type, what: str) -> Any:
        self._want(expression, kind, f"{what} has a wrong value")
        reason = "null is not allowed" if value is None else misfit(value, kind)
        if reason:
            self.refuse(f"{what} has a wrong value: {reason}.", expression.line)
        return ANYTHING if reason else value

    def chooses(self, expression: Expression) -> bool | None:
        """Whether a condition is true; None where that is not known, when Terraform does not look at its type."""
        value = self.of(expression)
        reason = "null is not allowed" if value is None else "" if isinstance(value, Unknown) else misfit(value, BOOL)
        if reason:
            self.refuse(f"A condition has a wrong value: {reason}.", expression.line)
        return to_bool(value)

    def _want(self, expression: Expression, kind: Type, what: str) -> None:
        path = path_of(bare(expression))
        if path and path[0] not in self.names and not self.is_constant:
            self.problems.append(Want(what, expression.line, path, kind))

    def refuse(self, message: str, line: int) -> Any:
        self.problems.append(Problem(message, line))
        return ANYTHING

    def _name(self, name: Name) -> Any:
        if name.name in self.names:
            return self.names[name.name]
        if self.is_constant:
            return self.refuse(f"“{name.name}” cannot be used here. Write the value itself.", name.line)
        return ANYTHING

    def _path(self, path: Path) -> Any:
        if path_of(path) == ("path", ".module") and not self.is_constant:
            return MODULE
        value = self.of(path.root)
        if isinstance(path.root, Name) and path.root.name not in self.names:
            self._want(path, Any_(), "This")
            for step in path.steps:
                if isinstance(step, Index):
                    self.of(step.key)
            return ANYTHING
        return self.along(value, path.steps)

    def _object(self, expression: Object) -> Any:
        found, is_whole = {}, True
        for key, value in expression.items:
            name = keyword(key) or self._key(key)
            is_whole = is_whole and name is not None
            found[name] = self.of(value)
        return found if is_whole else ANYTHING

    def _key(self, key: Expression) -> str | None:
        path = path_of(key)
        if path and "[?]" not in path and "[*]" not in path:
            self.refuse(f"Put the key “{''.join(path)}” in parentheses, or in quotes.", key.line)
            return None
        return to_text(self.needs(key, STRING, "A key"))

    def _template(self, template: Template) -> Any:
        if template.is_wrapped:
            return self.of(template.parts[0])  # type: ignore[arg-type]
        texts = [part if isinstance(part, str) else self._part(part) for part in template.parts]
        if template.is_heredoc or any(text is None for text in texts):
            return Unknown(STRING)
        return "".join(map(str, texts))

    def _part(self, part: Expression | Directive) -> str | None:
        if isinstance(part, Directive):
            if part.names:
                self._iterated(part.value)
            else:
                self.chooses(part.value)
            return None
        value = self.of(part)
        if value is None or isinstance(value, list | dict):
            self.refuse(f"A string cannot contain {described(value)}.", part.line)
        return to_text(value)

    def _iterated(self, expression: Expression) -> list[tuple[Any, Any]]:
        """The first keys and values of a collection; none where it is not known."""
        value = self.of(expression)
        self._want(expression, ITERABLE, "A “for” needs a list, a map or a set")
        if value is None or isinstance(type_of(value), Primitive):
            self.refuse(f"A “for” needs a list, a map or a set, not {described(value)}.", expression.line)
        if isinstance(value, list):
            return [(Decimal(at), item) for at, item in enumerate(value[: self.items])]
        return list(value.items())[: self.items] if isinstance(value, dict) else []

    def _for(self, expression: For) -> Any:
        keys: set[str] = set()
        for item in self._iterated(expression.over):
            values = item[-len(expression.names) :]
            names = {**self.names, **dict(zip(expression.names, values, strict=True))}
            inner = Evaluator(self.is_constant, self.problems, names, max(self.items // 4, 1), self.spent)
            if inner.tells(expression, keys):
                inner.of(expression.value)
            if self.spent.steps > MOST_STEPS:
                break
        return ANYTHING

    def tells(self, expression: For, keys: set[str]) -> bool:
        """Whether an item is surely part of what a “for” makes; Terraform looks at no other value. Adds its key."""
        if expression.condition is not None:
            is_taken = to_bool(self.needs(expression.condition, BOOL, "The condition of a “for”"))
            if not is_taken:
                return False
        if expression.key is None:
            return True
        key = to_text(self.needs(expression.key, STRING, "The key of a “for”"))
        if key in keys and not expression.groups:
            self.refuse(f"Two items have the key “{key}”. Use “...” to group them.", expression.line)
        keys.update([] if key is None else [key])
        return key is not None

    def _conditional(self, expression: Conditional) -> Any:
        """What Terraform finds in a branch counts only where that branch is known to be taken."""
        condition = self.chooses(expression.condition)
        (yes, wrong), (no, wrong_too) = self._apart(expression.yes), self._apart(expression.no)
        if condition is not None:
            self.problems += wrong if condition else wrong_too
        kinds = {kind_of(each) for each in (yes, no) if not is_open(each)}
        self._want_alike(expression, yes, no)
        if len(kinds) > 1:
            message = f"A condition cannot choose between {described(yes)} and {described(no)}. Use one type."
            return self.refuse(message, expression.line)
        if type_of(yes) != type_of(no) or isinstance(type_of(yes), Any_):
            return ANYTHING
        return Unknown(type_of(yes)) if condition is None else yes if condition else no

    def _want_alike(self, expression: Conditional, yes: Any, no: Any) -> None:
        for known, other in ((yes, expression.no), (no, expression.yes)):
            if not is_open(known):
                kind = STRING if isinstance(type_of(known), Primitive) else ITERABLE
                self._want(other, kind, f"A condition chooses between this and {described(known)}")

    def _apart(self, expression: Expression) -> tuple[Any, list[Row]]:
        """The value of an expression whose problems may not count."""
        other = Evaluator(self.is_constant, [], self.names, self.items, self.spent)
        return other.of(expression), other.problems

    def _operation(self, operation: Operation) -> Any:
        operators = operation.operators
        if operators[0] in COMPARED:
            for operand in operation.operands:
                self.of(operand)
            return Unknown(BOOL)
        if operators[0] in LOGICAL:
            return self._logical(operation)
        values = [self.needs(operand, NUMERIC, f"An operand of “{operators[0]}”") for operand in operation.operands]
        value = values[0]
        if len(values) == 1:
            return arithmetic("-", Decimal(0), value)
        for operator, other in zip(operators, values[1:], strict=True):
            value = arithmetic(operator, value, other)
        return value

    def _logical(self, operation: Operation) -> Any:
        """What is wrong within an operand counts as long as those before it leave the answer open; its type always."""
        operator, value = operation.operators[0], None
        if operator == "!":
            value = to_bool(self.needs(operation.operands[0], BOOL, "An operand of “!”"))
            return Unknown(BOOL) if value is None else not value
        has_null = is_over = False
        for operand in operation.operands:
            found = self._apart(operand)[0] if is_over else self.of(operand)
            if found is None:  # Terraform lets it stand in an “&&”, and in an “||” beside what is true or unknown
                has_null = has_null or not is_over
                continue
            fitting = to_bool(self._fitting(found, operand, BOOL, f"An operand of “{operator}”"))
            if not is_over:
                value, is_over = fitting, fitting is None or fitting is (operator == "||")
        if has_null and not is_over and operator == "||":
            return self.refuse("An operand of “||” has a wrong value: null is not allowed.", operation.line)
        return Unknown(BOOL) if value is None or (has_null and not is_over) else value
