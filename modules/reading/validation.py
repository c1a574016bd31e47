"""Validates the modules of one commit: each module folder with its schema and its findings."""

import logging
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar

from modules.pages.readme import LONGEST as LONGEST_README
from modules.reading import left_out, special_files
from modules.reading.archive import Snapshot
from modules.reading.contents import Contents
from modules.reading.discovery import (
    SourceLeaves,
    called_folder,
    find_folders,
    helpers_of,
    is_config,
    outermost,
    split,
    targets_of,
    titles_of,
    with_targets,
    without_helpers,
)
from modules.reading.found import Found, Room, TooMuch, size_of, unreadable
from modules.reading.links import Links
from modules.reading.parse_pool import Source
from modules.reading.special_files import SUBMODULE, Reasons
from modules.terraform import advice, constants, form_steps
from modules.terraform.declarations import combine, node_of
from modules.terraform.schema import Call, FileAnswer, Finding, Node, Schema, finding

RULES = 4  # increment with each change of what is a module, and of what is found in the same files
logger = logging.getLogger(__name__)
MOST_FINDINGS = 100
MOST_STEPS = 200_000  # folders and calls that are followed for all modules of a repository
MOST_CALLED = 300  # folders of one module: each module of a chain of thousands would be read with all that follow

AnyNode = TypeVar("AnyNode", Node, Schema)
Parse = Callable[[Iterable[Source]], Iterator[tuple[str, FileAnswer]]]


class Repository:
    """Reads a snapshot with `parse`, which takes sources by path and yields answers of `hcl.read_file`.

    Folders that are `known`, given with their helpers, are skipped; so many bytes are `stored` of them. `terraform` is
    the version that executes runs; blank while it is not known. With `any_depth`, folders at any depth are modules,
    once `read` has found out which are helpers of others.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        name: str,
        parse: Parse,
        *,
        known: Mapping[str, Collection[str]] | None = None,
        stored: int = 0,
        any_depth: bool = False,
        terraform: str = "",
    ) -> None:
        self.snapshot, self.name, self.parse, self.known = snapshot, name, parse, known or {}
        self.any_depth, self.terraform = any_depth, terraform
        paths = [*snapshot.files, *snapshot.refused, *snapshot.odd]
        self.folders = [each for each in find_folders(paths, any_depth=any_depth) if each not in self.known]
        self.contents = Contents(snapshot)
        self.configs = self.contents.configs
        self.targets = targets_of(snapshot.links)
        self.refused, self.odd = Reasons(snapshot.refused), Reasons(snapshot.odd)
        self.submodules = Reasons(dict.fromkeys(self.contents.submodules, SUBMODULE))
        self.titles: dict[str, str] = {}  # of all modules, known ones too
        self.answers: dict[str, FileAnswer] = {}
        self.links = Links(self._answers_of, self._unread(), snapshot.files)
        self.known_constants: dict[str, dict[str, str]] = {}  # of folders, once all of their files are parsed
        self.const: dict[str, dict[str, bool]] = {}  # whether variables are, by folder
        self.broken: dict[str, Exception] = {}  # folders that our own code failed at
        self.steps = 0
        self.room = Room(stored)
        self.nodes: dict[str, Node] = {}  # nodes of called folders, cached for all their callers
        self.sizes: dict[str, int] = {}  # of these nodes

    def read(self) -> Iterator[str]:
        """Parse the files of all modules, then of the folders that they call; yields each path once it is parsed."""
        wanted = set(self.folders)
        while wanted:
            paths = [path for folder in sorted(wanted) for path in self.configs.get(folder, [])]
            sources = [self._source(path) for path in paths]
            for path, answer in self.parse(sources):
                self.answers[path] = answer
                yield path
            called = {target for path in paths for target in self._called_by(path)}
            wanted = {folder for folder in called for path in self.configs.get(folder, []) if path not in self.answers}
        if self.any_depth:
            helpers = {folder: self._helpers(folder) for folder in self.folders}
            self.folders = without_helpers(self.folders, {**self.known, **helpers})
            self.known = dict.fromkeys(without_helpers(self.known, helpers), ())
            self.steps = 0
        self.titles = titles_of([*self.folders, *self.known], self.name)

    def module(self, folder: str) -> Found:
        """Return the module at `folder`; `read` must have been exhausted before. An error of ours is its finding."""
        try:
            if folder in self.broken:
                raise self.broken[folder]
            return self.room.take(self._module(folder))
        except TooMuch as error:
            paths = self.configs.get(folder, [])
            problem = finding("error", "source", str(error), paths[0] if paths else folder, 1)
            files = {path: self.snapshot.files[path] for path in paths}
            return Found(folder, self.titles[folder], [problem], files, parts=[""])  # any change may make it less
        except Exception as error:  # whatever it is, it must not spoil the other folders
            logger.exception("folder not read", extra={"repository": self.name, "folder": folder})
            return unreadable(folder, self.titles[folder], error)

    def _module(self, folder: str) -> Found:
        found = Found(folder, self.titles[folder])
        reached, missing, problems = self._reachable(folder)
        inside = set(outermost(reached))
        found.parts = with_targets([*inside, *missing], self.targets)
        found.findings += problems
        files = {path: self.snapshot.files[path] for part in inside for path in self.contents.below(part)}
        found.files = {path: file for path, file in files.items() if path not in self.contents.left_out}
        found.findings += left_out.advice(
            {self.contents.left_out[path] for path in files.keys() & self.contents.left_out}, folder
        )
        found.findings += special_files.of_refused(self.refused, inside)
        found.findings += self._special(found.files, reached, inside)
        found.helpers = helpers_of(folder, reached) if self.any_depth else []
        found.readme = self._readme(folder)
        answers = self._answers_of(folder)
        schema, declared = combine(answers)
        schema = constants.applied(schema, answers.values())
        found.schema = self._with_targets(folder, folder, schema) | {"tree": self._tree(folder, reached)}
        declared += form_steps.too_many(schema["variables"])
        found.findings += [row | {"file": _path(folder, row["file"])} for row in declared]
        found.findings += self._linked(folder, reached)
        found.findings += constants.fixed(schema, folder)
        found.findings += advice.of_module(folder, found.schema, answers, found.readme)
        paths = [path for part in reached for path in self.configs.get(part, [])]
        found.findings += advice.of_versions({path: self.answers[path] for path in paths}, self.terraform)
        found.findings = sorted(found.findings, key=_order)[:MOST_FINDINGS]
        return found

    def _answers_of(self, folder: str) -> dict[str, FileAnswer]:
        return {split(path)[1]: self.answers[path] for path in self.configs.get(folder, [])}

    def _linked(self, folder: str, reached: set[str]) -> list[Finding]:
        """Findings about what the files of a folder, and of those that it calls, refer to."""
        calls = {
            other: [pair for path in self.configs.get(other, []) for pair in self._calls(path, folder)]
            for other in reached
        }
        return [row | {"file": _path(other, row["file"])} for other, row in self.links.of_module(folder, calls)]

    def _unread(self) -> set[str]:
        """Folders of which something that Terraform reads could not be read."""
        missing = [*self.snapshot.refused, *self.snapshot.odd, *self.contents.pointers]
        missing += [path for paths in self.configs.values() for path in paths if left_out.is_override(split(path)[1])]
        return {folder for folder, name in map(split, missing) if is_config(name)} | set(self.contents.opentofu)

    def _tree(self, folder: str, reached: set[str]) -> dict[str, Node]:
        """The nodes of the called folders, by path from `folder`; raises TooMuch."""
        tree, size = {}, 0
        for other in sorted(reached - {folder}):
            if other not in self.nodes:
                self.nodes[other] = node_of(combine(self._answers_of(other))[0])
                self.sizes[other] = size_of(self.nodes[other])
            size += self.sizes[other]
            self.room.check(size)
            tree[_relative(folder, other)] = self._with_targets(folder, other, self.nodes[other])
        return tree

    def _constants(self, folder: str, root: str) -> dict[str, str]:
        """What is known of the constants of a folder: nothing where it is called, with values of its caller."""
        if folder != root:
            return {}
        if folder not in self.known_constants:
            self.known_constants[folder] = constants.constants(self._answers_of(folder).values())
        return self.known_constants[folder]

    def _with_targets(self, root: str, folder: str, node: AnyNode) -> AnyNode:
        """The node, its calls of local folders with a `target`: the path from `root`."""
        calls = []
        for call in node["calls"]:
            try:
                target = None if "expression" in call else called_folder(folder, call["source"])
            except SourceLeaves:
                target = None
            calls.append(call if target is None else call | {"target": _relative(root, target)})
        return node | {"calls": calls}

    def _source(self, path: str) -> Source:
        file = self.snapshot.files[path]
        return Source(path, file.data, path.endswith(".json"), file.blob)

    def _calls(self, path: str, root: str) -> Iterator[tuple[str | None, Call]]:
        """Yield the local folders that a file of the module at `root` calls, with the call.

        None stands where the source leaves the repository. A source that cannot be followed is skipped.
        """
        folder, calls = split(path)[0], self.answers[path]["calls"]
        known = self._constants(folder, root) if any("expression" in call for call in calls) else {}
        for call in (constants.followed(call, known) for call in calls):
            try:
                target = None if "expression" in call else called_folder(folder, call["source"])
            except SourceLeaves:
                yield None, call
                continue
            if target is not None:
                yield target, call

    def _called_by(self, path: str) -> set[str]:
        folder = split(path)[0]
        try:
            return {target for target, _ in self._calls(path, folder) if target is not None}
        except Exception as error:  # becomes a finding on its folder
            self.broken[folder] = error
            return set()

    def _helpers(self, folder: str) -> list[str]:
        try:
            return helpers_of(folder, self._reachable(folder)[0])
        except TooMuch:  # `module` says so
            return []
        except Exception as error:  # becomes a finding on its folder
            self.broken[folder] = error
            return []

    def _reachable(self, folder: str) -> tuple[set[str], set[str], list[Finding]]:
        """The folders of a module, called ones that are missing, and findings about overrides, calls and callees.

        Raises TooMuch.
        """
        seen, waiting, missing = {folder}, [folder], set[str]()
        problems: list[Finding] = []
        while waiting:
            self._check_number(seen)
            current = waiting.pop()
            self.steps += 1
            for path in self.configs.get(current, []):
                self.steps += len(self.answers[path]["calls"])
                problems += self._of_file(path, is_called=current != folder)
                targets, gone, wrong = self._targets(path, folder)
                missing |= gone
                problems += wrong
                waiting += dict.fromkeys(target for target in targets if target not in seen)
                seen.update(targets)
        return seen, missing, problems

    def _check_number(self, seen: set[str]) -> None:
        """Raise TooMuch when the folders of a module, of which some are `seen`, are too many."""
        if len(seen) - 1 > MOST_CALLED:
            raise TooMuch(f"The module calls more than {MOST_CALLED} folders. Split it.")
        if self.steps > MOST_STEPS and len(seen) > 1:
            raise TooMuch("The folders of this repository call each other too often to read them all.")

    def _of_file(self, path: str, *, is_called: bool) -> Iterator[Finding]:
        """An override; and what is wrong in a file of a called folder."""
        if left_out.is_override(split(path)[1]):
            message = "Override files are not supported. Move its content into the other files."
            yield finding("error", "override", message, path, 1)
        for row in self.answers[path]["findings"] if is_called else ():
            if row["code"] != "backend":
                yield row | {"file": path}

    def _targets(self, path: str, root: str) -> tuple[list[str], set[str], list[Finding]]:
        targets, missing, wrong = [], set(), self._computed(path, root)
        for target, call in self._calls(path, root):
            if target is None:
                message = f"The source {call['source']} leaves the repository. Use a folder inside it."
            elif target not in self.contents.holds:
                missing.add(target)
                message = special_files.no_folder(call["source"], self.contents.submodule_of(target))
            else:
                targets.append(target)
                continue
            wrong.append(finding("error", "source", message, path, call["line"]))
        return targets, missing, wrong

    def _computed(self, path: str, root: str) -> list[Finding]:
        """Findings about sources that Terraform computes."""
        if not any("expression" in call for call in self.answers[path]["calls"]):
            return []
        folder = split(path)[0]
        if folder not in self.const:
            rows = [row for answer in self._answers_of(folder).values() for row in answer["variables"]]
            self.const[folder] = {row["name"]: row.get("const", False) for row in rows}
        return list(constants.findings(path, self.answers[path], self._constants(folder, root), self.const[folder]))

    def _special(self, files: Iterable[str], reached: set[str], inside: set[str]) -> Iterator[Finding]:
        yield from special_files.of_odd_names(self.odd, inside)
        yield from special_files.of_pointers(sorted(self.contents.pointers.intersection(files)), reached)
        yield from special_files.of_submodules(self.submodules, inside)
        for folder in sorted(reached & self.contents.opentofu.keys()):
            yield from special_files.of_opentofu(self.contents.opentofu[folder], is_alone=folder not in self.configs)

    def _readme(self, folder: str) -> str:
        path = self.contents.readmes.get(folder)
        return self.contents.text(path)[:LONGEST_README] if path else ""


def _path(folder: str, file: str) -> str:
    return f"{folder}/{file}" if folder else file


@lru_cache(10_000)
def _relative(root: str, folder: str) -> str:
    return posixpath.relpath(folder or ".", root or ".")


def _order(row: Finding) -> tuple:
    return row["level"] != "error", row["file"], row["line"] or 0
