"""Forms of the publish pages: the ticked folders, and the settings of one."""

import json
from typing import Any

from django import forms
from django.http import Http404, QueryDict

from accounts.models import User
from foundation.amounts import CreditsField
from foundation.credits import to_credits
from modules.models import Alarm, Module
from modules.publishing.drafts import Choice
from modules.publishing.selection import LONGEST, Selection, Show
from modules.publishing.terms import Suggestion, Terms, addresses
from modules.terraform.schema import MOST_CREDITS

ROOT = "."  # a checkbox needs a value, and the root folder's path is blank
LONGEST_LIST = 20_000  # characters of addresses
YES_OR_NO = [("yes", "Yes"), ("no", "No")]
AUDIENCES = [
    (Module.Audience.EXCLUSIVE, "Exclusive to you"),
    (Module.Audience.NAMED, "Shared with named people"),
    (Module.Audience.EVERYONE, "Everyone"),
]
CHANGED = "This form cannot be read. Reload the page."


def folder_name(path: str) -> str:
    """The name of the folder at `path` in URLs and forms."""
    return path or ROOT


def folder_named(name: str | None) -> str:
    """The path of the folder that a URL or a form names. Raises Http404 for an invalid name."""
    if not name or "\0" in name:
        raise Http404
    return "" if name == ROOT else name


class SeenField(forms.JSONField):
    """The state that the page showed, by path, as JSON; forged JSON may be nested too deeply to be parsed."""

    def __init__(self, kind: type, **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def to_python(self, value: Any) -> Any:
        try:
            seen = super().to_python(value)
            json.dumps(seen, ensure_ascii=False).encode()  # JSON may contain half of a surrogate pair
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError(CHANGED) from error
        return seen

    def clean(self, value: Any) -> dict[str, Any]:
        if not value:  # the text of an empty object is not blank
            raise forms.ValidationError(CHANGED)
        seen = super().clean(value)
        if not isinstance(seen, dict) or not all(isinstance(fact, self.kind) for fact in seen.values()):
            raise forms.ValidationError(CHANGED)
        return seen


class PublishForm(forms.Form):
    """What the bar promised, and whether breaking updates were confirmed."""

    promise = SeenField(str, required=False)
    confirmed = forms.BooleanField(required=False)


class DismissalForm(forms.Form):
    """A cause of alarms, why they are dismissed, and the newest alarm that the page knew."""

    kind = forms.ChoiceField(choices=Alarm.Kind.choices)
    found = forms.CharField(required=False, max_length=300)
    seen = forms.IntegerField(min_value=0, max_value=2**62)
    reason = forms.CharField(max_length=300, error_messages={"required": "Enter why these alarms are dismissed."})


def changed_choices(data: QueryDict) -> dict[str, str]:
    """The choices, by path, that differ from what the page showed when it was made.

    `shown` are all folders on the page with their choices, `modules` the ticked ones, and `version` says of those with
    an update whether they are updated or keep their version.
    """
    ticked = set(data.getlist("modules"))
    versions = {name: choice for choice, _, name in (text.partition(" ") for text in data.getlist("version"))}
    changed = {}
    for before, _, name in (text.partition(" ") for text in data.getlist("shown")):
        now = _choice(before, is_ticked=name in ticked, version=versions.get(name, ""))
        if now != before:
            changed[folder_named(name)] = str(now)
    return changed


def _choice(before: str, *, is_ticked: bool, version: str) -> str:
    if before in (Choice.PUBLISH, Choice.LEAVE):
        return Choice.PUBLISH if is_ticked else Choice.LEAVE
    if not is_ticked:
        return Choice.REMOVE
    if version in (Choice.UPDATE, Choice.KEEP):
        return version
    return before if before in (Choice.UPDATE, Choice.KEEP) else Choice.UPDATE


def selection_of(data: QueryDict) -> Selection:
    """Search, filter and page of a URL or a form; what cannot be read is left out."""
    words, show, after = (data.get(name, "").replace("\0", "") for name in ("q", "show", "after"))
    known = Show(show) if show in Show.values else Show.ALL
    return Selection(words[:LONGEST], known, folder_named(after) if after else None)


class TermsForm(forms.Form):
    """A publisher's settings for a folder. Blank uses the repository's value, which is shown at each field.

    A Reset button blanks its field before validation.
    """

    RESETTABLE = ["title", "credit_cost", "purchased_only"]

    title = forms.CharField(required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    credit_cost = CreditsField(
        required=False,
        max_value=MOST_CREDITS,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    purchased_only = forms.ChoiceField(required=False, choices=[("", "As the repository says"), *YES_OR_NO])
    audience = forms.ChoiceField(choices=AUDIENCES, widget=forms.RadioSelect)
    emails = forms.CharField(
        label="Named people",
        required=False,
        max_length=LONGEST_LIST,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    auto_publish = forms.BooleanField(
        label="Publish compatible updates automatically",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "switch", "role": "switch"}),
        help_text="After each scan. Breaking updates and updates that can do more wait for you.",
    )

    def __init__(
        self, data: QueryDict | None = None, *, owner: User | None, terms: Terms, suggestion: Suggestion
    ) -> None:
        super().__init__(_after_reset(data), initial=_shown(terms))
        self.owner = owner
        self.overridden = [name for name in self.RESETTABLE if self.initial[name] != ""]
        if owner is None:  # a platform module is everyone's
            del self.fields["audience"], self.fields["emails"]
        for name, text in _says(suggestion).items():
            if name in self.fields:
                self.fields[name].help_text = text
        self.fields["title"].widget.attrs["placeholder"] = suggestion.title
        self.fields["credit_cost"].widget.attrs["placeholder"] = _credits(suggestion.credit_cost)

    def clean_emails(self) -> list[str]:
        typed = self.cleaned_data["emails"].replace(",", " ").replace(";", " ")
        return addresses(typed.split(), self.owner)

    def clean(self) -> dict[str, Any]:
        is_named = self.cleaned_data.get("audience") == Module.Audience.NAMED
        if is_named and not self.cleaned_data.get("emails") and "emails" not in self.errors:
            self.add_error("emails", "Enter at least one address, or select another audience.")
        return self.cleaned_data

    def terms(self) -> Terms:
        """The terms that were entered; the form must be valid."""
        given = self.cleaned_data
        cost, choice = given["credit_cost"], given["purchased_only"]
        return Terms(
            title=given["title"],
            credit_cost=cost,
            purchased_only=choice == "yes" if choice else None,
            audience=given.get("audience", Module.Audience.EVERYONE),
            emails=given.get("emails", []),
            auto_publish=given["auto_publish"],
        )


def _after_reset(data: QueryDict | None) -> QueryDict | None:
    if data is None or data.get("reset") not in TermsForm.RESETTABLE:
        return data
    data = data.copy()
    data[str(data["reset"])] = ""
    return data


def _shown(terms: Terms) -> dict:
    """The initial values of the fields."""
    choice = {None: "", True: "yes", False: "no"}[terms.purchased_only]
    cost = "" if terms.credit_cost is None else _credits(terms.credit_cost)
    return vars(terms) | {"purchased_only": choice, "credit_cost": cost, "emails": "\n".join(terms.emails)}


def _credits(units: int) -> str:
    """Units as the field parses them: 12_500 → "1.25"."""
    return f"{to_credits(units):f}"


def _says(suggestion: Suggestion) -> dict[str, str]:
    """The help text of each field, with the repository's value."""
    return {
        "title": f"The repository says {suggestion.title}.",
        "credit_cost": f"The repository says {_credits(suggestion.credit_cost)}. Others pay this for each deployment.",
        "purchased_only": f"The repository says {'yes' if suggestion.purchased_only else 'no'}. "
        "With yes, Awarded credits cannot pay for it.",
        "audience": "They can also read its code in Terraform's registry, without credits. "
        "In Private Mode, everybody can. " + _suggested_audience(suggestion),
        "emails": "One e-mail address a line. People may sign up later. Another audience deletes this list.",
    }


def _suggested_audience(suggestion: Suggestion) -> str:
    if suggestion.audience == Module.Audience.EVERYONE:
        return "The repository says everyone (public_access)."
    if suggestion.emails:
        return f"The repository says {', '.join(suggestion.emails)} (shared_users)."
    return "The repository names nobody."
