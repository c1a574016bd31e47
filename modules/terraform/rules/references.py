"""Finds what expressions refer to, and references that cannot be where they are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from modules.terraform.syntax.blocks import Block
from modules.terraform.syntax.expressions import (
    Attribute,
    Call,
    Index,
    Literal,
    Name,
    Path,
    Splat,
    Template,
    children,
    plain,
)
from modules.terraform.syntax.problems import Problem

FIELDS = {
    "path": ("module", "root", "cwd"),
    "terraform": ("workspace", "applying"),
    "each": ("key", "value"),
    "count": ("index",),
}
DEPTHS = {"var": 1, "local": 1, "module": 1, "data": 2, "ephemeral": 2, "resource": 2, "action": 2}
CONFIGURED = "provider()"  # what stands for a provider configuration in a path
FUNCTION = "function()"  # what stands for a function of a provider in a path
RESERVED = ("template", "lazy", "arg")
CONSTANT = ("required_providers", "backend", "cloud", "provider_meta")
# arguments that are no expressions: addresses, types, words
OTHER = {
    "terraform": ("required_version", "language", "experiments"),
    "resource": ("provider",),
    "data": ("provider",),
    "ephemeral": ("provider",),
    "action": ("provider",),
    "module": ("providers", "source", "version"),
    "lifecycle": ("ignore_changes", "replace_triggered_by", "prevent_destroy", "create_before_destroy", "destroy"),
    "provisioner": ("when", "on_failure"),
    "action_trigger": ("events", "on_failure"),
    "variable": ("type", "default"),
    "output": ("type",),
    "moved": ("from", "to"),
    "removed": ("from",),
    "import": ("to", "provider"),
}


@dataclass(frozen=True)
class Reference:
    """A path: the first name, then ".name", "[literal]", "[?]" and "[*]"."""

    path: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Scope:
    """What may be referred to besides what the module declares."""

    objects: frozenset[str] = frozenset()  # each, count, self
    names: frozenset[str] = field(default_factory=frozenset)  # of `for` and `dynamic`


def of_expression(expression: Any, scope: Scope) -> Iterator[Reference]:
    """Yield the references in an expression, also those that are not allowed."""
    path = path_of(expression)
    if isinstance(expression, Call) and expression.name.startswith("provider::"):
        yield Reference((FUNCTION, expression.name.split("::")[1]), expression.line)
    if not path or path[0] in scope.names:
        inner: Iterable = children(expression)
    else:
        yield Reference(path, expression.line)
        steps = expression.steps if isinstance(expression, Path) else []
        inner = ((step.key, ()) for step in steps if isinstance(step, Index))
    for child, names in inner:
        yield from of_expression(child, replace(scope, names=scope.names.union(names)) if names else scope)


def path_of(expression: Any) -> tuple[str, ...]:
    """The path of a reference; empty for any other expression."""
    if isinstance(expression, Name):
        return (expression.name,)
    if isinstance(expression, Path) and isinstance(expression.root, Name):
        return (expression.root.name, *map(_step, expression.steps))
    return ()


def steps_of(path: tuple[str, ...] | list[str]) -> list[Attribute | Index | Splat]:
    """The steps of a path after its first name, as far as they are known."""
    found: list[Attribute | Index | Splat] = []
    for step in path[1:]:
        if step == "[?]":
            break
        found.append(_read_step(step))
    return found


def _read_step(step: str) -> Attribute | Index | Splat:
    if step.startswith("."):
        return Attribute(step[1:], 0)
    if step == "[*]":
        return Splat(False, 0)
    inner = step[1:-1]
    if inner.startswith('"'):
        return Index(Template([inner[1:-1]], 0), 0)
    return Index(Literal(Decimal(inner), inner, 0), 0)


def _step(step: Attribute | Index | Splat) -> str:
    if isinstance(step, Attribute):
        return f".{step.name}"
    if isinstance(step, Splat):
        return "[*]"
    text = plain(step.key)
    if text is not None:
        return f'["{text}"]'
    is_number = isinstance(step.key, Literal) and isinstance(step.key.value, Decimal)
    return f"[{step.key.word}]" if is_number and isinstance(step.key, Literal) else "[?]"


def problem_of(reference: Reference, scope: Scope) -> Problem | None:
    """Why a reference cannot be where it is, whatever the module declares."""
    root, *steps = reference.path
    if root == FUNCTION:
        return None
    names = [step[1:] for step in steps if step.startswith(".")]
    first = steps[0][1:] if steps and steps[0].startswith(".") else ""
    if root in ("each", "count", "self") and root not in scope.objects:
        return Problem(_outside(root), reference.line, "reference")
    if root in RESERVED:
        return Problem(f"“{root}” is reserved by Terraform. Use “resource.{root}”.", reference.line, "reference")
    if root in FIELDS and first not in FIELDS[root]:
        known = " and ".join(f"{root}.{name}" for name in FIELDS[root])
        return Problem(
            f"“{''.join(reference.path)}” does not exist. Terraform has {known}.", reference.line, "reference"
        )
    depth = DEPTHS.get(root, 0 if root in FIELDS or root == "self" else 1)
    if len(names) < depth or any(not step.startswith(".") for step in steps[:depth]):
        message = f"“{''.join(reference.path)}” is not complete. Name what it refers to."
        return Problem(message, reference.line, "reference")
    return None


def _outside(root: str) -> str:
    if root == "self":
        return "“self” can only be used in a provisioner, a connection or a postcondition."
    argument = "for_each" if root == "each" else "count"
    return f"“{root}” can only be used in a block that sets {argument}."


def in_block(block: Block, scope: Scope, *, is_inner: bool = False) -> Iterator[tuple[Reference, Scope]]:
    """Yield all references of a block, each with its scope."""
    if block.type in CONSTANT:
        return
    other = OTHER.get(block.type, ())
    for name, value in block.attributes.items():
        if name in other or value.tree is None:
            continue
        is_own = not is_inner and name in ("for_each", "count")
        inner = replace(scope, objects=scope.objects - {"each", "count"}) if is_own else scope
        if name == "for_each" or block.type != "dynamic":
            yield from ((reference, inner) for reference in of_expression(value.tree, inner))
    # what a dynamic block makes is only looked at where its for_each is known
    for child in block.blocks if block.type != "dynamic" else ():
        yield from in_block(child, _scope_of(child, scope), is_inner=True)


def _scope_of(block: Block, scope: Scope) -> Scope:
    if block.type in ("provisioner", "connection", "postcondition"):
        return replace(scope, objects=scope.objects | {"self"})
    return scope


def scope_of(block: Block) -> Scope:
    """The scope of a top-level block; a removed one may have had instances."""
    found = {"for_each": "each", "count": "count"}
    words = found.values() if block.type == "removed" else (found[name] for name in found if name in block.attributes)
    return Scope(frozenset(words))
