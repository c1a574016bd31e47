"""Terraform's module registry protocol. Terraform sends an API token; sessions are not accepted here.

Source: "Remote Service Discovery" and "Module Registry Protocol" of Terraform's documentation.
"""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_safe

from accounts import api_tokens
from accounts.models import ApiToken
from foundation.downloads import parts_download
from modules.reading import file_store
from modules.registry import offers

BASE = "/registry/modules/v1/"


@csrf_exempt
@require_GET
def discovery(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"modules.v1": BASE})


def token_required(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Require GET and a valid API token, which `view` gets in place of a user."""

    @csrf_exempt
    @require_GET
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, **address: str) -> HttpResponse:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        token = api_tokens.accept(text.strip(), now=timezone.now()) if scheme.lower() == "bearer" else None
        if token is None:
            answer = _refusal(401, "Send a valid API token of this portal. You create one on your profile page.")
            answer["WWW-Authenticate"] = 'Bearer realm="Partner Portal"'
            return answer
        return view(request, token, **address)

    return guarded


@token_required
def versions(request: HttpRequest, token: ApiToken, **address: str) -> HttpResponse:
    module = offers.find(token.owner, **address)
    if module is None:
        return _not_found()
    numbers = offers.versions_of(module).values_list("semver", flat=True)
    return JsonResponse({"modules": [{"versions": [{"version": number} for number in numbers]}]})


@token_required
def latest(request: HttpRequest, token: ApiToken, **address: str) -> HttpResponse:
    """Redirect to the version that new deployments use, as the public registry does."""
    module = offers.find(token.owner, **address)
    version = module and offers.versions_of(module).filter(pk=module.current_version_id).first()
    if not version:
        return _not_found()
    return redirect(reverse("modules:registry-download", kwargs=address | {"semver": version.semver}))


@token_required
def download(request: HttpRequest, token: ApiToken, semver: str, **address: str) -> HttpResponse:
    module = offers.find(token.owner, **address)
    version = module and offers.versions_of(module).filter(semver=semver).first()
    if not version:
        return _not_found()
    key = offers.archive_key(version, token=token)
    path = reverse("modules:registry-archive", args=[key, f"{module.slug}-{version.semver}"])
    answer = HttpResponse(status=204)
    answer["X-Terraform-Get"] = _source(request.build_absolute_uri(path), folder=version.path)
    return answer


@csrf_exempt
@require_safe
@never_cache
def archive(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    """The archive itself. Terraform requests it without its token, so the signed URL is the permission."""
    opened = offers.opened_by(key)
    if opened is None:
        return _not_found()
    version, token = opened
    if request.method == "GET":  # Terraform asks for the size first
        offers.note_download(version, token=token)
    file_name = f"{version.module.slug}-{version.semver}.tar.gz"
    packed = file_store.Packed(version.archive)
    return parts_download(packed.part, length=packed.length, name=file_name, kind="application/gzip")


def _source(url: str, *, folder: str) -> str:
    """The URL of an archive's folder, as Terraform expects it: absolute and unquoted.

    Terraform looks for a quoted folder by its quoted name, and quotes that of a relative URL itself. Headers are sent
    as Latin-1, so the UTF-8 bytes are decoded as such.
    """
    source = f"{url}//{folder}" if folder else url
    return source.encode().decode("latin-1")


def _not_found() -> JsonResponse:
    return _refusal(404, "This module does not exist, or the owner of this API token cannot see it.")


def _refusal(status: int, sentence: str) -> JsonResponse:
    return JsonResponse({"errors": [sentence]}, status=status)
