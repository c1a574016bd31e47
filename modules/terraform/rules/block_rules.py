"""Rules of Terraform's blocks beyond their shape: what an argument of the language itself may be.

Source: Terraform 1.15, internal/configs.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from modules.terraform.rules import address_rules, provider_rules, references, resource_rules, variable_rules
from modules.terraform.rules.evaluation import REPEATED, Evaluator
from modules.terraform.rules.fixed_arguments import constant
from modules.terraform.rules.values import BOOL, NUMERIC, STRING, Unknown, described, misfit
from modules.terraform.syntax import shapes
from modules.terraform.syntax.blocks import Block, Value
from modules.terraform.syntax.expressions import Call, Literal, bare, items_of, plain
from modules.terraform.syntax.problems import Found, Problem, Want
from modules.terraform.types import Collection, Type

FLAGS = ("sensitive", "nullable", "ephemeral", "const", "create_before_destroy", "prevent_destroy", "destroy")
TEXTS = ("description", "deprecated", "alias")


def check(root: Block) -> Found:
    """What in a file breaks these rules."""
    for block, is_known in shapes.walk(root):
        if is_known:
            for name, value in block.attributes.items():
                yield from _constant(block, name, value)
            yield from RULES.get(block.type, _nothing)(block)
        yield from _expressions(block, is_known)


def _nothing(block: Block) -> Found:
    yield from ()


def _constant(block: Block, name: str, value: Value) -> Found:
    """Arguments that Terraform reads before it computes anything."""
    if block.type in ("variable", "output", "lifecycle") and name in FLAGS:
        yield from constant(value, BOOL, name)
    if (block.type in ("variable", "output") and name in TEXTS) or (block.type, name) == ("provider", "alias"):
        yield from constant(value, STRING, name)
    if name == "depends_on" and block.type in ("resource", "data", "ephemeral", "module", "output"):
        yield from _whole_objects(value)
    if name == "count" and "for_each" in block.attributes and block.type in references.OTHER:
        yield Problem("A block can have count or for_each, not both. Remove one.", value.line)


def _whole_objects(value: Value) -> Found:
    items = items_of(value.tree)
    if items is None:
        yield Problem("depends_on needs a list of references, as in [module.network].", value.line)
        return
    for item in items:
        if not references.path_of(item) and plain(item) is None:
            yield Problem("depends_on can only list references, not expressions.", item.line)
        path = references.path_of(item)
        if path[:1] == ("action",):
            yield Problem("depends_on cannot list an action. Name the resource that starts it.", item.line)
        depth = references.DEPTHS.get(path[0], 1) + (path[0] == "module") if path else 0
        if len([step for step in path[1:] if step.startswith(".")]) > depth and path[0] not in references.FIELDS:
            yield Problem(f"depends_on needs the whole object, not “{''.join(path)}”. Remove its attribute.", item.line)


def _expressions(block: Block, is_known: bool) -> Found:
    """What is wrong in the expressions themselves."""
    other = (*references.OTHER.get(block.type, ()), "depends_on", "source", "version") if is_known else ()
    if is_known and block.type in (
        "terraform",
        "required_providers",
        "backend",
        "cloud",
        "variable",
        "moved",
        "removed",
    ):
        return
    for name, value in block.attributes.items():
        if name in other or (block.type == "dynamic" and name != "for_each"):
            continue
        evaluator = Evaluator()
        found = evaluator.of(value.tree)
        yield from evaluator.problems
        if is_known and block.type in references.OTHER and block.type != "import":
            yield from _repeated(name, value, found)


def _repeated(name: str, value: Value, found: Any) -> Found:
    """What count and for_each may be."""
    if name == "count":
        reason = "it is null" if found is None else misfit(found, NUMERIC)
        if isinstance(found, Decimal) and (found < 0 or found != found.to_integral_value()):
            reason = "a whole number from 0 on is needed"
        if reason:
            yield Problem(f"count has a wrong value: {reason}.", value.line)
        yield from _wanted(value, NUMERIC, "count")
    if name == "for_each":
        kind = found.type if isinstance(found, Unknown) else None
        is_list = isinstance(kind, Collection) and kind.kind == "list"
        if found is None or is_list or isinstance(found, list | str | bool | Decimal):
            yield Problem(f"for_each needs a map or a set, not {described(found)}. Use toset([…]).", value.line)
        yield from _wanted(value, REPEATED, "for_each")
        call = bare(value.tree)
        items = (
            items_of(call.arguments[0]) if isinstance(call, Call) and call.name == "toset" and call.arguments else None
        )
        if any(isinstance(bare(item), Literal) for item in items or []):
            yield Problem("for_each needs a set of strings. Put its items in quotes.", value.line)


def _wanted(value: Value, kind: Type, name: str) -> Found:
    path = references.path_of(bare(value.tree))
    if path:
        yield Want(f"{name} has a wrong value", value.line, path, kind)


def _check(block: Block) -> Found:
    if not block.all("assert"):
        yield Problem("A check needs an assert block. Add one.", block.line)


RULES: dict[str, Callable[[Block], Found]] = {
    "variable": variable_rules.of_variable,
    "precondition": variable_rules.of_condition,
    "postcondition": variable_rules.of_condition,
    "assert": variable_rules.of_condition,
    "terraform": provider_rules.of_terraform,
    "provider": provider_rules.of_provider,
    "resource": resource_rules.of_resource,
    "data": resource_rules.of_resource,
    "ephemeral": resource_rules.of_resource,
    "module": resource_rules.of_module,
    "lifecycle": resource_rules.of_lifecycle,
    "provisioner": resource_rules.of_provisioner,
    "check": _check,
    "moved": address_rules.of_moved,
    "removed": address_rules.of_removed,
    "import": address_rules.of_import,
}
