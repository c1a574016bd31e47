"""Reads one Terraform file into data: variables, outputs, providers, resources, calls and findings.

`read_file` is pure and runs in the parse process. Its answer contains neither the file's name nor its folder, so that
it can be cached by the hash of the content. Increment `READER` with each change of the answer.
"""

import json
import re
from collections import Counter

from modules.terraform.attributes import flag, literal, name_in, text_of
from modules.terraform.rules.facts import empty_facts, gather
from modules.terraform.schema import (
    OUTSIDE,
    Call,
    ConfiguredProvider,
    FileAnswer,
    Output,
    Provider,
    Resource,
    finding_in_file,
)
from modules.terraform.syntax.blocks import Block, Value
from modules.terraform.syntax.json_form import NUL, read_json
from modules.terraform.syntax.native import read_native
from modules.terraform.syntax.scanner import DEEPEST, FileSyntaxError
from modules.terraform.syntax.shapes import ROOT
from modules.terraform.syntax.witness import disagrees
from modules.terraform.variables import read_variable

READER = 13
PROGRAMS = {"local-exec": "on the portal's worker", "remote-exec": "on another machine", "file": ""}
EXEC = re.compile(r'\bexec"?\s*[=:](?!=)')  # an attribute of a provider that runs a program to sign in
REFERENCE = re.compile(r"(?:var|local|path)\.[^\W\d][\w-]*")
LONGEST_LOCAL = 200  # characters of one that a module's source may be made of
ALIASES = re.compile(r'\bconfiguration_aliases"?\s*[=:]\s*\[([^\]]*+)(?:\]|\Z)')
ALIAS = re.compile(r"(?<![\w-])[^\W\d][\w-]*+\.[^\W\d][\w-]*+")
DISAGREE = "The portal's two readers of Terraform's language differ on this file. Check what this module can do."
USE = re.compile(r"\bvar\s*\.\s*([^\W\d][\w-]*)")


def read_file(text: str, *, is_json: bool, is_costly: bool = False, deepest: int = DEEPEST) -> FileAnswer:
    """Return what one file declares, as JSON. A file that cannot be parsed has one error and nothing else.

    `is_costly` leaves out the second reader, for a file on which it ran out of time or memory.
    """
    answer = empty_answer()
    try:
        if "\0" in text:
            raise FileSyntaxError(NUL, text[: text.index("\0")].count("\n") + 1)
        root = read_json(text) if is_json else read_native(text, deepest=deepest)
        problems, answer["facts"] = gather(root)
    except FileSyntaxError as error:
        answer["findings"].append(finding_in_file("error", error.code, str(error), error.line))
        return answer
    answer["findings"] += [finding_in_file("error", row.code, row.message, row.line) for row in problems]
    for block in root.blocks:
        shape = ROOT.blocks.get(block.type)
        if block.type in READERS and shape and len(block.labels) == len(shape.labels):
            READERS[block.type](block, answer)
    answer["uses"] = _uses(text, root.blocks)
    if not is_json and not is_costly and disagrees(text, root):
        answer["findings"].append(finding_in_file("advice", "readers", DISAGREE, 1))
    return answer


def empty_answer() -> FileAnswer:
    return {
        "variables": [],
        "outputs": [],
        "required_providers": [],
        "configured_providers": [],
        "resources": [],
        "calls": [],
        "programs": [],
        "moves": [],
        "required_version": "",
        "required_version_line": 0,
        "locals": {},
        "uses": [],
        "untyped": [],
        "facts": empty_facts(),
        "findings": [],
    }


def _uses(text: str, blocks: list[Block]) -> list[str]:
    """Names of the variables that a file refers to, except those that only their own validation names."""
    uses = Counter(USE.findall(text))
    for block in blocks:
        for inner in block.all("validation") if block.type == "variable" else []:
            own = Counter(name for value in inner.attributes.values() for name in USE.findall(value.text))
            uses -= Counter({name: own[name] for name in block.labels})
    return sorted(uses)


def _output(block: Block, answer: FileAnswer) -> None:
    attributes = block.attributes
    output: Output = {
        "name": block.labels[0],
        "description": text_of(attributes.get("description")).strip(),
        "sensitive": flag(attributes.get("sensitive"), False),
        "line": block.line,
    }
    if flag(attributes.get("ephemeral"), False):
        output["ephemeral"] = True
    if "deprecated" in attributes:
        output["deprecated"] = True
    answer["outputs"].append(output)


def _terraform(block: Block, answer: FileAnswer) -> None:
    if version := block.attributes.get("required_version"):
        answer |= {"required_version": text_of(version), "required_version_line": version.line}
    for inner in block.all("required_providers"):
        answer["required_providers"] += [_provider(name, value) for name, value in inner.attributes.items()]
    for inner in block.all("backend") + block.all("cloud"):
        message = f"The {' '.join([inner.type, *inner.labels])} block is ignored. The portal stores the state."
        answer["findings"].append(finding_in_file("advice", "backend", message, inner.line))


def _provider(name: str, value: Value) -> Provider:
    facts = literal(value)
    if isinstance(facts, str):  # Terraform 0.12: the version alone
        facts = {"version": facts}
    facts = facts if isinstance(facts, dict) else _loose_facts(value.text)
    source, version = str(facts.get("source") or f"hashicorp/{name}"), str(facts.get("version") or "")
    provider: Provider = {"name": name, "source": source, "version": version, "line": value.line}
    if listed := ALIASES.search(value.text):
        provider["aliases"] = ALIAS.findall(listed[1])
    return provider


def _loose_facts(text: str) -> dict:
    """Source and version of a requirement with `configuration_aliases`, whose references are not literal."""
    return dict(re.findall(r'\b(source|version)\s*=\s*"([^"$%\\]*)"', text))


def _configured(block: Block, answer: FileAnswer) -> None:
    name = block.labels[0]
    configured: ConfiguredProvider = {"name": name, "line": block.line}
    if alias := text_of(block.attributes.get("alias")):
        configured["alias"] = alias
    answer["configured_providers"].append(configured)
    lines = [inner.line for inner in block.walk() if "exec" in (inner.type, *inner.labels[:1]) and inner is not block]
    lines += [
        value.line
        for inner in block.walk()
        for key, value in inner.attributes.items()
        if key == "exec" or EXEC.search(value.text)
    ]
    answer["programs"] += [{"kind": "exec", "address": f"provider.{name}", "line": line} for line in lines]


def _resource(block: Block, answer: FileAnswer) -> None:
    prefix = "" if block.type == "resource" else f"{block.type}."
    kind, name = block.labels
    address = f"{prefix}{kind}.{name}"
    row: Resource = {"address": address, "line": block.line}
    if provider := name_in(block.attributes.get("provider")):
        row["provider"] = provider
    answer["resources"].append(row)
    _programs(block, address, answer)
    if block.type != "resource" and kind in OUTSIDE:
        when = "apply" if block.type == "action" else "plan"
        message = f"{address} {OUTSIDE[kind][0]} during {when}."
        answer["findings"].append(finding_in_file("advice", "program", message, block.line))


def _programs(block: Block, address: str, answer: FileAnswer) -> None:
    """The provisioners of a resource, or of a `removed` block for one."""
    for inner in block.all("provisioner"):
        kind = inner.labels[0] if inner.labels else ""
        answer["programs"].append({"kind": kind, "address": address, "line": inner.line})
        where = PROGRAMS.get(kind, "")
        if where:
            message = f"{address} runs a program {where} ({kind})."
            answer["findings"].append(finding_in_file("advice", "program", message, inner.line))


def _removed(block: Block, answer: FileAnswer) -> None:
    _programs(block, "".join(text_of(block.attributes.get("from")).split()), answer)


def _check(block: Block, answer: FileAnswer) -> None:
    for inner in block.all("data"):
        if len(inner.labels) == 2:
            _resource(inner, answer)


def _import(block: Block, answer: FileAnswer) -> None:
    """The provider that an import reads with, which Terraform needs without any resource of it."""
    name = name_in(block.attributes.get("provider")) or name_in(block.attributes.get("to")).split("_")[0]
    if name and name != "module":  # a resource of a called module has its provider there
        answer["configured_providers"].append({"name": name, "line": block.line})


def _call(block: Block, answer: FileAnswer) -> None:
    source = block.attributes.get("source")
    version = text_of(block.attributes.get("version"))
    line = (source or block).line
    call: Call = {"name": block.labels[0], "source": text_of(source), "version": version, "line": line}
    if source is not None and (expression := _expression(source)):
        call["expression"] = expression
    answer["calls"].append(call)


def _locals(block: Block, answer: FileAnswer) -> None:
    for name, value in block.attributes.items():
        text = _expression(value) or (value.text if not value.is_json else json.dumps(value.known))
        if len(text) <= LONGEST_LOCAL and (text[:1] == '"' or REFERENCE.fullmatch(text)):
            answer["locals"][name] = text


def _expression(value: Value) -> str:
    """The text of a value that Terraform computes, in native syntax; blank for a literal."""
    if value.is_json:
        is_template = isinstance(value.known, str) and "${" in value.known.replace("$${", "")
        return (value.text if value.text != value.known else json.dumps(value.known)) if is_template else ""
    return value.text if literal(value) is None else ""


def _moved(block: Block, answer: FileAnswer) -> None:
    start, end = ("".join(text_of(block.attributes.get(name)).split()) for name in ("from", "to"))
    answer["moves"].append({"from": start, "to": end, "line": block.line})


READERS = {
    "variable": read_variable,
    "output": _output,
    "terraform": _terraform,
    "provider": _configured,
    "resource": _resource,
    "data": _resource,
    "ephemeral": _resource,
    "action": _resource,
    "check": _check,
    "removed": _removed,
    "import": _import,
    "module": _call,
    "moved": _moved,
    "locals": _locals,
}
