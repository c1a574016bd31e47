"""Rules of terraform and provider blocks.

Source: Terraform 1.15, internal/configs/provider_requirements.go.
"""

import re

from modules.terraform.rules import references
from modules.terraform.rules.fixed_arguments import constant, constraint, version_problem
from modules.terraform.syntax.blocks import Block, Value
from modules.terraform.syntax.expressions import Expression, Literal, Object, Template, items_of, keyword, plain
from modules.terraform.syntax.problems import Found, Problem
from modules.terraform.types import Any_

PROVIDER_NAME = re.compile(r"[^\W_A-Z]+(?:-[^\W_A-Z]+)*")
BACKENDS = (
    "local", "remote", "azurerm", "consul", "cos", "gcs", "http", "inmem", "kubernetes", "oci", "oss", "pg", "s3",
)  # fmt: skip
SOURCE = re.compile(r"(?:[\w.-]+(?::\d+)?/)?(?:[A-Za-z0-9][\w-]*/)?[A-Za-z0-9][\w-]*")


def of_terraform(block: Block) -> Found:
    version = block.attributes.get("required_version")
    if version:
        yield from constraint(version, "required_version", allows_release=False)
    language = block.attributes.get("language")
    if language and keyword(language.tree) != "TF2021":
        yield Problem("The only language of this Terraform is TF2021. Remove “language”.", language.line)
    if experiments := block.attributes.get("experiments"):
        yield Problem("Experiments are not part of released versions. Remove them.", experiments.line)
    for inner in block.all("backend"):
        if inner.labels and inner.labels[0] not in BACKENDS:
            message = f"Terraform has no backend “{inner.labels[0]}”. Remove the block."
            yield Problem(message, inner.line, "backend")  # no error where the module is called
    for inner in block.all("provider_meta"):
        for name, value in inner.attributes.items():
            yield from constant(value, Any_(), name)
    for inner in block.all("required_providers"):
        for name, value in inner.attributes.items():
            yield from _requirement(name, value)


def _requirement(name: str, value: Value) -> Found:
    if isinstance(value.tree, Literal | Template):
        yield from constraint(value, name)
        return
    yield from provider_name(name, value.line)
    if not isinstance(value.tree, Object):
        yield Problem(f"The provider {name} needs its source and version, in braces.", value.line)
        return
    for key, inner in value.tree.items:
        yield from _requirement_part(name, keyword(key) or plain(key) or "", inner, key.line or value.line)


def provider_name(name: str, line: int) -> Found:
    if not PROVIDER_NAME.fullmatch(name):
        yield Problem(f"“{name}” is no name of a provider. Use lower case letters, digits and single dashes.", line)


def _requirement_part(name: str, key: str, inner: Expression, line: int) -> Found:
    text = plain(inner)
    if key == "version":
        yield from version_problem(text, f"the version of {name}", line)
    elif key == "source":
        if text is None or not SOURCE.fullmatch(text) or text.rsplit("/", 1)[-1].startswith("terraform-"):
            shown = f"“{text[:60]}”" if text else "This"
            yield Problem(f"{shown} is no source of a provider. Write it as “hashicorp/{name}”.", line)
    elif key == "configuration_aliases":
        for item in items_of(inner) or []:
            path = references.path_of(item)
            if len(path) not in (1, 2) or path[0] != name or not path[-1].startswith((".", name)):
                yield Problem(f"A configuration alias is written as {name}.other, without quotes.", item.line or line)
    else:
        yield Problem(f"The provider {name} cannot have “{key}” here. Use source and version.", line)


def of_provider(block: Block) -> Found:
    yield from provider_name(block.labels[0], block.line)
    if "version" in block.attributes:
        yield from constraint(block.attributes["version"], "version")
