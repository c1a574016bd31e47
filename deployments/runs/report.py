"""What Terraform reports of its work, to compare with the state at the end: a module can write that file as well."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from deployments.redaction import MASK
from deployments.sandbox.json_stream import Diagnostic, Drifted, Event, Planned, Progress, Provisioning, StateDump

MOST = 10_000  # addresses of a kind that are compared; of more, the first ones
# An address with a masked key is not compared: several may look the same.
LONGEST_ADDRESS = 500  # characters; longer ones are not compared, as what is kept of a state cuts them off
NOT_SAVED = "Failed to save state"
NOT_SAVED_AS_FILE = "Failed to create local state file"
ESCAPED = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))")


@dataclass(frozen=True)
class Difference:
    """How a state differs from the report: what it does not list, and what it lists though it was destroyed."""

    unknown: list[str]
    leftover: list[str]

    def __bool__(self) -> bool:
        return bool(self.unknown or self.leftover)


class Report:
    """What must be in the state when Terraform ends, as its own output says.

    `before` are the addresses in the state at the start; one is there twice while an old object waits to be destroyed.
    """

    def __init__(self, before: Iterable[str] = ()) -> None:
        counts = Counter(before)
        self._twice = {address for address, count in counts.items() if count > 1}
        self._kept = dict.fromkeys(counts)
        self._made: dict[str, None] = {}
        self._provisioned: dict[str, None] = {}
        self._gone: dict[str, None] = {}
        self._planned: dict[str, str] = {}
        self._dump: StateDump | None = None
        self._failures: set[str] = set()
        self.has_changes = False  # Terraform created or destroyed something, so its state has a new serial

    def take(self, event: Event) -> None:
        if isinstance(event, Planned):
            self._plan(event)
        elif isinstance(event, Drifted):
            self._kept.pop(event.address, None)
        elif isinstance(event, Progress) and event.status == "done":
            self._count(event)
        elif isinstance(event, Provisioning):
            self._provision(event.address)
        elif isinstance(event, StateDump):
            self._dump = event
        elif isinstance(event, Diagnostic) and event.summary in (NOT_SAVED, NOT_SAVED_AS_FILE):
            self._failures.add(event.summary)

    @property
    def could_not_save(self) -> bool:
        """Whether Terraform said so; then it wrote the state to a file of another name, or printed it."""
        return NOT_SAVED in self._failures

    @property
    def dump(self) -> bytes | None:
        """The state that Terraform printed, once it has said that it could neither save it nor write it elsewhere."""
        return self._dump.state if self._dump and {NOT_SAVED, NOT_SAVED_AS_FILE} <= self._failures else None

    def compare(self, addresses: list[str], count: int, *, at_end: bool = False) -> Difference:
        """Compare with a state of `count` resources, of which `addresses` are the first ones."""
        known = set(map(_plain, addresses))
        leftover = [address for address in self._gone if _plain(address) in known and MASK not in address]
        is_whole = len(addresses) == count
        unknown = (
            [address for address in self.expected(at_end=at_end) if _plain(address) not in known] if is_whole else []
        )
        return Difference(unknown, leftover)

    def expected(self, *, at_end: bool = False) -> list[str]:
        """The addresses that must be in the state; at the end also those whose provisioners have begun."""
        all_of_them = self._kept | self._made | (self._provisioned if at_end else {})
        return [address for address in all_of_them if len(address) <= LONGEST_ADDRESS and MASK not in address]

    def _plan(self, event: Planned) -> None:
        if event.action != "update":
            self._kept.pop(event.address, None)
        self._kept.pop(event.before, None)
        if len(self._planned) < MOST:
            self._planned[event.address] = event.action

    def _provision(self, address: str) -> None:
        """A resource exists when its provisioners begin, unless they run before it is destroyed."""
        is_made = self._planned.get(address) in ("create", "replace")
        if is_made and len(self._provisioned) < MOST:
            self._provisioned[address] = None

    def _count(self, event: Progress) -> None:
        """A replacement may create first and delete then: its delete says nothing of what is in the state."""
        self.has_changes = self.has_changes or event.action in ("create", "delete")
        is_destroyed = event.action == "delete" and self._planned.get(event.address) == "delete"
        if event.action in ("create", "update") and len(self._made) < MOST:
            self._made[event.address] = None
        elif is_destroyed and event.address not in self._twice and len(self._gone) < MOST:
            self._gone[event.address] = None


def _plain(address: str) -> str:
    """An address without escapes, as Terraform and JSON do not escape the same characters."""
    return ESCAPED.sub(_character, address)


def _character(found: re.Match) -> str:
    return found[3] or chr(min(int(found[1] or found[2], 16), 0x10FFFF))
