"""Candidates as the publish pages list them: with sentences, terms in effect, alarms and URLs."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from django.urls import reverse
from django.utils.http import urlencode

from foundation.paragraphs import Paragraph, counted
from modules.models import Alarm
from modules.publishing import story
from modules.publishing.candidate import Candidate
from modules.publishing.terms import Suggestion, Terms, suggestion_of, terms_of


@dataclass
class Listing:
    """A previewed candidate with its alarms; `address` is the start of the query of its links to publish pages."""

    candidate: Candidate
    address: str = ""
    alarms: list[Alarm] = field(default_factory=list)

    @cached_property
    def terms(self) -> Terms:
        return terms_of(self.candidate)

    @cached_property
    def says(self) -> Suggestion:
        return suggestion_of(self.candidate)

    @property
    def paragraphs(self) -> list[Paragraph]:
        return story.of_candidate(self.candidate, terms=self.terms, address=self.address)

    @property
    def commits_heading(self) -> str:
        return story.commits_since(self.candidate)

    @property
    def suggestions(self) -> str:
        return counted(len(self.candidate.advice), "suggestion")

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
        return f"{reverse(name)}?{self.address}{urlencode({'path': self.candidate.path or '.'})}"


def listings(found: Iterable[Candidate], *, address: str = "") -> list[Listing]:
    """A listing of each candidate, with one query for all alarms that were not dismissed."""
    made = [Listing(candidate, address) for candidate in found]
    by_module = {each.candidate.module.pk: each for each in made if each.candidate.module}
    alarms = Alarm.objects.filter(dismissed_at=None, version__module__in=by_module).select_related("version")
    for alarm in alarms.defer("version__schema", "version__readme", "version__changes", "version__commits"):
        by_module[alarm.version.module_id].alarms.append(alarm)
    return made
