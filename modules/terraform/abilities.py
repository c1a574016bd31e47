"""Abilities of a module besides creating resources, from its schema and that of the local folders it calls."""

import posixpath
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from modules.terraform import sources
from modules.terraform.addresses import Place, walk
from modules.terraform.advice import SECRET
from modules.terraform.schema import BUILT_IN, OUTSIDE, Call, Program, Resource, Schema, provider_of

PROGRAMS = {  # a provisioner's label → what it does; Terraform has no others any more
    "local-exec": "Runs a program on the portal's worker during apply (local-exec)",
    "remote-exec": "Runs a program on another machine during apply (remote-exec)",
    "file": "Copies files to another machine during apply (file)",
    "exec": "Runs a program on the portal's worker to sign in (exec)",
}
BUILT_IN_SOURCE = f"terraform.io/builtin/{BUILT_IN}"
LONGEST_SOURCE = 60  # characters of one that is not known before a deployment
OF_ACTION = "runs an action of its provider"


@dataclass(frozen=True)
class Ability:
    """One thing that a module can do, or (without a name) a kind of thing that it does not do.

    `file` is the file's path from the module's own folder.
    """

    kind: str  # program, action, http, external, provider, remote or secret
    text: str
    name: str
    file: str
    line: int | None
    is_warning: bool

    @property
    def lead(self) -> str:
        """The text to put before the name."""
        return self.text if not self.name or self.kind in ("provider", "remote") else f"{self.text}:"

    @property
    def place(self) -> str:
        """The file with its line, "main.tf:3", or the file alone."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def icon(self) -> str:
        """A symbol of icons.svg."""
        return ("key" if self.kind == "secret" else "warning") if self.is_warning else "ok"

    @property
    def tone(self) -> str:
        return "warn" if self.is_warning else "ok"


def abilities(schema: Schema) -> list[Ability]:
    """Return a module's abilities: providers first, then warnings, then what it does not do."""
    places = list({place.folder: place for place in reversed(list(walk(schema)))}.values())[::-1]
    found = [*_providers(places), *_programs(places), *_reads(places), *_remotes(places), *_secrets(schema)]
    return found + list(_absences({ability.kind for ability in found}, schema))


def widened(before: Schema, after: Schema) -> list[Ability]:
    """Return the abilities that `after` has and `before` lacks, regardless of file and line."""
    known = Counter((ability.kind, ability.name) for ability in abilities(before))
    found = []
    for ability in abilities(after):
        known[ability.kind, ability.name] -= 1
        if ability.name and known[ability.kind, ability.name] < 0:
            found.append(ability)
    return found


def _providers(places: list[Place]) -> Iterator[Ability]:
    named: dict[str, None] = {}
    kinds: dict[str, set[str]] = defaultdict(set)
    for place in places:
        by_name = {row["name"]: sources.provider(row["source"]) for row in place.node.get("providers", [])}
        named |= dict.fromkeys(by_name.values())
        for row in place.node.get("resources", []):
            *first, kind, _ = row["address"].split(".")
            if not first:
                name = provider_of(row)
                kinds[by_name.get(name, sources.provider(name))].add(kind)
    for source in named:
        if source == BUILT_IN_SOURCE:
            continue
        yield Ability("provider", _creates(len(kinds[source])), source, "", None, False)


def _creates(count: int) -> str:
    if not count:
        return "Uses"
    return "Creates one kind of resource with" if count == 1 else f"Creates {count} kinds of resources with"


def _programs(places: list[Place]) -> Iterator[Ability]:
    for place in places:
        for row in place.node.get("programs", []):
            text = PROGRAMS.get(row["kind"], f"Runs the provisioner {row['kind']} during apply")
            yield Ability("program", text, f"{place.prefix}{row['address']}", _path(place, row), row["line"], True)


def _reads(places: list[Place]) -> Iterator[Ability]:
    """What data sources, ephemeral resources and actions do besides what their type says."""
    for place in places:
        for row in place.node.get("resources", []):
            *first, kind, _ = row["address"].split(".")
            is_action = first == ["action"]
            deed, what = OUTSIDE.get(kind, (OF_ACTION, "") if is_action else ("", ""))
            if first and deed:
                text = f"{deed[0].upper()}{deed[1:]} during {'apply' if is_action else 'plan'} ({kind})"
                name = f"{place.prefix}{row['address']}"
                yield Ability("action" if is_action else what, text, name, _path(place, row), row["line"], True)


def _remotes(places: list[Place]) -> Iterator[Ability]:
    """One ability for each host, and for each source that cannot be followed, placed at its first call."""
    calls: dict[str, list[tuple[Place, Call]]] = defaultdict(list)
    for place in places:
        for call in place.node.get("calls", []):
            computed = call["source"][:LONGEST_SOURCE] if "expression" in call else ""
            calls[computed or sources.host_of(call["source"])].append((place, call))
    for host, rows in calls.items():
        if host:
            place, first = rows[0]
            text = "Loads a module from" if len(rows) == 1 else f"Loads {len(rows)} modules from"
            yield Ability("remote", text, host, _path(place, first), first["line"], True)


def _secrets(schema: Schema) -> Iterator[Ability]:
    for row in schema.get("variables", []):
        looks_so = SECRET.search(row["name"]) and row["type"] not in ("bool", "number")
        if row["sensitive"]:
            text = "Asks for a secret" if row["required"] else "Asks for a secret, and has a default for it"
        elif looks_so:
            text = "Asks for what looks like a secret but is not marked as sensitive"
        else:
            continue
        yield Ability("secret", text, row["name"], row.get("file", ""), row.get("line"), True)


def _absences(kinds: set[str], schema: Schema) -> Iterator[Ability]:
    """What it does not do; empty for schemas that were stored before called folders were kept."""
    if "tree" not in schema:
        return
    for without, text in (
        ({"program", "action"}, "Runs no program of its own during apply"),
        ({"remote"}, "Loads no module from another host"),
        ({"http", "external"}, "Reads nothing over HTTP or from outside programs"),
        ({"secret"}, "Asks for no secrets"),
    ):
        if not without & kinds:
            yield Ability(min(without), text, "", "", None, False)


def _path(place: Place, row: Program | Resource | Call) -> str:
    return posixpath.join(place.folder, row.get("file", ""))
