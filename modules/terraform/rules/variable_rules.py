"""Rules of variables, and of the conditions of all blocks.

Source: Terraform 1.15, internal/configs/named_values.go.
"""

from modules.terraform.rules import references
from modules.terraform.rules.evaluation import Evaluator
from modules.terraform.rules.type_rules import TypeRefused, declared_type
from modules.terraform.rules.values import misfit
from modules.terraform.syntax.blocks import Block
from modules.terraform.syntax.expressions import keyword
from modules.terraform.syntax.problems import Found, Problem
from modules.terraform.types import Any_, Type


def of_variable(block: Block) -> Found:
    kind: Type = Any_()
    if "type" in block.attributes:
        try:
            kind = declared_type(block.attributes["type"].tree)
        except TypeRefused as refused:
            line = refused.problem.line or block.attributes["type"].line
            message = f"The type of {block.labels[0]} cannot be read. {refused.problem.message}"
            yield Problem(message, line, "type")
    if "default" in block.attributes:
        yield from _default(block, kind)
    flags = {name: keyword(value.tree) == "true" for name, value in block.attributes.items()}
    for name in ("sensitive", "ephemeral"):
        if flags.get("const") and flags.get(name):
            yield Problem(f"A variable cannot be const and {name}. Remove one.", block.line)
    for inner in block.all("validation"):
        condition = inner.attributes.get("condition")
        own = {("var", f".{block.labels[0]}")}
        if condition and not own & {
            row.path[:2] for row in references.of_expression(condition.tree, references.Scope())
        }:
            yield Problem(f"The condition must refer to var.{block.labels[0]}, to check its value.", condition.line)


def _default(block: Block, kind: Type) -> Found:
    value, name = block.attributes["default"], block.labels[0]
    evaluator = Evaluator(is_constant=True)
    default = evaluator.of(value.tree)
    if problem := next((row for row in evaluator.problems if isinstance(row, Problem)), None):
        yield Problem(f"The default of {name} must be a plain value. {problem.message}", problem.line or value.line)
        return
    reason = misfit(default, kind)
    nullable = block.attributes.get("nullable")
    if default is None and nullable and keyword(nullable.tree) == "false":
        reason = "null is not allowed with nullable = false"
    if reason:
        yield Problem(f"The default of {name} does not fit its type: {reason}.", value.line, "default")


def of_condition(block: Block) -> Found:
    """A condition that says nothing about the module."""
    condition = block.attributes.get("condition")
    if condition and not any(references.of_expression(condition.tree, references.Scope())):
        yield Problem("A condition must refer to something of the module. This one never changes.", condition.line)
