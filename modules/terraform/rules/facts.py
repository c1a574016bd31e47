"""Gathers from one file what only the whole module can judge: what it declares, and what it refers to."""

import json
import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice

from modules.terraform.fact_types import Argument, Declared, Facts, Flow, Referred, Wanted
from modules.terraform.rules import block_rules, flows, references
from modules.terraform.rules.evaluation import Evaluator
from modules.terraform.rules.references import Reference, Scope
from modules.terraform.rules.values import described_type, is_known
from modules.terraform.syntax import shapes
from modules.terraform.syntax.blocks import Block, Value
from modules.terraform.syntax.expressions import List, Object, bare, keyword, plain
from modules.terraform.syntax.problems import Needed, Problem, Want

MOST_PROBLEMS = 100  # of a file; nobody reads more, and each may cost a search for what was meant
MOST_DIGITS = 100
LONGEST = 2_000  # characters of a type or a value that is kept
ADDRESSED = ("resource", "data", "ephemeral")
NAMED = ("variable", "output", "module", "check")


def empty_facts() -> Facts:
    return {
        "declared": [],
        "references": [],
        "wants": [],
        "files": [],
        "flows": [],
        "locals": {},
        "aliases": {},
        "arguments": {},
    }


def gather(root: Block) -> tuple[list[Problem], Facts]:
    """Return what is wrong in a file by itself, and what the rest of its module decides."""
    problems: list[Problem] = list(islice(shapes.check(root), MOST_PROBLEMS))
    facts = empty_facts()
    for row in block_rules.check(root):
        if len(problems) >= MOST_PROBLEMS:
            break
        if isinstance(row, Want):
            facts["wants"].append(_wanted(row))
        elif isinstance(row, Needed):
            facts["files"].append({"path": row.path, "line": row.line})
        else:
            problems.append(row)
    for block in root.blocks:
        shape = shapes.ROOT.blocks.get(block.type)
        if shape and len(block.labels) == len(shape.labels):
            problems += _block(block, facts)
    return problems, facts


def _wanted(row: Want) -> Wanted:
    return {"path": list(row.path), "line": row.line, "message": row.message, "type": str(row.type)}


def _block(block: Block, facts: Facts) -> Iterator[Problem]:
    facts["declared"] += _declared(block)
    if block.type == "locals":
        for name, value in block.attributes.items():
            yield from _local(name, value, facts)
        return
    inside = _address(block)
    yield from _references(references.in_block(block, references.scope_of(block)), inside, facts, _scoped(block))
    facts["flows"] += _flows(block)
    facts["references"] += [*_providers(block, inside), *_imported(block)]
    if block.type == "module":
        facts["arguments"][block.labels[0]] = _arguments(block)


def _providers(block: Block, inside: str) -> Iterator[Referred]:
    """The provider configuration with an alias that a resource uses."""
    value = block.attributes.get("provider") if block.type in ADDRESSED else None
    path = references.path_of(value.tree) if value else ()
    if value and len(path) == 2:
        yield {"path": [references.CONFIGURED, "".join(path)], "line": value.line, "inside": inside}


def _imported(block: Block) -> Iterator[Referred]:
    """What an import block needs to be declared: a module, or a resource of which it names an instance."""
    value = block.attributes.get("to") if block.type == "import" else None
    path = list(references.path_of(value.tree)) if value else []
    if value and path and (path[0] == "module" or path[-1].startswith("[")):
        yield {"path": path[:2], "line": value.line, "inside": "import"}


def _scoped(block: Block) -> set[tuple[str, ...]]:
    """The data source that only its check can refer to."""
    inner = block.all("data") if block.type == "check" else []
    return {("data", f".{child.labels[0]}", f".{child.labels[1]}") for child in inner if len(child.labels) == 2}


def _address(block: Block) -> str:
    if block.type == "variable":
        return f"var.{block.labels[0]}"
    first = [] if block.type == "resource" else [block.type]
    return ".".join([*first, *block.labels])


def _declared(block: Block) -> Iterator[Declared]:
    many = next((name for name in ("count", "for_each") if name in block.attributes), "")
    if block.type in (*ADDRESSED, *NAMED):
        yield {"kind": block.type, "name": ".".join(block.labels), "line": block.line, "many": many}
    if block.type == "locals":
        for name, value in block.attributes.items():
            yield {"kind": "local", "name": name, "line": value.line, "many": ""}
    if block.type == "import" and "to" in block.attributes:
        name = "".join(references.path_of(block.attributes["to"].tree))
        if "[?]" not in name:
            yield {"kind": "import", "name": name, "line": block.line, "many": ""}
    if block.type == "provider":
        alias = block.attributes.get("alias")
        name = ".".join([block.labels[0], *filter(None, [plain(alias.tree) if alias else None])])
        yield {"kind": "provider", "name": name, "line": block.line, "many": ""}
    for inner in block.blocks:
        if block.type == "terraform" and inner.type in ("required_providers", "backend", "cloud"):
            kind = "required_providers" if inner.type == "required_providers" else "backend"
            yield {"kind": kind, "name": "", "line": inner.line, "many": ""}
        if block.type == "terraform" and inner.type == "required_providers":
            for name, value in inner.attributes.items():
                yield {"kind": "requirement", "name": name, "line": value.line, "many": ""}
                yield from _aliases(value)
        if block.type == "check" and inner.type == "data" and len(inner.labels) == 2:
            yield {"kind": "scoped", "name": ".".join(inner.labels), "line": inner.line, "many": ""}


def _aliases(value: Value) -> Iterator[Declared]:
    """The provider configurations that a calling module gives."""
    for key, inner in value.tree.items if isinstance(value.tree, Object) else []:
        if (keyword(key) or plain(key)) == "configuration_aliases" and isinstance(inner, List):
            for item in inner.items:
                yield {"kind": "alias", "name": "".join(references.path_of(item)), "line": value.line, "many": ""}


def _local(name: str, value: Value, facts: Facts) -> Iterator[Problem]:
    rows = ((row, Scope()) for row in references.of_expression(value.tree, Scope()))
    yield from _references(rows, f"local.{name}", facts, set())
    facts["flows"].append(_flow("local", name, value))
    path = references.path_of(bare(value.tree))
    text = described_type(Evaluator().of(value.tree))
    if path:
        facts["aliases"][name] = list(path)
    elif len(text) <= LONGEST:
        facts["locals"][name] = text


def _references(
    rows: Iterable[tuple[Reference, Scope]], inside: str, facts: Facts, scoped: set[tuple[str, ...]]
) -> Iterator[Problem]:
    seen = set()
    for row, scope in rows:
        problem = references.problem_of(row, scope)
        if problem:
            yield problem
        elif row.path not in seen and row.path[:3] not in scoped and row.path[0] not in (*references.FIELDS, "self"):
            seen.add(row.path)
            facts["references"].append({"path": list(row.path), "line": row.line, "inside": inside})


def _flows(block: Block) -> Iterator[Flow]:
    if block.type == "output" and "value" in block.attributes:
        yield _flow("output", block.labels[0], block.attributes["value"])
    if block.type in (*ADDRESSED, "module"):
        for name in ("count", "for_each"):
            if name in block.attributes:
                yield _flow(name, "", block.attributes[name])
    if block.type == "resource" and block.labels[0] == shapes.BUILT_IN_DATA:
        for name in ("input", "triggers_replace"):
            if name in block.attributes:
                yield _flow("stored", name, block.attributes[name])


def _flow(kind: str, name: str, value: Value) -> Flow:
    whole, deep = (sorted({row for row in find(value.tree) if row[0] in ROOTS}) for find in (flows.whole, flows.deep))
    return {
        "kind": kind,
        "name": name,
        "line": value.line,
        "whole": list(map(list, whole)),
        "deep": list(map(list, deep)),
    }


ROOTS = ("var", "local", "module", "terraform", *flows.SENSITIVE)


def _arguments(block: Block) -> list[Argument]:
    own = (*shapes.MODULE_META.split(), "_")
    rows = [item for item in block.attributes.items() if item[0] not in own]
    rows += [item for inner in block.all("_") for item in inner.attributes.items()]
    return [{"name": name, "line": value.line, "value": _literal(value)} for name, value in rows]


def _literal(value: Value) -> str:
    """A value that is known as JSON text; blank for any other."""
    found = Evaluator().of(value.tree)
    try:
        text = json.dumps(found, default=_number) if is_known(found) else ""
    except OverflowError:
        return ""
    return text if len(text) <= LONGEST else ""


def _number(value: Decimal) -> int | float:
    if value == value.to_integral_value() and abs(value.adjusted()) < MOST_DIGITS:
        return int(value)
    number = float(value)
    if not math.isfinite(number):
        raise OverflowError
    return number
