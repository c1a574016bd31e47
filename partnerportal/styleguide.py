"""The page that shows every component in every state; the browser test visits it in both themes."""

import re
from collections.abc import Iterable

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from billing.models import Hold
from deployments.models import Deployment, Run
from foundation.choices import ShownChoices
from foundation.paging import Page
from modules.models import Module, ModuleVersion, Scan
from modules.publishing.candidate import Status as Candidate
from modules.versions.change import Compatibility

ICONS = re.findall(r'<symbol id="([a-z-]+)"', (settings.BASE_DIR / "static" / "icons.svg").read_text())


CHOICES: list[type[ShownChoices]] = [
    Run.Status,
    Deployment.Status,
    Deployment.Mark,
    Run.Action,
    Hold.State,
    Scan.Status,
    Candidate,
    Compatibility,
    ModuleVersion.Bump,
    ModuleVersion.Mark,
    Module.Mark,
    Module.Audience,
]


EMPTIES = [  # icon, title, text, address and action
    ("cube", "No repository yet", "Connect GitHub and choose a repository.", "#s-empty", "Open GitHub Configuration"),
    ("search", "Nothing matches “postgrez”", "Try fewer letters or another tag.", "#s-empty", "Clear the search"),
    ("bell", "No notifications", "You're all set.", "", ""),
]


class ExampleForm(forms.Form):
    """One field for each variant of `forms/field.html`, filled in wrongly to show the errors."""

    token = forms.CharField(help_text="Starts with ghp_ or github_pat_.", min_length=20, widget=forms.PasswordInput)
    cost = forms.IntegerField(label="Credit cost", help_text="Repository says 60.", max_value=10_000, required=False)
    region = forms.ChoiceField(choices=[("eu", "eu-central-1"), ("us", "us-east-1")], required=False)
    size = forms.ChoiceField(widget=forms.RadioSelect, choices=[("s", "Small"), ("l", "Large")])
    agreed = forms.BooleanField(label="I have read the plan")
    title = forms.CharField(initial="Telemetry Stack", disabled=True)
    notes = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    form = ExampleForm({"token": "ghp_000", "cost": "60000", "region": "eu"}, initial={"title": "Telemetry Stack"})
    context = {
        "form": form,
        "choices": _one_of_each_look(),
        "run": Run.Status,
        "candidate": Candidate,
        "icons": ICONS,
        "empties": EMPTIES,
        "list": Page(newer="a", older="b"),
    }
    return render(request, "styleguide/page.html", context)


def _one_of_each_look() -> Iterable[ShownChoices]:
    """Members of all choices, one for each distinct badge."""
    members = [member for choices in CHOICES for member in choices]
    return {(member.label, member.tone, member.icon): member for member in members}.values()
