"""Values that Terraform hides or forgets, where it does not let them go."""

from collections.abc import Iterator

from modules.terraform.fact_types import Flow
from modules.terraform.rules.folder import MOST_ROUNDS, Folder
from modules.terraform.schema import Finding, finding

SHOWN = {
    "output": "The output {name} contains a sensitive value. Mark it as sensitive.",
    "for_each": "for_each contains a sensitive value, which Terraform would show. Use another value.",
}
KEPT = {
    "output": "The output {name} contains an ephemeral value, which cannot be stored. Remove it.",
    "count": "count contains an ephemeral value, which cannot be stored. Use another value.",
    "for_each": "for_each contains an ephemeral value, which cannot be stored. Use another value.",
    "stored": "The argument {name} contains an ephemeral value, which cannot be stored. Use another value.",
}


FORGOTTEN = ("terraform", ".applying")


def check(folder: Folder) -> Iterator[Finding]:
    for mark, named, uses in (("sensitive", "sensitive", SHOWN), ("ephemeral", "ephemeral", KEPT)):
        marked = _marked(folder, mark)
        for flow in folder.rows("flows"):
            message = uses.get(flow["kind"])
            if message and _has(flow, marked, deep=True):
                output = folder.outputs.get(flow["name"])
                if flow["kind"] != "output" or not (output and output.get(named)):
                    text = message.format(name=flow["name"])
                    yield finding("error", mark, text, flow["file"], flow["line"])


def _marked(folder: Folder, mark: str) -> dict[str, set[str]]:
    """Variables, outputs of called modules and local values that surely are sensitive (or ephemeral), by path.

    Local values are marked as a whole ("whole") or in a part of them ("deep").
    """
    # an ephemeral variable is kept as secret as a sensitive one, and to Terraform it may not be one
    hides = {name for name, row in folder.variables.items() if mark == "sensitive" and row.get("ephemeral")}
    first = {f"var.{name}" for name, row in folder.variables.items() if row.get(mark) and name not in hides}
    for name, called in folder.called.items():
        first |= {f"module.{name}.{output}" for output, row in called.outputs.items() if row.get(mark)}
    first.add("sensitive()" if mark == "sensitive" else "".join(FORGOTTEN))
    marked = {"whole": set(first), "deep": set(first)}
    waiting = [flow for flow in folder.rows("flows") if flow["kind"] == "local"]
    for _ in range(MOST_ROUNDS):
        found = {
            kind: {f"local.{flow['name']}" for flow in waiting if _has(flow, marked, deep=kind == "deep")}
            - marked[kind]
            for kind in marked
        }
        if not any(found.values()):
            break
        for kind, names in found.items():
            marked[kind] |= names
    return marked


def _has(flow: Flow, marked: dict[str, set[str]], *, deep: bool) -> bool:
    for path in flow["deep" if deep else "whole"]:
        words = "".join(path)
        most = 3 if path[0] == "module" else 2
        is_all = len(path) <= most
        if "".join(path[:most]) in (marked["deep"] if is_all and deep else marked["whole"]) and "[" not in words[:0]:
            return True
    return False
