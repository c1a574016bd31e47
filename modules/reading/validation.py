"""Validates the modules of one commit: each module folder with its schema and its findings."""

import hashlib
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from modules.pages.readme import LONGEST as LONGEST_README
from modules.reading import left_out
from modules.reading.archive import File, Snapshot
from modules.reading.discovery import (
    SourceLeaves,
    called_folder,
    find_folders,
    is_config,
    is_inside,
    outermost,
    split,
    title_of,
    with_targets,
)
from modules.reading.parse_pool import Source
from modules.terraform import advice
from modules.terraform.schema import Call, FileAnswer, Finding, Node, Schema, combine, finding, node_of

MOST_FINDINGS = 100

AnyNode = TypeVar("AnyNode", Node, Schema)
Parse = Callable[[Iterable[Source]], Iterator[tuple[str, FileAnswer]]]


@dataclass
class Found:
    """A module folder, invalid when an error is among its `findings`; `files` are those of its archive."""

    path: str
    title: str
    findings: list[Finding] = field(default_factory=list)
    files: dict[str, File] = field(default_factory=dict)
    schema: Schema = field(default_factory=lambda: combine({})[0])
    readme: str = ""
    parts: list[str] = field(default_factory=list)  # paths in the repository that all of this depends on

    @property
    def is_valid(self) -> bool:
        return all(row["level"] != "error" for row in self.findings)

    @property
    def content_hash(self) -> str:
        """SHA-256 over sorted paths, modes and blobs: equal for modules with the same files, whatever the commit."""
        digest = hashlib.sha256()
        for path, file in sorted(self.files.items()):
            mode = "100755" if file.executable else "100644"
            digest.update(f"{path}\0{mode}\0{file.blob}\n".encode())
        return digest.hexdigest()


class Repository:
    """Reads a snapshot with `parse`, which takes sources by path and yields answers of `hcl.read_file`.

    Folders that are `known` are skipped. `terraform` is the version that executes runs; blank while it is not known.
    """

    def __init__(
        self, snapshot: Snapshot, name: str, parse: Parse, *, known: Collection[str] = (), terraform: str = ""
    ) -> None:
        self.snapshot, self.name, self.parse, self.terraform = snapshot, name, parse, terraform
        self.folders = [folder for folder in find_folders([*snapshot.files, *snapshot.refused]) if folder not in known]
        self.configs: dict[str, list[str]] = {}  # files that Terraform reads, by folder
        self.holds: set[str] = {""}  # every folder that is not empty
        for path in sorted(snapshot.files):
            folder, name = split(path)
            if is_config(name) and not left_out.left_out(path):
                self.configs.setdefault(folder, []).append(path)
            while folder not in self.holds:
                self.holds.add(folder)
                folder = split(folder)[0]
        self.answers: dict[str, FileAnswer] = {}
        self.nodes: dict[str, Node] = {}  # nodes of called folders, cached for all their callers

    def read(self) -> Iterator[str]:
        """Parse the files of all modules, then of the folders that they call; yields each path once it is parsed."""
        wanted = set(self.folders)
        while wanted:
            paths = [path for folder in sorted(wanted) for path in self.configs.get(folder, [])]
            sources = [self._source(path) for path in paths]
            for path, answer in self.parse(sources):
                self.answers[path] = answer
                yield path
            called = {target for path in paths for target, _ in self._calls(path) if target is not None}
            wanted = {folder for folder in called for path in self.configs.get(folder, []) if path not in self.answers}

    def module(self, folder: str) -> Found:
        """Return the module at `folder`; `read` must have been exhausted before."""
        found = Found(folder, title_of(folder, self.name))
        reached, missing, problems = self._reachable(folder)
        inside = outermost(reached)
        found.parts = with_targets([*inside, *missing], self.snapshot.links)
        found.findings += problems
        files = {
            path: file for path, file in self.snapshot.files.items() if any(is_inside(path, part) for part in inside)
        }
        parts = {path: left_out.left_out(path) for path in files}
        found.files = {path: file for path, file in files.items() if not parts[path]}
        found.findings += left_out.advice({part for part in parts.values() if part})
        found.findings += self._refused(inside)
        found.readme = self._readme(folder)
        answers = self._answers_of(folder)
        schema, declared = combine(answers)
        found.schema = self._with_targets(folder, folder, schema) | {"tree": self._tree(folder, reached)}
        found.findings += [row | {"file": f"{folder}/{row['file']}" if folder else row["file"]} for row in declared]
        found.findings += advice.of_module(folder, found.schema, answers, found.readme)
        paths = [path for part in reached for path in self.configs.get(part, [])]
        found.findings += advice.of_versions({path: self.answers[path] for path in paths}, self.terraform)
        found.findings = sorted(found.findings, key=_order)[:MOST_FINDINGS]
        return found

    def _answers_of(self, folder: str) -> dict[str, FileAnswer]:
        return {split(path)[1]: self.answers[path] for path in self.configs.get(folder, [])}

    def _tree(self, folder: str, reached: set[str]) -> dict[str, Node]:
        """The nodes of the called folders, by path from `folder`."""
        tree = {}
        for other in sorted(reached - {folder}):
            if other not in self.nodes:
                self.nodes[other] = node_of(combine(self._answers_of(other))[0])
            tree[_relative(folder, other)] = self._with_targets(folder, other, self.nodes[other])
        return tree

    def _with_targets(self, root: str, folder: str, node: AnyNode) -> AnyNode:
        """The node, its calls of local folders with a `target`: the path from `root`."""
        calls = []
        for call in node["calls"]:
            try:
                target = called_folder(folder, call["source"])
            except SourceLeaves:
                target = None
            calls.append(call if target is None else call | {"target": _relative(root, target)})
        return node | {"calls": calls}

    def _source(self, path: str) -> Source:
        file = self.snapshot.files[path]
        return Source(path, file.data, path.endswith(".json"), file.blob)

    def _calls(self, path: str) -> Iterator[tuple[str | None, Call]]:
        """Yield the local folders that a file calls, with the call; None where the source leaves the repository."""
        for call in self.answers[path]["calls"]:
            try:
                target = called_folder(split(path)[0], call["source"])
            except SourceLeaves:
                yield None, call
                continue
            if target is not None:
                yield target, call

    def _reachable(self, folder: str) -> tuple[set[str], set[str], list[Finding]]:
        """The folders of a module, called ones that are missing, and findings about overrides, calls and callees."""
        seen, waiting, missing, problems = {folder}, [folder], set(), []
        while waiting:
            current = waiting.pop()
            for path in self.configs.get(current, []):
                if left_out.is_override(split(path)[1]):
                    message = "Override files are not supported. Move its content into the other files."
                    problems.append(finding("error", "override", message, path, 1))
                if current != folder:
                    rows = self.answers[path]["findings"]
                    problems += [row | {"file": path} for row in rows if row["code"] != "backend"]
                targets, gone, wrong = self._targets(path)
                missing |= gone
                problems += wrong
                waiting += [target for target in targets if target not in seen]
                seen.update(targets)
        return seen, missing, problems

    def _targets(self, path: str) -> tuple[list[str], set[str], list[Finding]]:
        targets, missing, wrong = [], set(), []
        for target, call in self._calls(path):
            if target is None:
                message = f"The source {call['source']} leaves the repository. Use a folder inside it."
            elif target not in self.holds:
                missing.add(target)
                message = f"The source {call['source']} is not a folder of this repository. Check the path."
            else:
                targets.append(target)
                continue
            wrong.append(finding("error", "source", message, path, call["line"]))
        return targets, missing, wrong

    def _refused(self, inside: list[str]) -> list[Finding]:
        return [
            finding("error", "path", reason, path)
            for path, reason in self.snapshot.refused.items()
            if any(is_inside(path, part) for part in inside) and not left_out.left_out(path)
        ]

    def _readme(self, folder: str) -> str:
        for path, file in self.snapshot.files.items():
            where, name = split(path)
            if where == folder and name.lower() == "readme.md":
                return file.data.decode("utf-8", "replace").replace("\0", "")[:LONGEST_README]
        return ""


def _relative(root: str, folder: str) -> str:
    return posixpath.relpath(folder or ".", root or ".")


def _order(row: Finding) -> tuple:
    return row["level"] != "error", row["file"], row["line"] or 0
