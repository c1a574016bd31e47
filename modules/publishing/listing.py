"""Candidates as the publish pages list them: with sentences, terms in effect, alarms and URLs."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property

from django.urls import reverse
from django.utils.http import urlencode

from foundation.paragraphs import Paragraph, counted
from modules.models import Alarm
from modules.publishing import drafts, story
from modules.publishing.candidate import Candidate
from modules.publishing.terms import Suggestion, Terms, suggestion_of, terms_of
from modules.terraform.schema import Finding


@dataclass(frozen=True)
class Option:
    """An option of the list that chooses between an update and the version in use."""

    value: str
    label: str
    is_chosen: bool


@dataclass
class Listing:
    """A previewed candidate with its alarms; `address` is the start of the query of its links to publish pages."""

    candidate: Candidate
    address: str = ""
    alarms: list[Alarm] = field(default_factory=list)

    @cached_property
    def key(self) -> str:
        """The id of its row on a page, the same while it has the same path."""
        return f"m-{hashlib.sha256(self.candidate.path.encode()).hexdigest()[:12]}"

    @property
    def shown(self) -> str:
        """The choice that its row shows and its folder, as a form sends them back."""
        return f"{drafts.chosen(self.candidate)} {self.candidate.path or '.'}"

    @cached_property
    def fate(self) -> story.Fate:
        return story.fate(self.candidate)

    @property
    def versions(self) -> list[Option]:
        """Update, or keep the version; of a removed one what is chosen when it is ticked again."""
        candidate, name = self.candidate, self.candidate.path or "."
        chosen = drafts.chosen(candidate) if candidate.ticked else drafts.beforehand(candidate)
        update, keep = drafts.Choice.UPDATE, drafts.Choice.KEEP
        kept = candidate.module.current_version.semver
        return [
            Option(f"{update} {name}", f"Update to {candidate.preview.semver}", chosen == update),
            Option(f"{keep} {name}", f"Keep this version, {kept}", chosen == keep),
        ]

    @property
    def first_error(self) -> list[Finding]:
        """The first error of an invalid folder, in a list for the template."""
        return [] if self.candidate.is_valid else self.candidate.errors[:1]

    @property
    def alarms_note(self) -> str:
        return counted(self.candidate.alarms, "alarm") if self.candidate.alarms else ""

    @property
    def details_url(self) -> str:
        return self._url("modules:publish-row")

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
        return f"{_page(name)}?{self.address}{urlencode({'path': self.candidate.path or '.'})}"


_page = cache(reverse)  # each row links to the same pages


def rows(found: Iterable[Candidate], *, address: str = "") -> list[Listing]:
    """A listing of each candidate, without alarms."""
    return [Listing(candidate, address) for candidate in found]


def listings(found: Iterable[Candidate], *, address: str = "") -> list[Listing]:
    """A listing of each candidate, with one query for all alarms that were not dismissed."""
    made = rows(found, address=address)
    by_module = {each.candidate.module.pk: each for each in made if each.candidate.alarms}
    if not by_module:
        return made
    alarms = Alarm.objects.filter(dismissed_at=None, version__module__in=by_module).select_related("version")
    for alarm in alarms.defer("version__schema", "version__readme", "version__changes", "version__commits"):
        by_module[alarm.version.module_id].alarms.append(alarm)
    return made


def parents(found: Iterable[Candidate]) -> list[str]:
    """The folders above those of the candidates, which a search can name; none where all are in one."""
    names = sorted({each.parent for each in found})
    return [name for name in names if name] if len(names) > 1 else []
