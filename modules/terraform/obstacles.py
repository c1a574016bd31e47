"""Why every deployment of a module would fail, as far as its schema shows."""

from modules.terraform.addresses import walk
from modules.terraform.constraints import excludes
from modules.terraform.schema import Schema


def obstacle(schema: Schema, terraform: str) -> str:
    """A sentence for people, blank when nothing is known; `terraform` is the version that executes runs, or blank."""
    if names := schema.get("unconfigured"):
        return f"It needs a calling module that passes it the provider configuration {', '.join(names)}."
    for place in walk(schema):
        constraint = place.node.get("required_version", "")
        if excludes(constraint, terraform):
            return f"It needs Terraform {constraint}. This portal runs {terraform}."
    return ""
