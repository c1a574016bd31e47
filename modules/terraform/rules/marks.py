"""Values that Terraform hides or forgets, where it does not let them go."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from modules.terraform.rules.flows import INSIDE, SENSITIVE
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
LOOKED_INTO = ("output", "stored")  # where Terraform does not want a mark in any part of the value
FORGOTTEN = ("terraform", ".applying")


def check(folder: Folder) -> Iterator[Finding]:
    for mark, uses in (("sensitive", SHOWN), ("ephemeral", KEPT)):
        marked = _marked(folder, mark)
        for flow in folder.rows("flows"):
            message = uses.get(flow["kind"])
            if message and marked.has(flow["deep" if flow["kind"] in LOOKED_INTO else "whole"]):
                output = folder.outputs.get(flow["name"])
                if flow["kind"] != "output" or not (output and output.get(mark)):
                    text = message.format(name=flow["name"])
                    yield finding("error", mark, text, flow["file"], flow["line"])


@dataclass
class Marked:
    """What of a folder surely is sensitive (or ephemeral): local values `whole`, or in a part of them (`deep`)."""

    folder: Folder
    mark: str
    whole: set[str] = field(default_factory=set)
    deep: set[str] = field(default_factory=set)

    def has(self, paths: list[list[str]]) -> bool:
        return any(map(self._is_marked, paths))

    def _is_marked(self, path: list[str]) -> bool:
        root, name = path[0], "".join(path[1:2])[1:]
        if root == "local":
            return name in self.whole or (path[2:] == [INSIDE] and name in self.deep)
        if root == "var":
            return self._is_secret(name)
        if root == "module" and name in self.folder.called and len(path) > 2:
            output = self.folder.called[name].outputs.get(path[2][1:])
            return output is not None and bool(output.get(self.mark))
        return root == SENSITIVE[0] if self.mark == "sensitive" else tuple(path[:2]) == FORGOTTEN

    def _is_secret(self, name: str) -> bool:
        variable = self.folder.variables.get(name)
        # an ephemeral variable is kept as secret as a sensitive one, and to Terraform it may not be one
        is_hidden = variable is not None and self.mark == "sensitive" and variable.get("ephemeral")
        return variable is not None and bool(variable.get(self.mark)) and not is_hidden


def _marked(folder: Folder, mark: str) -> Marked:
    marked = Marked(folder, mark)
    waiting = [flow for flow in folder.rows("flows") if flow["kind"] == "local"]
    for _ in range(MOST_ROUNDS):
        whole = {flow["name"] for flow in waiting if marked.has(flow["whole"])} - marked.whole
        deep = {flow["name"] for flow in waiting if marked.has(flow["deep"])} - marked.deep
        if not whole and not deep:
            break
        marked.whole |= whole
        marked.deep |= deep
    return marked
