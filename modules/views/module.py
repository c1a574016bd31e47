"""A module's page, and the context that it shares with the pages of its versions."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.models import GitHubConnection, User
from accounts.publisher import PLATFORM, Side
from accounts.requests import SignedInRequest
from foundation import engine, paging
from modules.models import Alarm, Module, ModuleVersion
from modules.pages.inputs_table import inputs_of, link
from modules.pages.picture import picture
from modules.terraform.abilities import abilities
from modules.terraform.obstacles import obstacle
from modules.terraform.schema import as_seen
from modules.versions import history, story, texts

VERSIONS_A_PAGE = 25


@login_required
@require_safe
def module(request: SignedInRequest, ref: str) -> HttpResponse:
    module = visible_module(request, ref)
    if "version" in request.GET:
        return redirect(get_object_or_404(module.versions, number=_number(request.GET["version"])))
    versions = module.versions.defer(*history.HEAVY)
    page = paging.page(versions, request.GET, by=["-number"], size=VERSIONS_A_PAGE)
    context = shown(request.user, module, module.current_version) | {
        "page": page,
        "number": versions.count(),
        "lines": history.lines(page),
        "before": versions.filter(number__lt=module.current_version.number).first(),
        "alarms": standing_alarms(request.user, module),
        "links": _publishing_links(module) if _may_publish(request.user, module) else None,
    }
    return render(request, "modules/module.html", context)


def visible_module(request: SignedInRequest, ref: str) -> Module:
    visible = Module.objects.visible_to(request.user).select_related("owner", "current_version")
    return get_object_or_404(visible, ref=ref)


def shown(user: User, module: Module, version: ModuleVersion) -> dict[str, Any]:
    """The context about `version` that the pages of a module and of its versions share."""
    sees_hidden, why_not = module.shows_hidden_inputs_to(user), obstacle(version.schema, engine.terraform_version())
    is_offered = not why_not and _is_offered(module, version)
    schema = as_seen(version.schema, sees_hidden=sees_hidden)
    return {
        "module": module,
        "version": version,
        "texts": texts.shown(version),
        "documentation": link(schema["platform"].get("module_documentation")),
        "inputs": inputs_of(schema, with_hidden=sees_hidden),
        "abilities": abilities(schema),
        "picture": picture(module.title, schema),
        "facts": story.facts(module, version, user),
        "notices": story.notices(module, version, is_offered=is_offered, obstacle=why_not),
        "may_change": module.may_change(user),
        "is_offered": is_offered,
    }


def standing_alarms(user: User, module: Module) -> QuerySet[Alarm]:
    """The module's alarms that were not dismissed; none unless `user` may change the module."""
    if not module.may_change(user):
        return Alarm.objects.none()
    alarms = Alarm.objects.filter(version__module=module, dismissed_at=None).select_related("version")
    return alarms.defer(*(f"version__{name}" for name in history.HEAVY))


def _may_publish(user: User, module: Module) -> bool:
    """Whether `user` may publish for its owner, and its repository is still the selected one."""
    chosen = GitHubConnection.objects.of(module.owner).filter(repository_id=module.repository_id)
    return user.may_publish_for(module.owner) and chosen.exists()


def _publishing_links(module: Module) -> dict[str, str]:
    settings = {"path": module.path or "."} | ({"for": PLATFORM} if module.is_platform else {})
    return {
        "settings": f"{reverse('modules:publish-module')}?{urlencode(settings)}",
        "publish": f"{reverse('modules:publish')}{Side(module.owner).query}",
    }


def _is_offered(module: Module, version: ModuleVersion) -> bool:
    is_current = version.pk == module.current_version_id
    return is_current and Module.objects.deployable().filter(pk=module.pk).exists()


def _number(text: str) -> int:
    """The version's number in an old URL. Raises Http404."""
    if not text.isascii() or not text.isdecimal() or len(text) > 6:
        raise Http404
    return int(text)
