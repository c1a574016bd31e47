"""The page of one folder: its preview, its abilities, and its publisher's settings."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import unsent
from accounts.models import GitHubConnection
from accounts.publisher import Side, side_of
from accounts.requests import SignedInRequest
from foundation.paragraphs import Paragraph
from modules.forms.publishing import TermsForm, folder_named
from modules.publishing import candidates, drafts, previews, story
from modules.publishing.drafts import WithChoices
from modules.publishing.listing import Listing, listings
from modules.publishing.services import NotPublishable
from modules.publishing.terms import set_terms
from modules.terraform import abilities
from modules.views.carried import apart_of, query_of


@dataclass(frozen=True)
class Folder:
    """The folder that a request names, with its side, its connection and the folders kept separate."""

    side: Side
    connection: GitHubConnection
    listing: Listing
    apart: list[str]

    @property
    def paragraphs(self) -> list[Paragraph]:
        publish_page = reverse("modules:publish") + self.side.query
        return [*self.listing.paragraphs, *story.next_step(self.listing.candidate, publish_page)]

    def form(self, data: QueryDict | None = None) -> TermsForm | None:
        """Return the form of its settings. Returns None when the folder is neither valid nor published."""
        if not self.listing.candidate.can_be_ticked:
            return None
        return TermsForm(data, owner=self.side.owner, terms=self.listing.terms, suggestion=self.listing.says)


@login_required
@require_safe
def publish_module(request: SignedInRequest) -> HttpResponse:
    if "path" not in request.GET:
        return redirect(reverse("modules:publish") + side_of(request).query)
    folder = _folder(request, request.GET.get("path"))
    address = f"{reverse('modules:publish-terms')}?{request.GET.urlencode()}"
    return _page(request, folder, folder.form(unsent.take(request, address=address)))


@login_required
@require_POST
def publish_terms(request: SignedInRequest) -> HttpResponse:
    folder = _folder(request, request.POST.get("path"))
    form = folder.form(request.POST)
    if form is None or not form.is_valid():
        return _page(request, folder, form, status=422)
    candidate = folder.listing.candidate
    try:
        set_terms(folder.connection, path=candidate.path, terms=form.terms(), by=request.user, apart=folder.apart)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, folder, form, status=422)
    except NotPublishable:
        return _page(request, folder, None, status=422)
    messages.success(request, f"Settings saved. {story.took_effect(candidate)}")
    return redirect(folder.listing.settings_url)


def _folder(request: SignedInRequest, name: str | None) -> Folder:
    """The folder of this name in the newest scan or among the repository's published modules; raises Http404."""
    side, apart = side_of(request), apart_of(request)
    connection: WithChoices = get_object_or_404(
        drafts.with_choices(side.connections.select_related("owner"), request.user)
    )
    path, scan = folder_named(name), candidates.newest_scan(connection)
    candidate = candidates.at_path(connection, scan, path, apart=apart)
    if candidate is None:
        raise Http404
    candidates.details([candidate])
    previews.attach([candidate], connection, scan)
    drafts.apply([candidate], connection.choices or {})
    return Folder(side, connection, listings([candidate], address=query_of(side, apart))[0], apart)


def _page(request: SignedInRequest, folder: Folder, form: TermsForm | None, *, status: int = 200) -> HttpResponse:
    candidate = folder.listing.candidate
    context = {
        "side": folder.side,
        "connection": folder.connection,
        "apart": folder.apart,
        "listing": folder.listing,
        "candidate": candidate,
        "paragraphs": folder.paragraphs,
        "takes_effect": story.takes_effect(candidate),
        "form": form,
        "abilities": abilities.abilities(candidate.found.schema) if candidate.is_valid else [],
        "is_refused": status == 422 and form is None,
    }
    return render(request, "modules/folder.html", context, status=status)
