"""Markers that name their owner: `mk-alice-deployment-log` occurs only in the log of alice's deployment."""

import re
from typing import NamedTuple

MARKER = re.compile(r"mk-([a-z]+)-([a-z]+)-([a-z]+)")
ADDRESS = re.compile(r"([a-z]+)@example\.com")


class Marker(NamedTuple):
    owner: str
    family: str
    field: str

    def __str__(self):
        return f"mk-{self.owner}-{self.family}-{self.field}"


def mark(owner, family: str, field: str) -> str:
    """The text for one field of one family of `owner`: a person, or None for the platform."""
    return str(Marker(name_of(owner), family, field))


def name_of(owner) -> str:
    return owner.email.partition("@")[0] if owner else "platform"


def found_in(body: str) -> set[Marker]:
    """All markers in `body`; an e-mail address counts as a marker of its person."""
    addresses = {Marker(owner, "address", "email") for owner in ADDRESS.findall(body)}
    return addresses | {Marker(*groups) for groups in MARKER.findall(body)}
