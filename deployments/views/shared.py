"""Shared by the views: fetches visible rows, reads posts, lists inputs."""

from collections.abc import Container
from typing import Any

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.requests import SignedInRequest
from deployments.inputs import values
from deployments.inputs.widgets import rearranged
from deployments.models import Deployment, Draft, Run
from modules.terraform.schema import is_ephemeral


def deployment_or_404(request: SignedInRequest, ref: str) -> Deployment:
    visible = Deployment.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("owner", "version__module__owner", "cost_centre"), ref=ref)


def changeable(request: SignedInRequest, ref: str) -> Deployment:
    """A deployment that the person can change; 404 when it is not visible, 403 when it is read-only."""
    deployment = deployment_or_404(request, ref)
    if not deployment.may_change(request.user):
        raise PermissionDenied
    return deployment


def run_or_404(deployment: Deployment, number: int) -> Run:
    return get_object_or_404(deployment.runs.select_related("by", "version", "hold"), number=number)


def asked(request: SignedInRequest, name: str) -> str:
    """A parameter of the post, or else of the query string."""
    return request.POST.get(name) or request.GET.get(name, "")


def typed(request: SignedInRequest) -> dict[str, Any]:
    """The options for a form of inputs from the post; after Add or × the form is not validated."""
    if request.method != "POST":
        return {}
    changed = rearranged(request.POST)
    return {"data": request.POST if changed is None else changed, "check": changed is None}


def listed(given: Deployment | Draft, secrets: Container[str]) -> list[dict[str, Any]]:
    """The inputs of a draft or deployment that have a value; `secrets` are names, whose values are not shown."""
    return [
        {"name": name, "text": values.show(given.inputs.get(name)), "is_secret": name in secrets}
        for name in (variable["name"] for variable in given.version.schema["variables"])
        if name in given.inputs or name in secrets
    ]


def sensitive_names(deployment: Deployment) -> list[str]:
    """Names of variables that may have a stored secret, without decrypting any."""
    if not deployment.secret_inputs:
        return []
    variables = deployment.version.schema["variables"]
    return [each["name"] for each in variables if each["sensitive"] and not is_ephemeral(each)]
