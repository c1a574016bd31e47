"""A row of the leak table, and its evaluation for one visitor."""

from dataclasses import dataclass

from tests.leaks.markers import Marker
from tests.leaks.rules import Visitor

COLUMNS = ("anonymous", "user", "partner", "owner", "admin")
NO_POST = "login 405 405 405 405"
NO_GET = "login 405 405 405 405"
SHELL = {"person", "publisher", "address"}  # every page names the signed-in person
BAND = ("connection", "repository")  # and the repository that their token cannot read


@dataclass(frozen=True)
class Row:
    """
    One URL and its expected responses.

    `get`, `head` and `post` hold a status for each of COLUMNS: "a|b" is a without and b with Private Mode, "login"
    a redirect to sign-in, "password" one to the password page, "-" for an owner the same as for their role. Without
    `head`, HEAD is like GET.

    `of` names the kind of object in the URL: the row then applies to everybody's; "" is a page of the visitor. `query`
    may contain {placeholders}, and `data` names the form data of the POST (both in asking.py).

    `shows` are the families or family.fields that a body may contain, if rules.SEEN lets the visitor see them. `@own`
    limits that to the visitor's own, `@target` to those of the object's owner, `@platform` and `@partners` to theirs,
    and another family's name, as in `@money`, to owners of whom the visitor sees that family. `must` are those that a
    page with status 200 contains. `reveals` are secrets that the owner gets by this request. `notes` are the tables in
    which a refused request leaves a note.
    """

    name: str
    get: str = NO_GET
    post: str = NO_POST
    head: str = ""
    of: str = ""
    query: str = ""
    data: str = ""
    shows: str = ""
    must: str = ""
    reveals: str = ""
    notes: str = ""

    def status(self, method: str, visitor: Visitor, target: str) -> str:
        line = {"GET": self.get, "HEAD": self.head or self.get, "POST": self.post}[method]
        cells = dict(zip(COLUMNS, line.split(), strict=True))
        cell = cells[relation(visitor, target)]
        return visitor.choose(cells[visitor.role] if cell == "-" else cell)

    def allows(self, marker: Marker, visitor: Visitor, target: str) -> bool:
        if marker.owner == visitor.name and marker.family in SHELL:
            return True
        if visitor.owns(marker) and (marker.family, marker.field) == BAND and visitor.sees(marker):
            return True
        if relation(visitor, target) == "owner" and _is_named(marker, self.reveals, visitor, target):
            return True
        return visitor.sees(marker) and _is_named(marker, f"{self.shows} {self.must}", visitor, target)

    def misses(self, found: set[Marker], existing: set[Marker], visitor: Visitor, target: str) -> set[Marker]:
        wanted = {marker for marker in existing if _is_named(marker, self.must, visitor, target)}
        return {marker for marker in wanted if visitor.sees(marker)} - found


def relation(visitor: Visitor, target: str) -> str:
    return "owner" if target and target == visitor.name else visitor.role


def _is_named(marker: Marker, words: str, visitor: Visitor, target: str) -> bool:
    return any(_covers(word, marker, visitor, target) for word in words.split())


def _covers(word: str, marker: Marker, visitor: Visitor, target: str) -> bool:
    what, *narrowings = word.split("@")
    family, _, field = what.partition(".")
    is_meant = family == marker.family and field in ("", marker.field)
    return is_meant and all(_is_within(narrowing, marker, visitor, target) for narrowing in narrowings)


def _is_within(narrowing: str, marker: Marker, visitor: Visitor, target: str) -> bool:
    if narrowing == "target":
        return marker.owner == target
    if narrowing == "own":
        return visitor.owns(marker)
    if narrowing in ("platform", "partners"):
        return (marker.owner == "platform") == (narrowing == "platform")
    return visitor.sees(Marker(marker.owner, narrowing, marker.field))
