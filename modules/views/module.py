"""A module's page, and the context that it shares with the pages of its versions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.publisher import PLATFORM, Side
from accounts.requests import SignedInRequest
from foundation import paging
from modules.models import Alarm, Module, ModuleVersion
from modules.pages.inputs_table import inputs_of, link
from modules.pages.picture import picture
from modules.terraform.abilities import abilities
from modules.terraform.obstacles import obstacle
from modules.terraform.schema import as_seen
from modules.versions import history, story, texts, usage
from modules.views import page_rows
from modules.views.page_rows import WithPage

VERSIONS_A_PAGE = 25


@login_required
@require_safe
def module(request: SignedInRequest, ref: str) -> HttpResponse:
    version = version_shown(request, ref)
    module = version.module
    if "version" in request.GET:
        return redirect(get_object_or_404(module.versions, number=_number(request.GET["version"])))
    page = _versions(request, module)
    context = shown(request.user, version) | {
        "page": page,
        "number": version.number_of_versions,
        "lines": history.lines(page),
        "before": _before(version, page),
        "alarms": standing_alarms(request.user, module),
        "links": _publishing_links(module) if _may_publish(request.user, version) else None,
    }
    return render(request, "modules/module.html", context)


def version_shown(request: SignedInRequest, ref: str, semver: str | None = None) -> WithPage:
    """`page_rows.shown`, or 404."""
    if version := page_rows.shown(request.user, ref, semver):
        return version
    raise Http404


def shown(user: User, version: WithPage) -> dict[str, Any]:
    """The context about `version` that the pages of a module and of its versions share."""
    module, why_not = version.module, obstacle(version.schema, version.terraform or "")
    sees_hidden, is_offered = module.shows_hidden_inputs_to(user), version.is_deployable and not why_not
    schema = as_seen(version.schema, sees_hidden=sees_hidden)
    return {
        "module": module,
        "version": version,
        "texts": texts.of(version, getattr(version, "texts", None)),
        "documentation": link(schema["platform"].get("module_documentation")),
        "inputs": inputs_of(schema, with_hidden=sees_hidden),
        "abilities": abilities(schema),
        "picture": picture(module.title, schema),
        "facts": story.facts(module, version, user),
        "needed": story.needed(page_rows.needed(user, version)),
        "notices": story.notices(module, version, is_offered=is_offered, obstacle=why_not),
        "may_change": module.may_change(user),
        "is_offered": is_offered,
    }


def standing_alarms(user: User, module: Module) -> list[Alarm]:
    """The module's alarms that were not dismissed; none unless `user` may change the module."""
    return page_rows.alarms(module) if module.may_change(user) else []


def _versions(request: SignedInRequest, module: Module) -> paging.Page:
    versions = module.versions.defer(*history.HEAVY)
    found = usage.with_usage(versions)
    return paging.page(found, request.GET, by=["-number"], size=VERSIONS_A_PAGE, places=versions)


def _before(version: ModuleVersion, page: paging.Page) -> ModuleVersion | None:
    """The version before this one, which is mostly on the page beside it."""
    numbers = [each.number for each in page]
    if version.number in numbers[:-1]:
        return page.rows[numbers.index(version.number) + 1]
    older = version.module.versions.defer(*history.HEAVY).filter(number__lt=version.number)
    return older.first() if version.number > 1 else None


def _may_publish(user: User, version: WithPage) -> bool:
    """Whether `user` may publish for its owner, and its repository is still the selected one."""
    return version.is_chosen and user.may_publish_for(version.module.owner)


def _publishing_links(module: Module) -> dict[str, str]:
    settings = {"path": module.path or "."} | ({"for": PLATFORM} if module.is_platform else {})
    return {
        "settings": f"{reverse('modules:publish-module')}?{urlencode(settings)}",
        "publish": f"{reverse('modules:publish')}{Side(module.owner).query}",
    }


def _number(text: str) -> int:
    """The version's number in an old URL. Raises Http404."""
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Http404
    return int(text)
