"""One version of a module: its page, and the actions of its publisher."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from modules.forms.versions import DeprecateForm, RevokeForm
from modules.models import Alarm, ModuleVersion
from modules.pages.inputs_table import resources_of, summary_of
from modules.versions import history, lifecycle, notices, story, usage
from modules.views import page_rows
from modules.views.module import shown, standing_alarms, version_shown
from modules.views.page_rows import WithPage


@login_required
@require_safe
def version(request: SignedInRequest, ref: str, semver: str) -> HttpResponse:
    return _page(request, version_shown(request, ref, semver))


@login_required
@require_POST
def version_current(request: SignedInRequest, ref: str, semver: str) -> HttpResponse:
    version = _changeable(request, ref, semver)
    return _say(request, version, lifecycle.make_current, f"Version {semver} is current. New deployments use it.")


@login_required
@require_POST
def version_deprecate(request: SignedInRequest, ref: str, semver: str) -> HttpResponse:
    version = _changeable(request, ref, semver)
    form = DeprecateForm(request.POST, version=version)
    if not form.is_valid():
        return _page(request, version, status=422, deprecate_form=form)
    done = "The deprecation is saved." if version.deprecated_at else f"Version {semver} is deprecated."
    return _say(request, version, lifecycle.deprecate, done, **form.cleaned_data)


@login_required
@require_POST
def version_undeprecate(request: SignedInRequest, ref: str, semver: str) -> HttpResponse:
    version = _changeable(request, ref, semver)
    return _say(request, version, lifecycle.undeprecate, f"Version {semver} is no longer deprecated.")


@login_required
@require_POST
def version_revoke(request: SignedInRequest, ref: str, semver: str) -> HttpResponse:
    version = _changeable(request, ref, semver)
    form = RevokeForm(request.POST, version=version)
    if not form.is_valid():
        return _page(request, version, status=422, revoke_form=form)
    reason = form.cleaned_data["reason"]
    return _say(request, version, lifecycle.revoke, f"Version {semver} is revoked.", reason=reason)


@login_required
@require_POST
def version_unrevoke(request: SignedInRequest, ref: str, semver: str) -> HttpResponse:
    version = _changeable(request, ref, semver)
    return _say(request, version, lifecycle.unrevoke, f"Version {semver} is no longer revoked.")


@login_required
@require_POST
def alarm_dismiss(request: SignedInRequest, ref: str, alarm: str) -> HttpResponse:
    module = version_shown(request, ref).module
    if not module.may_change(request.user):
        raise PermissionDenied
    found = get_object_or_404(Alarm.objects.select_related("version__module"), version__module=module, ref=alarm)
    lifecycle.dismiss_alarm(found, by=request.user)
    messages.success(request, "Alarm dismissed.")
    return redirect(module)


def _changeable(request: SignedInRequest, ref: str, semver: str) -> WithPage:
    """A version that the user may change; 404 when its module is not visible, 403 when the user may not change it."""
    version = version_shown(request, ref, semver)
    if not version.module.may_change(request.user):
        raise PermissionDenied
    return version


def _say(
    request: SignedInRequest, version: ModuleVersion, deed: Callable[..., ModuleVersion], done: str, **details: Any
) -> HttpResponse:
    """Call a function of the lifecycle, and show its result on the version's page."""
    try:
        deed(version, by=request.user, **details)
    except lifecycle.Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(version)


def _page(request: SignedInRequest, version: WithPage, *, status: int = 200, **forms: Any) -> HttpResponse:
    module = version.module
    may_change, sees_hidden = module.may_change(request.user), module.shows_hidden_inputs_to(request.user)
    resources = resources_of(version.schema)
    alarms = [alarm for alarm in standing_alarms(request.user, module) if alarm.version_id == version.pk]
    context = shown(request.user, version) | {
        "step": history.step_to(version, with_hidden=sees_hidden),
        "others": page_rows.semvers_beside(version),
        "comparison": _comparison(request, version, with_hidden=sees_hidden),
        "resources": resources,
        "resources_summary": summary_of(resources),
        "usage": usage.of(version),
        "alarms": alarms,
    }
    if may_change:
        context |= _for_publisher(version)
    return render(request, "modules/version.html", context | forms, status=status)


def _for_publisher(version: ModuleVersion) -> dict[str, Any]:
    """The additional context for users who may change the version."""
    people = usage.people_of(version)
    told = "" if version.revoked_at else notices.notice(people.told, people.number_told)
    return {
        "deployers": people.deployers,
        "deployers_note": story.deployers_note(people.number),
        "manage": story.manage(version, told),
        "deprecate_form": DeprecateForm(version=version),
        "revoke_form": RevokeForm(version=version),
    }


def _comparison(request: SignedInRequest, version: ModuleVersion, *, with_hidden: bool) -> list[history.Step]:
    """The steps to the version in the query and back; empty when the query names none."""
    semver = request.GET.get("with")
    if not semver:
        return []
    other = get_object_or_404(version.module.versions.exclude(pk=version.pk), semver=semver.replace("\0", "")[:60])
    return [history.step(*way, with_hidden=with_hidden) for way in ((version, other), (other, version))]
