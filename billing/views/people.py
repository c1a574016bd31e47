from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import directory
from accounts.requests import SignedInRequest, part_of_page
from billing.views import shared

SUGGESTED = 10
LONGEST = 254  # characters of an e-mail address


@login_required
@require_safe
@part_of_page
def people(request: SignedInRequest) -> HttpResponse:
    """Suggestions for the field that chooses a person, from those whom the viewer may choose on the page `of`."""
    page = request.GET.get("of", "")
    choice = shared.people_of(request, page)
    if choice is None:
        raise Http404
    if page == "credits":  # nobody adds to their own
        choice = choice.exclude(pk=request.user.pk)
    found = directory.matching(choice, request.GET.get("person", "")[:LONGEST].replace("\0", ""), most=SUGGESTED)
    return render(request, "billing/_people.html", {"people": found})
