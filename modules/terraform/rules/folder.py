"""What the files of one folder declare together, and the types of what can be referred to in it."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from modules.terraform.fact_types import Declared
from modules.terraform.rules.evaluation import Evaluator
from modules.terraform.rules.references import CONFIGURED, FUNCTION, steps_of
from modules.terraform.rules.values import ANYTHING, Unknown
from modules.terraform.schema import FileAnswer, Output, Variable
from modules.terraform.syntax.expressions import Name, Path
from modules.terraform.types import Any_, Attribute, Collection, Object, Type, TypeSyntaxError, parse_type

UNREAD = ("syntax", "nesting", "size", "encoding", "limits")  # codes of findings about files that were not read
ROOTS = {"var": "variable", "local": "local", "module": "module"}
MOST_SEARCHES, MOST_NAMES = 5, 100  # for what was meant, and the names that are compared: that is slow
MOST_TYPOS, LONGEST_NAME = 3, 60  # characters
MOST_ROUNDS = 10  # of local values that are made of local values


@dataclass
class Folder:
    """One folder's answers by file name, with the folders that it calls by the name of the call, as far as known."""

    answers: Mapping[str, FileAnswer]
    called: Mapping[str, "Folder"] = field(default_factory=dict)
    path: str = ""  # from the repository's root
    files: Container[str] | None = None  # of the repository, where they are known
    searches: int = 0  # for a name that was meant

    @cached_property
    def declared(self) -> dict[tuple[str, str], Declared]:
        return {(row["kind"], row["name"]): row for row in self.rows("declared")}

    @cached_property
    def variables(self) -> dict[str, Variable]:
        return {row["name"]: row for answer in self.answers.values() for row in answer["variables"]}

    @cached_property
    def outputs(self) -> dict[str, Output]:
        return {row["name"]: row for answer in self.answers.values() for row in answer["outputs"]}

    @cached_property
    def whole(self) -> Type:
        """The type of its outputs together, for those that call it."""
        return Object({name: Attribute(Any_()) for name in self.outputs})

    @cached_property
    def types(self) -> dict[str, Any]:
        """What the names of variables and local values stand for."""
        variables = {name: Unknown(type_from(row["type"])) for name, row in self.variables.items()}
        found = {name: text for answer in self.answers.values() for name, text in answer["facts"]["locals"].items()}
        types = {
            "var": variables,
            "module": self._modules(),
            "local": {name: Unknown(type_from(text)) for name, text in found.items()},
        }
        return self._with_aliases(types)

    def _modules(self) -> dict[str, Unknown]:
        """The outputs of called modules: an object, or a list or a map of them."""
        found = {}
        for name, called in self.called.items():
            many = self.declared["module", name]["many"] if ("module", name) in self.declared else ""
            outputs = called.whole
            found[name] = Unknown(Collection("list" if many == "count" else "map", outputs) if many else outputs)
        return found

    def _with_aliases(self, types: dict[str, Any]) -> dict[str, Any]:
        """Add the local values that are another name of something; those of an unknown kind stay out."""
        waiting = {name: path for answer in self.answers.values() for name, path in answer["facts"]["aliases"].items()}
        for _ in range(MOST_ROUNDS):
            known = [name for name, path in waiting.items() if path[0] in types and path[1][1:] in types[path[0]]]
            for name in known:
                evaluator = Evaluator(names=types)
                value = evaluator.of(path_to(waiting.pop(name)))
                types["local"][name] = ANYTHING if evaluator.problems else value
            if not known:
                break
        return types | {"local": types["local"] | dict.fromkeys(waiting, ANYTHING)}

    def meant(self, name: str, known: Iterable[str]) -> str:
        """The known name that somebody may have meant; blank where none is alike, or many have been looked for."""
        self.searches += 1
        alike = (other for other in known if abs(len(other) - len(name)) <= MOST_TYPOS)
        is_worth = self.searches <= MOST_SEARCHES and len(name) <= LONGEST_NAME
        return next(iter(get_close_matches(name, islice(alike, MOST_NAMES), 1)), "") if is_worth else ""

    def rows(self, key: str) -> list[Any]:
        """The facts under `key` of all files, each with its file's name."""
        answers = sorted(self.answers.items())
        # mypy cannot follow a key that is a parameter; callers know what they asked for
        return [row | {"file": name} for name, answer in answers for row in answer["facts"][key]]  # type: ignore[literal-required]


def path_to(path: list[str]) -> Path:
    return Path(Name(path[0], 0), steps_of(path), 0)


@lru_cache(1000)
def type_from(text: str) -> Type:
    try:
        return parse_type(text)
    except TypeSyntaxError:
        return ANYTHING.type


def target(path: list[str]) -> tuple[str, str, list[str]]:
    """What a reference names: its kind, its name, and the steps after that."""
    root = path[0]
    if root in (CONFIGURED, FUNCTION):
        return root, path[1], []
    if root in ROOTS:
        return ROOTS[root], path[1][1:], path[2:]
    if root in ("data", "ephemeral", "action", "resource"):
        kind = "managed" if root == "resource" else root
        return kind, f"{path[1][1:]}.{path[2][1:]}", path[3:]
    return "managed", f"{root}.{path[1][1:]}", path[2:]


def is_read(answers: Mapping[str, FileAnswer]) -> bool:
    """Whether all of these files could be read."""
    return not any(row["code"] in UNREAD for answer in answers.values() for row in answer["findings"])
