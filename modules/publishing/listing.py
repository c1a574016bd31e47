"""Candidates as the publish pages list them: with sentences, terms in effect, alarms and URLs."""

from collections import Counter
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
    """A previewed candidate with its alarms; `address` is the start of the query of its links to publish pages.

    `number` is its place in the list, from 1.
    """

    candidate: Candidate
    number: int
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
    made = [Listing(candidate, number, address) for number, candidate in enumerate(found, 1)]
    by_module = {each.candidate.module.pk: each for each in made if each.candidate.module}
    alarms = Alarm.objects.filter(dismissed_at=None, version__module__in=by_module).select_related("version")
    for alarm in alarms.defer("version__schema", "version__readme", "version__changes", "version__commits"):
        by_module[alarm.version.module_id].alarms.append(alarm)
    return made


@dataclass(frozen=True)
class Aside:
    """The listings that the page folds away, and what they are."""

    listings: list[Listing]

    @property
    def title(self) -> str:
        return f"{counted(len(self.listings), 'folder')} of examples, tests and wrappers"


def apart_from_aside(made: Iterable[Listing]) -> tuple[list[Listing], Aside]:
    """The listings that the page shows, and those that it folds away."""
    made = list(made)
    return [each for each in made if not each.candidate.is_aside], Aside(
        [each for each in made if each.candidate.is_aside]
    )


def parents(made: Iterable[Listing]) -> list[tuple[str, int]]:
    """The folders that the listings can be filtered by, with the number of listings directly in each."""
    return sorted(Counter(each.candidate.parent for each in made).items())
