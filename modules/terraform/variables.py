"""Reads a `variable` block."""

from modules.terraform import uimeta
from modules.terraform.attributes import flag, text_of
from modules.terraform.literals import NotLiteral, parse_literal
from modules.terraform.schema import FileAnswer, Finding, Validation, Variable, finding_in_file
from modules.terraform.syntax.blocks import Block
from modules.terraform.types import Any_, Primitive, Type, TypeSyntaxError, computed_defaults, parse_type
from modules.terraform.validation_choices import choices_of


def read_variable(block: Block, answer: FileAnswer) -> None:
    attributes, findings, name = block.attributes, answer["findings"], block.labels[0]
    help_text, meta = uimeta.split(text_of(attributes.get("description")))
    findings += [finding_in_file("advice", "uimeta", f"{name}: {problem}", block.line) for problem in meta.problems]
    if "type" not in attributes:
        answer["untyped"].append(name)
    kind = _type(block, findings)
    validations = [_validation(inner) for inner in block.all("validation")]
    variable: Variable = {
        "name": name,
        "type": str(kind),
        "description": help_text,
        "default": None,
        "required": "default" not in attributes,
        "sensitive": flag(attributes.get("sensitive"), False),
        "nullable": flag(attributes.get("nullable"), True),
        "group": meta.group,
        "order": meta.order,
        "updatesafe": meta.updatesafe,
        "options": _options(kind, meta.options, name, block.line, findings) or _choices(kind, name, validations),
        "validations": validations,
        "line": block.line,
    }
    if flag(attributes.get("ephemeral"), False):
        variable |= {"ephemeral": True, "sensitive": True}
    if flag(attributes.get("const"), False):
        variable["const"] = True
    _add_default(variable, block, findings)
    answer["variables"].append(variable)


def _type(block: Block, findings: list[Finding]) -> Type:
    if "type" not in block.attributes:
        return Any_()
    value = block.attributes["type"]
    try:
        kind = parse_type(value.text)
    except TypeSyntaxError as error:
        if all(row["code"] != "type" or row["line"] != value.line for row in findings):
            message = f"The type of {block.labels[0]} cannot be read: {error}. Use one of Terraform's types."
            findings.append(finding_in_file("error", "type", message, value.line))
        return Any_()
    if names := ", ".join(computed_defaults(kind)):
        message = f"The type of {block.labels[0]} computes the default of {names}. The form leaves it blank."
        findings.append(finding_in_file("advice", "default", message, value.line))
    return kind


def _add_default(variable: Variable, block: Block, findings: list[Finding]) -> None:
    value = block.attributes.get("default")
    if value is None:
        return
    try:
        variable["default"] = value.literal()
    except NotLiteral:
        message = (
            f"The default of {block.labels[0]} is an expression. Terraform computes it, so the form leaves it blank."
        )
        findings.append(finding_in_file("advice", "default", message, value.line))
        variable["default_expression"] = value.text


def _validation(block: Block) -> Validation:
    condition = block.attributes.get("condition")
    return {
        "condition": condition.text if condition else "",
        "error_message": text_of(block.attributes.get("error_message")),
    }


def _options(kind: Type, words: list[str], name: str, line: int, findings: list[Finding]) -> list:
    if kind != Primitive("number"):
        return list(words)
    try:
        numbers = [parse_literal(word) for word in words]
    except NotLiteral:
        numbers = [None]
    if all(isinstance(number, int | float) for number in numbers):
        return numbers
    findings.append(
        finding_in_file("advice", "uimeta", f"{name} is a number, so all of its options must be numbers.", line)
    )
    return []


def _choices(kind: Type, name: str, validations: list[Validation]) -> list:
    """The choices from the first validation that is just `contains([…], var.name)`."""
    found = (choices_of(validation["condition"], name, kind) for validation in validations)
    return next(filter(None, found), [])
