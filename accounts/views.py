from contextlib import suppress
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import reswap, retarget

from accounts import (
    api_tokens,
    profile_page,
    services,
    shown_once,
    token_health,
    two_factor_card,
    unsent,
    webhooks,
)
from accounts.forms import ApiTokenForm, NameForm, RemovalForm, RepositoryForm, ThemeForm, TokenForm
from accounts.github_errors import BranchNotFound, BranchRenamed, GitHubError
from accounts.models import GitHubConnection, User
from accounts.publisher import Side, side_of
from accounts.requests import SignedInRequest, part_of_page

YEAR = 365 * 24 * 3600
API_TOKEN, WEBHOOK = "api_token", "webhook"
STOP_POLLING = 286  # htmx's own status


@login_required
@require_safe
@never_cache
def profile(request: SignedInRequest) -> HttpResponse:
    return _page(request, new_api_token=shown_once.take(request, API_TOKEN), new_webhook_secret=_new_secret(request))


def _new_secret(request: SignedInRequest) -> str:
    """The secret of the webhook, on the page after the post that made it."""
    name = WEBHOOK + (side_of(request).query if request.user.publishes_for else "")
    return shown_once.take(request, name).get("secret", "")


@login_required
@require_POST
def name_save(request: SignedInRequest) -> HttpResponse:
    form = NameForm(request.POST, instance=User.objects.get(pk=request.user.pk))
    if not form.is_valid():
        return _page(request, status=422, name_form=form)
    services.rename(request.user, by=request.user, **form.cleaned_data)
    messages.success(request, "Your name was saved.")
    return redirect("accounts:profile")


@login_required
@require_POST
def theme_save(request: SignedInRequest) -> HttpResponse:
    form = ThemeForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422)
    response = redirect("accounts:profile")
    response.set_cookie(
        "theme", form.cleaned_data["theme"], max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return response


@login_required
@require_POST
def token_save(request: SignedInRequest) -> HttpResponse:
    """Asks GitHub while the person waits, with a timeout of seconds."""
    side = side_of(request)
    if get_adapter().is_reauthentication_required(app="accounts"):
        return _confirm_first(
            request, _profile_of(side), "Your token was not saved yet. Enter your password, then paste the token again."
        )
    form = TokenForm(request.POST, replaces=side.connections.exists())
    if not form.is_valid():
        return _page(request, status=422, token_form=form)
    try:
        connection = services.save_token(side.owner, token=form.cleaned_data["token"], by=request.user)
    except GitHubError as error:
        form.add_error("token", profile_page.github_refusal(error))
        return _page(request, status=422, token_form=form)
    messages.success(request, f"The token of {connection.login} was checked and saved.")
    return redirect(_profile_of(side))


@login_required
@require_POST
def repository_save(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    form = RepositoryForm(request.POST, connection=connection)
    if not form.is_valid():
        return _page(request, status=422, repository_form=form)
    chosen, rest = form.cleaned_data["repository"], {name: form.cleaned_data[name] for name in ("branch", "any_depth")}
    try:
        connection = services.select_repository(connection, repository_id=chosen.repository_id, by=request.user, **rest)
    except GitHubError as error:
        is_branch = isinstance(error, BranchNotFound | BranchRenamed)
        form.add_error("branch" if is_branch else "repository", profile_page.github_refusal(error))
        return _page(request, status=422, repository_form=form)
    messages.success(request, profile_page.repository_saved(connection))
    return redirect(_profile_of(side))


@login_required
@require_safe
@part_of_page
def repository_search(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    return render(request, "accounts/_choice.html", _choice(request, connection))


@login_required
@require_POST
def repository_refresh(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    try:
        services.request_refresh(connection, by=request.user)
        messages.info(request, "Refreshing the list of repositories from GitHub.")
    except services.ConnectionRemoved as error:
        messages.error(request, str(error))
    return redirect(_profile_of(side))


@login_required
@require_safe
@part_of_page
def repository_status(request: SignedInRequest) -> HttpResponse:
    """The polling line while the list is being read; afterwards the whole card."""
    context = _github(request)
    if context["connection"] is None:
        return HttpResponse(status=STOP_POLLING)
    if context["connection"].is_refreshing:
        return render(request, "accounts/_refreshing.html", context)
    response = render(request, "accounts/_repository.html", context)
    return reswap(retarget(response, "#repository"), "outerHTML")


@login_required
@require_POST
def connection_remove(request: SignedInRequest) -> HttpResponse:
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    form = RemovalForm(request.POST, connection=connection)
    if not form.is_valid():
        return _page(request, status=422, removal_form=form)
    with suppress(services.ConnectionRemoved):  # by a second click: idempotent
        services.remove_connection(connection, by=request.user)
    messages.success(request, "The GitHub connection was removed. Published modules are not affected.")
    return redirect(_profile_of(side))


@login_required
@require_POST
@never_cache
def webhook_save(request: SignedInRequest) -> HttpResponse:
    """Creates a secret, which the next page shows once."""
    side = side_of(request)
    connection = get_object_or_404(side.connections)
    if get_adapter().is_reauthentication_required(app="accounts"):
        return _confirm_first(
            request,
            f"{_profile_of(side)}#webhook",
            "No secret was created yet. Enter your password, then press the button again.",
        )
    try:
        secret = webhooks.make_secret(connection, by=request.user)
    except (webhooks.NoRepository, services.ConnectionRemoved):
        return _page(request, status=422)
    shown_once.put(request, WEBHOOK + side.query, {"secret": secret})
    return redirect(f"{_profile_of(side)}#webhook")


@login_required
@require_POST
@never_cache
def api_token_create(request: SignedInRequest) -> HttpResponse:
    """Creates a token, whose text the next page shows once."""
    if get_adapter().is_reauthentication_required(app="accounts"):
        return _confirm_first(
            request, _api_tokens(), "No token was created yet. Enter your password, then create it again."
        )
    _context(request)  # raises PermissionDenied before anything is created
    form = ApiTokenForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, api_token_form=form)
    try:
        _, text = api_tokens.create(request.user, name=form.cleaned_data["name"], by=request.user)
    except api_tokens.Refused as error:
        form.add_error("name", str(error))
        return _page(request, status=422, api_token_form=form)
    shown_once.put(request, API_TOKEN, {"name": form.cleaned_data["name"], "text": text})
    return redirect(_api_tokens())


@login_required
@require_POST
def api_token_revoke(request: SignedInRequest, ref: str) -> HttpResponse:
    token = get_object_or_404(request.user.api_tokens, ref=ref)
    api_tokens.revoke(token, by=request.user)
    messages.success(request, f"The token {token.name} was revoked. It no longer works.")
    return redirect(_api_tokens())


def _profile_of(side: Side) -> str:
    return reverse("accounts:profile") + side.query


def _api_tokens() -> str:
    return f"{reverse('accounts:profile')}#tokens"


def _confirm_first(request: SignedInRequest, address: str, afterwards: str) -> HttpResponse:
    """Ask for the password. allauth's decorator would store the POST, with the token in clear, in the session."""
    messages.info(request, afterwards)
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': address})}")


def _page(request: SignedInRequest, *, status: int = 200, **bound: Any) -> HttpResponse:
    """Renders the profile; `bound` overrides context, such as forms with errors."""
    return render(request, "accounts/profile.html", _context(request) | bound, status=status)


def _context(request: SignedInRequest) -> dict:
    theme = request.COOKIES.get("theme", "auto")
    context = {
        "lead": profile_page.lead(request.user),
        "name_form": NameForm(instance=request.user, initial=_typed_name(request)),
        "theme_form": ThemeForm(initial={"theme": theme}),
        "api_tokens": request.user.api_tokens.filter(revoked_at=None),
        "api_token_form": ApiTokenForm(),
        "two_factor": two_factor_card.card(request.user),
    }
    if request.user.publishes_for:
        context |= _github(request)
    return context


def _typed_name(request: SignedInRequest) -> dict | None:
    typed = unsent.take(request, address=reverse("accounts:name-save"))
    return typed.dict() if typed else None


def _github(request: SignedInRequest) -> dict:
    side = side_of(request)
    connection = _with_figures(side).first()
    readable, published = (connection.readable, connection.published) if connection else (0, None)
    context = {
        "side": side,
        "connection": connection,
        "health": token_health.badge_of(connection) if connection else None,
        "token_form": TokenForm(replaces=connection is not None),
        "cards": profile_page.github_cards(
            connection, is_platform=side.owner is None, readable=readable, published=published
        ),
    }
    if connection is None:
        return context
    context |= {"repository_count": readable, "last_delivery": _last_delivery(connection)}
    return context | _choice(request, connection) | {"removal_form": RemovalForm(connection=connection)}


def _last_delivery(connection: GitHubConnection) -> Any:
    return connection.deliveries.of_chosen_repository().last() if connection.webhook_secret_encrypted else None


def _choice(request: SignedInRequest, connection: GitHubConnection) -> dict:
    """Context of the repository form, filtered by `?q=`."""
    matching = request.GET.get("q", "").replace("\0", "").strip()  # PostgreSQL stores no NUL
    form = RepositoryForm(connection=connection, matching=matching)
    found = profile_page.found(len(form.found)) if matching else ""
    return {"matching": matching, "repository_form": form, "found": found}


def _with_figures(side: Side) -> QuerySet[Any]:
    """The connection, with the number of `readable` repositories, and of `published` modules from the selected one.

    `published` is None for the platform, whose modules have no owner.
    """
    rows = side.connections.annotate(readable=Count("repositories"))
    if side.owner is None:
        return rows.annotate(published=Value(None, IntegerField()))
    modules = side.owner.modules.published().filter(repository_id=OuterRef("repository_id")).order_by()
    number = modules.values("repository_id").annotate(number=Count("pk")).values("number")
    return rows.annotate(published=Coalesce(Subquery(number), 0))
