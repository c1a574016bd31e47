"""States that were put aside: the owner downloads one, admins accept or dismiss it. Each asks for the password."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from deployments import asides
from deployments.errors import Refused
from deployments.models import AsidePiece, AsideState
from deployments.views.page import page_context
from deployments.views.shared import deployment_or_404, of_deployment, run_shown
from foundation import audit, faults
from foundation.downloads import parts_download
from foundation.encryption import DecryptionFailed

ACCEPTED = f"The state was accepted. {asides.WAITS}"
DISMISSED = "The state was dismissed. It stays in the database."


@login_required
@require_POST
def aside_accept(request: SignedInRequest, ref: str, aside_ref: str) -> HttpResponse:
    return _decide(request, ref, aside_ref, asides.accept, ACCEPTED)


@login_required
@require_POST
def aside_dismiss(request: SignedInRequest, ref: str, aside_ref: str) -> HttpResponse:
    return _decide(request, ref, aside_ref, asides.dismiss, DISMISSED)


@login_required
@require_POST
def aside_download(request: SignedInRequest, ref: str, aside_ref: str) -> HttpResponseBase:
    """A state holds secrets, so that only the owner reads it; recorded in the audit trail."""
    aside = _aside_or_404(request, ref, aside_ref)
    if aside.deployment.owner_id != request.user.pk:
        raise PermissionDenied("Only its owner can download a state. Nothing was downloaded.")
    if get_adapter().is_reauthentication_required(app="accounts"):
        return _confirm_first(request, aside)
    try:
        _part(aside, 0)
    except DecryptionFailed as error:
        return _refused(request, ref, faults.unreadable("The state", error))
    audit.record("state.downloaded", by=request.user, target=aside, deployment=aside.deployment.ref, size=aside.size)
    return parts_download(
        lambda number: _part(aside, number),
        length=aside.size,
        name=f"{aside.deployment.ref}-{aside.ref}.tfstate",
        kind="application/octet-stream",
        answer=of_deployment(request, aside.deployment),
    )


def _decide(request: SignedInRequest, ref: str, aside_ref: str, deed: Callable[..., Any], done: str) -> HttpResponse:
    if not request.user.is_staff:
        raise Http404
    aside = _aside_or_404(request, ref, aside_ref)
    if get_adapter().is_reauthentication_required(app="accounts"):
        return _confirm_first(request, aside)
    try:
        deed(aside, by=request.user)
    except Refused as error:
        return _refused(request, ref, str(error))
    messages.success(request, done)
    return redirect(aside.deployment)


def _aside_or_404(request: SignedInRequest, ref: str, aside_ref: str) -> AsideState:
    deployment = deployment_or_404(request, ref)
    return get_object_or_404(deployment.asides.select_related("deployment", "run"), ref=aside_ref)


def _part(aside: AsideState, number: int) -> bytes:
    piece = AsidePiece.objects.select_related("aside").filter(aside=aside, number=number).first()
    return piece.content if piece else b""


def _confirm_first(request: SignedInRequest, aside: AsideState) -> HttpResponse:
    messages.info(request, "Nothing was done yet. Enter your password, then press the button again.")
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': aside.deployment.get_absolute_url()})}")


def _refused(request: SignedInRequest, ref: str, refusal: str) -> HttpResponse:
    context = page_context(request, run_shown(request, ref)) | {"refusal": refusal}
    return render(request, "deployments/deployment.html", context, status=409)
