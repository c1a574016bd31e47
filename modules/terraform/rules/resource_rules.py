"""Rules of resources, what is inside them, and module calls.

Source: Terraform 1.15, internal/configs/resource.go and provisioner.go.
"""

from collections.abc import Iterator

from modules.terraform import sources
from modules.terraform.rules import provider_rules, references
from modules.terraform.rules.fixed_arguments import constraint
from modules.terraform.syntax import shapes
from modules.terraform.syntax.blocks import Block
from modules.terraform.syntax.expressions import Object, items_of, keyword, plain
from modules.terraform.syntax.problems import Found, Problem

UNKNOWN = "Terraform has no provisioner “{kind}”. Use local-exec, remote-exec or file."
GONE = ("chef", "habitat", "puppet", "salt-masterless")
PROVISIONERS = {
    "local-exec": ("command", "interpreter working_dir environment quiet"),
    "remote-exec": ("", "inline script scripts"),
    "file": ("destination", "source content"),
}
CONNECTIONS = (
    "type", "user", "password", "host", "port", "timeout", "script_path", "target_platform", "private_key",
    "certificate", "host_key", "agent", "agent_identity", "proxy_scheme", "proxy_host", "proxy_port",
    "proxy_user_name", "proxy_user_password", "bastion_host", "bastion_host_key", "bastion_port", "bastion_user",
    "bastion_password", "bastion_private_key", "bastion_certificate", "https", "insecure", "cacert", "use_ntlm",
)  # fmt: skip
RESULTS = ("id", "input", "output", "triggers_replace")  # of terraform_data
KEYWORDS = {"when": ("create", "destroy"), "on_failure": ("continue", "fail")}


def of_resource(block: Block) -> Found:
    provider = block.attributes.get("provider")
    if provider and plain(provider.tree) is None:
        path = references.path_of(provider.tree)
        if len(path) not in (1, 2) or any(not step.startswith(".") for step in path[1:]):
            yield Problem("provider needs the name of a provider, as in aws.west.", provider.line)
        else:
            yield from provider_rules.provider_name(path[0], provider.line)
    yield from _own_conditions(block)
    for inner in block.all("provisioner") if block.type == "resource" else ():
        yield from _arguments(inner)
    for inner in block.all("connection") if block.all("provisioner") else []:
        yield from _connection(inner)
    for lifecycle in block.all("lifecycle") if block.labels[0] == shapes.BUILT_IN_DATA else []:
        ignored = lifecycle.attributes.get("ignore_changes")
        for item in (items_of(ignored.tree) if ignored else None) or []:
            name = (*references.path_of(item), plain(item))[0]
            if name not in (*RESULTS, "*", None):
                yield Problem(f"{block.labels[0]} has no argument “{name}”. Remove it.", item.line or block.line)
    backend = block.attributes.get("backend")
    known = plain(backend.tree) if backend and block.labels[0] == shapes.REMOTE_STATE else None
    if known is not None and known not in provider_rules.BACKENDS:
        yield Problem(f"Terraform has no backend “{known}”. Check its spelling.", block.line)


def _connection(block: Block) -> Found:
    if "host" not in block.attributes:
        yield Problem("A connection needs “host”. Add it.", block.line)
    for name, value in block.attributes.items():
        if name not in CONNECTIONS:
            yield Problem(f"A connection has no “{name}”. Remove it, or check its spelling.", value.line)


def _own_conditions(block: Block) -> Found:
    """Conditions and provisioners of a resource that refer to what they cannot."""
    own = (block.labels[0], f".{block.labels[1]}") if block.type == "resource" else (block.type, f".{block.labels[0]}")
    for lifecycle in block.all("lifecycle"):
        for rule in lifecycle.blocks:
            for row in _referred(rule):
                if row.path[:2] == own and (block.type == "resource" or row.path[2:3] == (f".{block.labels[1]}",)):
                    yield Problem("A condition cannot refer to its own block. Use self in a postcondition.", row.line)
    for provisioner in block.all("provisioner"):
        when = provisioner.attributes.get("when")
        for row in _referred(provisioner) if when and keyword(when.tree) == "destroy" else []:
            if row.path[0] not in ("self", "count", "each", "path", "terraform"):
                yield Problem("A provisioner for destroy can only refer to self, count.index and each.key.", row.line)


def _referred(block: Block) -> Iterator[references.Reference]:
    return (row for row, _ in references.in_block(block, references.Scope()))


def of_module(block: Block) -> Found:
    source, version = block.attributes.get("source"), block.attributes.get("version")
    text = plain(source.tree) if source else None
    if version and text is not None and sources.is_local(text):
        yield Problem("A module of this repository cannot have a version. Remove it.", version.line)
    elif version and plain(version.tree) is not None:
        yield from constraint(version, "version")
    if "providers" in block.attributes and not isinstance(block.attributes["providers"].tree, Object):
        yield Problem("providers needs pairs of names, as in { aws = aws.west }.", block.attributes["providers"].line)


def of_lifecycle(block: Block) -> Found:
    triggers = block.attributes.get("replace_triggered_by")
    for row in references.of_expression(triggers.tree, references.Scope()) if triggers else []:
        if row.path[0] in ("var", "local", "module", "data", "path", "terraform") or len(row.path) == 1:
            yield Problem("replace_triggered_by can only list resources.", row.line or block.line)
    ignored = block.attributes.get("ignore_changes")
    if not ignored or keyword(ignored.tree) == "all":
        return
    items = items_of(ignored.tree)
    if items is None:
        yield Problem("ignore_changes needs a list, as in [tags], or all.", ignored.line)
    for item in items or []:
        if plain(item) == "*":
            yield Problem("“*” is no longer allowed. Write ignore_changes = all.", item.line or ignored.line)
        elif not references.path_of(item) and plain(item) is None:
            yield Problem("ignore_changes can only list names of arguments.", item.line or ignored.line)


def of_provisioner(block: Block) -> Found:
    """What Terraform refuses in any provisioner, also of a resource that is removed."""
    if block.labels[0] in GONE:
        yield Problem(UNKNOWN.format(kind=block.labels[0]), block.line)
    for name, words in KEYWORDS.items():
        value = block.attributes.get(name)
        if value and (keyword(value.tree) or plain(value.tree)) not in words:
            yield Problem(f"{name} must be {' or '.join(words)}.", value.line)


def _arguments(block: Block) -> Found:
    """The arguments of a provisioner."""
    for inner in block.all("connection"):
        yield from _connection(inner)
    kind = block.labels[0] if block.labels else ""
    if kind not in PROVISIONERS:
        if kind not in GONE:
            yield Problem(UNKNOWN.format(kind=kind), block.line)
        return
    needed, others = PROVISIONERS[kind]
    allowed = [*needed.split(), *others.split(), *KEYWORDS]
    given = list(block.attributes.items())
    given += [item for inner in block.all("_") for item in inner.attributes.items()]
    for name in needed.split():
        if name not in dict(given):
            yield Problem(f"The provisioner {kind} needs “{name}”. Add it.", block.line)
    for name, value in given:
        if name not in allowed:
            yield Problem(f"The provisioner {kind} has no “{name}”. Remove it.", value.line)
