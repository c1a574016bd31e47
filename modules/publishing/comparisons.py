"""Updates compared with the newest version, stored ahead: the Publish page shows hundreds without reading schemas."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Self

from modules.models import Comparison, ModuleVersion
from modules.publishing import candidates
from modules.publishing.candidate import Candidate
from modules.terraform import abilities
from modules.terraform.abilities import Ability
from modules.terraform.hcl import READER
from modules.terraform.schema import Schema
from modules.versions import compare, numbering
from modules.versions.compare import Change

PIECE = 20  # schemas of as many modules are in memory at once
RULES = f"{READER}.{compare.RULES}"


@dataclass(frozen=True)
class Compared:
    """What publishing changes for those who deploy a module."""

    bump: str
    changes: list[Change]
    widened: list[Ability]

    @classmethod
    def stored(cls, row: Comparison) -> Self:
        changes = [Change(**each) for each in row.changes]
        return cls(row.bump, changes, [Ability(**each) for each in row.widened])

    def row(self, candidate: Candidate) -> Comparison:
        return Comparison(
            version=candidate.newest,
            content_hash=candidate.found.content_hash,
            rules=RULES,
            bump=self.bump,
            changes=[change.as_row() for change in self.changes],
            widened=[asdict(ability) for ability in self.widened],
        )


def attach_bumps(found: Iterable[Candidate]) -> None:
    """Set `bump` on candidates with new content: read with the candidates, else compared now."""
    missing = []
    for candidate in _pending(found):
        row = _row_of(candidate)
        candidate.bump = row.bump if row else ""
        if row is None:
            missing.append(candidate)
    for piece in pieces(missing):
        for candidate, compared in _compared(piece):
            candidate.bump = compared.bump


def of_candidates(found: Iterable[Candidate]) -> dict[str, Compared]:
    """The comparisons of candidates with new content, by path, in at most two queries and one for each piece."""
    pending = _pending(found)
    known = {row.pk: (row, candidate) for candidate in pending if (row := _row_of(candidate))}
    light = [pk for pk, (row, _) in known.items() if row.get_deferred_fields()]
    whole = {row.pk: row for row in Comparison.objects.filter(pk__in=light)} if light else {}
    whole |= {pk: row for pk, (row, _) in known.items() if pk not in light}
    told = {known[pk][1].path: Compared.stored(row) for pk, row in whole.items()}
    missing = [candidate for candidate in pending if candidate.path not in told]
    for piece in pieces(missing):
        told |= {candidate.path: compared for candidate, compared in _compared(piece)}
    return told


def store(found: Iterable[Candidate]) -> None:
    """Store the comparisons that are missing, a piece at a time; idempotent."""
    missing = [candidate for candidate in _pending(found) if _row_of(candidate) is None]
    for piece in pieces(missing):
        rows = [compared.row(candidate) for candidate, compared in _compared(piece)]
        Comparison.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["version"],
            update_fields=["content_hash", "rules", "bump", "changes", "widened"],
        )


def pieces(found: list[Candidate]) -> list[list[Candidate]]:
    return [found[start : start + PIECE] for start in range(0, len(found), PIECE)]


def _pending(found: Iterable[Candidate]) -> list[Candidate]:
    return [candidate for candidate in found if candidate.newest and candidate.has_new_content]


def _row_of(candidate: Candidate) -> Comparison | None:
    """The stored comparison, if it is of the candidate's content and by today's rules."""
    row = getattr(candidate.newest, "comparison", None)
    if row is None or (row.content_hash, row.rules) != (candidate.found.content_hash, RULES):
        return None
    return row


def _compared(piece: list[Candidate]) -> list[tuple[Candidate, Compared]]:
    candidates.details(piece)
    versions = ModuleVersion.objects.filter(pk__in=[candidate.newest.pk for candidate in piece])
    before = dict(versions.values_list("pk", "schema"))
    return [(each, _compare(before[each.newest.pk], each.found.schema)) for each in piece]


def _compare(before: Schema, after: Schema) -> Compared:
    changes = compare.compare(before, after)
    return Compared(numbering.bump_of(changes), changes, abilities.widened(before, after))
