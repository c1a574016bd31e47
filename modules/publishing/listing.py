"""What the publish pages show of a row besides the row itself: what is in effect, and its alarms."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode

from foundation.paragraphs import Paragraph, counted
from modules.models import Alarm
from modules.publishing import story
from modules.publishing.candidate import Row
from modules.publishing.terms import Suggestion, Terms, suggestion_of, terms_of


@dataclass
class Line:
    """A previewed row of the Publish page with its alarms; `address` is what links to publish pages carry along."""

    row: Row
    address: str = ""
    alarms: list[Alarm] = field(default_factory=list)

    @cached_property
    def terms(self) -> Terms:
        return terms_of(self.row)

    @cached_property
    def says(self) -> Suggestion:
        return suggestion_of(self.row)

    @property
    def paragraphs(self) -> list[Paragraph]:
        return story.of_candidate(self.row, terms=self.terms, address=self.address)

    @property
    def commits_heading(self) -> str:
        return story.commits_since(self.row)

    @property
    def suggestions(self) -> str:
        return counted(len(self.row.advice), "suggestion")

    @property
    def settings_url(self) -> str:
        return self._url("modules:publish-module")

    @property
    def trial_url(self) -> str:
        return self._url("deployments:form-trial")

    @property
    def terms_in_effect(self) -> str:
        return story.in_effect(self.terms, self.says)

    def _url(self, name: str) -> str:
        return f"{reverse(name)}?{self.address}{urlencode({'path': self.row.path or '.'})}"


def lines(rows: Iterable[Row], *, address: str = "") -> list[Line]:
    """A line for each row, with one query for all alarms that nobody has dismissed."""
    made = [Line(row, address) for row in rows]
    by_module = {line.row.module.pk: line for line in made if line.row.module}
    alarms = Alarm.objects.filter(dismissed_at=None, version__module__in=by_module).select_related("version")
    for alarm in alarms.defer("version__schema", "version__readme", "version__changes", "version__commits"):
        by_module[alarm.version.module_id].alarms.append(alarm)
    return made
