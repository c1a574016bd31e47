"""Compares two schemas of a module as a contract with those who set its inputs and use its outputs.

A change is breaking ("major") when something that worked with the version before may fail or be destroyed.
"""

from collections.abc import Iterator

from modules.terraform import short_texts, sources
from modules.terraform.schema import Output, Provider, Schema
from modules.versions import input_changes, resource_changes
from modules.versions.change import Change, by_name, of_flag

ANY = "any version"
RULES = 1  # raise it when a comparison of the same two schemas has another result

__all__ = ["Change", "compare"]


def compare(before: Schema, after: Schema) -> list[Change]:
    """Return the changes between two schemas of `declarations.combine`, the breaking ones first, then by name.

    Equal schemas have none. Platform variables and the injected deployment id are not inputs. No text shows the
    default of a sensitive variable.
    """
    changes = [
        *input_changes.between(before, after),
        *_outputs(before, after),
        *_providers(before, after),
        *resource_changes.between(before, after),
        *_constraint("Terraform version changed", "terraform", *map(_terraform, (before, after))),
    ]
    return sorted(changes, key=lambda change: (not change.is_breaking, change.name, change.what, change.after))


def _outputs(before: Schema, after: Schema) -> Iterator[Change]:
    first, second = ({row["name"]: row for row in schema.get("outputs", [])} for schema in (before, after))
    return by_name(first, second, removed=_output_removed, added=_output_added, changed=_output_changed)


def _output_removed(name: str, row: Output) -> Iterator[Change]:
    yield Change("Output removed", name, _value(row), "", "major")


def _output_added(name: str, row: Output) -> Iterator[Change]:
    yield Change("Output added", name, "", _value(row), "minor")


def _output_changed(name: str, old: Output, new: Output) -> Iterator[Change]:
    return of_flag("Output", "sensitive", name, before=old["sensitive"], after=new["sensitive"])


def _value(output: Output) -> str:
    return "a sensitive value" if output["sensitive"] else "a value"


def _providers(before: Schema, after: Schema) -> Iterator[Change]:
    first, second = ({row["name"]: row for row in schema.get("providers", [])} for schema in (before, after))
    return by_name(first, second, removed=_provider_dropped, added=_provider_added, changed=_provider_changed)


def _provider_dropped(_: str, row: Provider) -> Iterator[Change]:
    yield Change(
        "Provider dropped", sources.provider(row["source"]), short_texts.cut(row["version"] or ANY), "", "minor"
    )


def _provider_added(_: str, row: Provider) -> Iterator[Change]:
    yield Change("Provider added", sources.provider(row["source"]), "", short_texts.cut(row["version"] or ANY), "minor")


def _provider_changed(name: str, old: Provider, new: Provider) -> Iterator[Change]:
    before, after = sources.provider(old["source"]), sources.provider(new["source"])
    if before != after:
        yield Change("Provider source changed", name, *short_texts.apart(before, after), "major")
    yield from _constraint("Provider version changed", after, old.get("version", ""), new.get("version", ""))


def _terraform(schema: Schema) -> str:
    return schema.get("required_version", "")


def _constraint(what: str, name: str, before: str, after: str) -> Iterator[Change]:
    if "".join(before.split()) != "".join(after.split()):
        yield Change(what, name, *short_texts.apart(before or ANY, after or ANY), "minor")
