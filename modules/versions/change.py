"""One change between two versions of a module, and how changes are found by name."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self, TypeVar

from foundation.choices import ShownChoices
from modules.json_columns import KeptChange


class Compatibility(ShownChoices):
    """The effect of a change on users of the version before."""

    BREAKING = "breaking", "bad", "warning", "Breaking"
    COMPATIBLE = "compatible", "ok", "ok", "Compatible"

    @classmethod
    def of(cls, bump: str) -> Self:
        return cls.BREAKING if bump == "major" else cls.COMPATIBLE


@dataclass(frozen=True)
class Change:
    """One change, as text; `before` and `after` are blank where there is nothing to show."""

    what: str
    name: str
    before: str
    after: str
    bump: str  # major, minor or patch: the step that this change requires (https://semver.org)

    @property
    def is_breaking(self) -> bool:
        return self.bump == "major"

    @property
    def compatibility(self) -> Compatibility:
        return Compatibility.of(self.bump)

    def as_row(self) -> KeptChange:
        """The change as JSON, which `Change(**row)` reads back."""
        return {"what": self.what, "name": self.name, "before": self.before, "after": self.after, "bump": self.bump}


Row = TypeVar("Row")
One = Callable[[str, Row], Iterator[Change]]
Both = Callable[[str, Row, Row], Iterator[Change]]


def by_name(
    before: dict[str, Row], after: dict[str, Row], *, removed: One[Row], added: One[Row], changed: Both[Row]
) -> Iterator[Change]:
    """Yield the changes of items by name: of removed, of added, and of common ones."""
    for name in before.keys() | after.keys():
        if name not in after:
            yield from removed(name, before[name])
        elif name not in before:
            yield from added(name, after[name])
        else:
            yield from changed(name, before[name], after[name])


def of_flag(thing: str, word: str, name: str, *, before: bool, after: bool) -> Iterator[Change]:
    """The change of a flag such as `sensitive` or `nullable`: unsetting it is breaking, setting it is not."""
    if before and not after:
        yield Change(f"{thing} no longer {word}", name, word, f"not {word}", "major")
    elif after and not before:
        yield Change(f"{thing} now {word}", name, f"not {word}", word, "minor")
