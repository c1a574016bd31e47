"""The table "Who sees what" of docs/architecture.md, by families of markers."""

from dataclasses import dataclass

from tests.leaks.markers import Marker

ROLES = {"alice": "partner", "bob": "partner", "carol": "user", "admin": "admin"}

# Whose rows somebody sees, for user, partner and admin; "a|b" is without and with Private Mode.
SEEN = {
    "person": "own own|all all",
    "address": "own own|all all",
    "publisher": "all all all",
    "connection": "own own all",
    "apitoken": "own own all",
    "scan": "own own own",
    "everyone": "all all all",
    "named": "all own|all all",  # shared with carol, the user
    "exclusive": "none|all own|all all",
    "removed": "none own all",
    "hidden": "none own all",  # inputs of group 0: for the publisher and admins
    "deployment": "own own|all all",
    "draft": "own own own",
    "money": "own own all",
    "revenue": "none own all",
    "audit": "none none all",
    "secret": "none none none",
    "archive": "none none none",
}


@dataclass(frozen=True)
class Visitor:
    """A visitor, while Private Mode is off or on; without a name nobody is signed in."""

    name: str
    private_mode: bool

    @property
    def role(self) -> str:
        return ROLES.get(self.name, "anonymous")

    def sees(self, marker: Marker) -> bool:
        """Whether any page may show the marker to this visitor."""
        if not self.name:
            return False
        columns = dict(zip(("user", "partner", "admin"), SEEN[marker.family].split(), strict=True))
        whose = self.choose(columns[self.role])
        return whose == "all" or (whose == "own" and self.owns(marker))

    def owns(self, marker: Marker) -> bool:
        """Whether the marker is the visitor's; the platform's belong to the admin."""
        return marker.owner == self.name or (self.role == "admin" and marker.owner == "platform")

    def choose(self, cell: str) -> str:
        """The part of `cell` that applies: "a|b" is a without, b with Private Mode."""
        return cell.split("|")[-1 if self.private_mode else 0]
