"""The pages from the catalogue to a deployment: cards, form, confirmation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.requests import SignedInRequest
from billing import services as billing
from deployments import drafts, offers, quotes, services, version_moves
from deployments.forms import DeploymentForm, OfferFilter
from deployments.models import Deployment, Draft
from deployments.story import cards, costs, input_errors, lists, versions
from deployments.views.shared import asked, listed, posted, schema_of_page, typed
from foundation import engine, paging
from modules.models import Module, ModuleVersion
from modules.models.catalogue import ModuleQuerySet
from modules.terraform.abilities import abilities

PER_PAGE = 24


@login_required
@require_safe
def deploy(request: SignedInRequest) -> HttpResponse:
    modules = offers.offered(request.user)
    counts = offers.counts(modules)
    shows_partners = request.user.is_partner or request.user.is_staff or counts["partner"] > 0
    tab = "partner" if shows_partners and request.GET.get("tab") == "partner" else "platform"
    shown = modules.partners() if tab == "partner" else modules.platform()
    context = _cards(request, shown, total=counts[tab], is_partner_tab=tab == "partner") | {
        "tags": offers.tag_counts(shown),
        "counts": counts,
        "tab": "" if tab == "platform" else tab,
        "shows_partners": shows_partners,
    }
    return render(request, "deployments/deploy.html", context)


def _cards(request: SignedInRequest, modules: ModuleQuerySet, *, total: int, is_partner_tab: bool) -> dict[str, Any]:
    """The context of one page of the `total` modules, searched and sorted as requested."""
    form = OfferFilter(request.GET)
    wanted = form.wanted()
    found = offers.with_figures(offers.matching(modules, text=wanted["q"], tag=wanted["tag"]))
    order, places = offers.SORTS[wanted["sort"] or "used"], offers.with_figures(modules)
    page = paging.page(found.defer(*offers.UNSHOWN), request.GET, by=order, size=PER_PAGE, places=places)
    terraform = engine.terraform_version()
    is_narrowed = bool(wanted["q"] or wanted["tag"])
    return {
        "page": page,
        "form": form,
        "wanted": wanted,
        "found": lists.found(found.count() if is_narrowed else total, total, "module", is_narrowed=is_narrowed),
        "cards": [cards.card(module, request.user, terraform=terraform) for module in page],
        "nothing": lists.no_modules(is_narrowed=is_narrowed, is_partner_tab=is_partner_tab),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def deployment_create(request: SignedInRequest, ref: str) -> HttpResponse:
    module = get_object_or_404(offers.offered(request.user), ref=ref)
    version = module.current_version
    if version.revoked_at or quotes.obstacle(version):
        return redirect(module)
    data = posted(request)
    draft = drafts.find(asked(request, data, "draft"), owner=request.user, version=version)
    secrets = drafts.readable_secrets(draft)
    form = _form(request, module, draft, secrets, data)
    if data:
        drafts.keep(draft, form, secrets=secrets)
        if form.check and form.is_valid():
            return redirect("deployments:draft-review", module.ref, draft.ref)
    context = {"module": module, "version": version, "form": form, "draft": draft, **_cost(version, request.user)}
    context["lead"] = f"Version {version.semver} by {module.publisher}."
    context["next_page"] = costs.next_page(is_own=context["is_own"])
    context |= {"title": f"Deploy {module.title}", "warning": versions.warning(version, is_deployed=False)}
    context["errors"] = input_errors.errors(form, kept=costs.KEPT)
    return render(request, "deployments/form.html", context, status=422 if form.errors else 200)


def _form(
    request: SignedInRequest, module: Module, draft: Draft, secrets: dict[str, Any], data: QueryDict
) -> DeploymentForm:
    return DeploymentForm(
        draft.version.schema,
        owner=request.user,
        name=draft.name or Deployment.objects.free_name(request.user, _name_of(module)),
        values=draft.inputs,
        kept=secrets,
        page=schema_of_page(draft.version, data),
        sees_hidden=module.shows_hidden_inputs_to(request.user),
        **typed(request, data),
    )


def _name_of(module: Module) -> str:
    return slugify(module.title).replace("_", "-")[:60].strip("-")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def draft_review(request: SignedInRequest, ref: str, draft_ref: str) -> HttpResponse:
    if created := Deployment.objects.filter(owner=request.user, nonce=draft_ref).first():
        return redirect(created)
    module = get_object_or_404(offers.offered(request.user), ref=ref)
    complete = Draft.objects.filter(owner=request.user, deployment=None).exclude(name="")
    drafted = complete.select_related("version__module")
    draft = get_object_or_404(drafted, ref=draft_ref, version__module=module)
    secrets, refusal = drafts.readable_secrets(draft), None
    if request.method == "POST":
        refusal, created = _create(draft, secrets, request.POST)
        if created:
            draft.delete()
            messages.success(request, f"{created.name} is queued for deployment.")
            return redirect(created)
    context = _review(request, module, draft, secrets) | {"refusal": refusal}
    context["is_short"] = isinstance(refusal, services.NotEnoughCredits)
    return render(request, "deployments/review.html", context, status=422 if refusal else 200)


def _review(request: SignedInRequest, module: Module, draft: Draft, secrets: dict[str, Any]) -> dict[str, Any]:
    """The context of the confirmation: inputs, abilities and price."""
    schema = version_moves.shown_schema(draft.version, sees_hidden=module.shows_hidden_inputs_to(request.user))
    cost = _cost(draft.version, request.user)
    return cost | {
        "module": module,
        "version": draft.version,
        "draft": draft,
        "kept": costs.KEPT,
        "warning": versions.warning(draft.version, is_deployed=False),
        "seen": drafts.mark(draft),
        "abilities": abilities(schema),
        "inputs": listed(draft, secrets),
        "action": costs.deploy_action(draft.name, cost["price"]),
    }


def _create(draft: Draft, secrets: dict[str, Any], post: QueryDict) -> tuple[str | Exception | None, Deployment | None]:
    """The refusal as a sentence, or the deployment that was created."""
    if refusal := drafts.changed_since(draft, post):
        return refusal, None
    try:
        return None, services.create_deployment(
            draft.version,
            name=draft.name,
            inputs=draft.inputs,
            secrets=secrets,
            by=draft.owner,
            nonce=draft.ref,
            shown=services.Quote.read(post.get("quote")),
        )
    except (services.Refused, services.NotEnoughCredits) as error:
        return error, None


def _cost(version: ModuleVersion, user: User) -> dict[str, Any]:
    balance = billing.balance(user)
    quote = quotes.quote(version, user)
    usable = balance.purchased if quote.is_purchased_only else balance.available
    from_awarded = 0 if quote.is_purchased_only else min(quote.price, balance.awarded)
    return {
        "quote": quote,
        "price": quote.price,
        "usable": usable,
        "usable_label": "Purchased, available now" if quote.is_purchased_only else "Available now",
        "after": usable - quote.price,
        "cost_explained": costs.explained(quote, from_awarded),
        "is_own": version.module.owner_id == user.pk,
    }
