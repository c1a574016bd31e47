"""Shared by the views: fetches visible rows, reads posts, lists inputs."""

from collections.abc import Callable, Container
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from django.shortcuts import get_object_or_404

from accounts import unsent
from accounts.readers import streamed
from accounts.requests import SignedInRequest
from accounts.scoping import Reach, Thing
from deployments import page_rows
from deployments.inputs import values
from deployments.inputs.widgets import rearranged
from deployments.models import Deployment, Draft, Run
from deployments.page_rows import WithPage
from foundation.streams import StreamedResponse
from modules.models import ModuleVersion
from modules.terraform.schema import Schema

RELATED = ("owner", "version__module__owner", "cost_centre")


def deployment_or_404(request: SignedInRequest, ref: str) -> Deployment:
    visible = Deployment.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related(*RELATED), ref=ref)


def changeable(request: SignedInRequest, ref: str) -> Deployment:
    """A deployment that the person can change; 404 when it is not visible, 403 when it is read-only."""
    deployment = deployment_or_404(request, ref)
    if not deployment.may_change(request.user):
        raise PermissionDenied("Only its owner or an admin can change this deployment. Nothing was changed.")
    return deployment


def run_shown(request: SignedInRequest, ref: str, number: int | None = None) -> WithPage:
    """`page_rows.shown`, or 404."""
    if run := page_rows.shown(request.user, ref, number):
        return run
    raise Http404


def run_or_404(deployment: Deployment, number: int) -> Run:
    return get_object_or_404(deployment.runs.select_related("by", "version"), number=number)


def of_deployment(request: SignedInRequest, deployment: Deployment) -> Callable[..., StreamedResponse]:
    """Answers with what the person sees of this deployment now; such an answer ends when they may see it no more."""
    needs = Reach.OWN if deployment.owner_id == request.user.pk else Reach.ALL
    return partial(streamed, request, thing=Thing.DEPLOYMENTS, needs=needs)


def posted(request: SignedInRequest) -> QueryDict:
    """The posted form, or what the person had typed into it when their session ended."""
    return request.POST if request.method == "POST" else unsent.take(request) or QueryDict()


def asked(request: SignedInRequest, data: QueryDict, name: str) -> str:
    """A parameter of the posted `data`, or else of the query string."""
    return data.get(name) or request.GET.get(name, "")


def typed(request: SignedInRequest, data: QueryDict) -> dict[str, Any]:
    """The options for a form of inputs from `posted`; checked only where it was sent to be, not after Add or ×."""
    if request.method != "POST":
        return {"data": data, "check": False} if data else {}
    changed = rearranged(data)
    return {"data": data if changed is None else changed, "check": changed is None}


def schema_of_page(version: ModuleVersion, data: QueryDict) -> Schema | None:
    """The schema of the form that was posted, if it was made for another version of the module."""
    shown = data.get("version", "")
    other = version.module.versions.filter(semver=shown).first() if shown not in ("", version.semver) else None
    return other.schema if other else None


def listed(given: Deployment | Draft | Run, secrets: Container[str]) -> list[dict[str, Any]]:
    """The inputs of a draft, deployment or run that have a value; `secrets` are names, whose values are not shown."""
    return [
        {"name": name, "text": values.show(given.inputs.get(name)), "is_secret": name in secrets}
        for name in (variable["name"] for variable in given.version.schema["variables"])
        if name in given.inputs or name in secrets
    ]
