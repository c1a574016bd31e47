"""What the publish pages say of a row besides the row itself: what is in effect, who has it live, what is alarming."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.contrib.humanize.templatetags.humanize import apnumber

from modules.models import Alarm
from modules.publishing.candidate import Live, Row
from modules.publishing.terms import Suggestion, Terms, suggestion_of, terms_of
from modules.versions.notices import notice

MOST_NAMED = 3


@dataclass
class Line:
    """A row of the Publish page, previewed, with its alarms; what is in effect in units of 1/10,000 credit."""

    row: Row
    alarms: list[Alarm] = field(default_factory=list)

    @cached_property
    def terms(self) -> Terms:
        return terms_of(self.row)

    @cached_property
    def says(self) -> Suggestion:
        return suggestion_of(self.row)

    @property
    def credit_cost(self) -> int:
        return self.says.credit_cost if self.terms.credit_cost is None else self.terms.credit_cost

    @property
    def is_purchased_only(self) -> bool:
        return self.says.purchased_only if self.terms.purchased_only is None else self.terms.purchased_only

    @cached_property
    def people(self) -> list[tuple[str, int]]:
        """Whose live deployments there are, and how many; who has the most first."""
        return _most_first((each.person, each.deployments) for each in self._live)

    @cached_property
    def versions(self) -> list[tuple[str, int]]:
        """Which versions the live deployments have, and how many; the one that most have first."""
        return _most_first((each.semver, each.deployments) for each in self._live)

    @property
    def notice(self) -> str:
        """Who gets an e-mail when the module leaves the catalogue, as a sentence; blank when nobody does."""
        told = _most_first((each.person, each.deployments) for each in self._live if each.is_told)
        return notice([name for name, _ in told])

    @property
    def deployments(self) -> int:
        return sum(count for _, count in self.people)

    @property
    def _live(self) -> list[Live]:
        return self.row.preview.live if self.row.preview else []


def lines(rows: Iterable[Row]) -> list[Line]:
    """A line for each row, with one query for all alarms that nobody has dismissed."""
    made = [Line(row) for row in rows]
    by_module = {line.row.module.pk: line for line in made if line.row.module}
    alarms = Alarm.objects.filter(dismissed_at=None, version__module__in=by_module).select_related("version")
    for alarm in alarms.defer("version__schema", "version__readme", "version__changes", "version__commits"):
        by_module[alarm.version.module_id].alarms.append(alarm)
    return made


def leaving(made: Iterable[Line]) -> str:
    """What is about to leave the catalogue, and whose live deployments of it go on; blank when nothing leaves."""
    gone = [line for line in made if line.row.change == "removed"]
    if not gone:
        return ""
    sentence = f"{_named([line.row.title for line in gone])} {'leaves' if len(gone) == 1 else 'leave'} the catalogue"
    people = _most_first(pair for line in gone for pair in line.people)
    if not people:
        return f"{sentence}."
    count = sum(line.deployments for line in gone)
    live, go = ("deployment", "goes") if count == 1 else ("deployments", "go")
    return f"{sentence}; {apnumber(count)} live {live} of {_named([name for name, _ in people])} {go} on."


def _named(names: list[str]) -> str:
    """At most three by name: "A", "A and B", "A, B, C and 2 more"."""
    said = names[:MOST_NAMED]
    if len(names) > MOST_NAMED:
        said = [*said, f"{len(names) - MOST_NAMED} more"]
    return " and ".join(part for part in (", ".join(said[:-1]), said[-1]) if part)


def _most_first(counted: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    sums: Counter[str] = Counter()
    for name, count in counted:
        sums[name] += count
    return sorted(sums.items(), key=lambda item: (-item[1], item[0]))
