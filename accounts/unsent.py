"""Keeps what was typed into a form that could not be taken, until the same person opens it again, signed in.

Its session had ended, or the person had signed in again in another window since it was made.
"""

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, QueryDict

from accounts.models import UnsentForm, User
from accounts.requests import SignedInRequest
from foundation import encryption

FIELD = "typed_by"  # the hidden field of forms whose values are kept; `mark` is its value
KEY = "unsent"
MOST_BYTES = 256 * 1024
DAYS = 30


def mark(user: User) -> str:
    """The person who fills in a form. Signed, so that nobody without an account makes the portal store anything."""
    return signing.dumps(user.ref, salt=FIELD)


def keep(request: HttpRequest) -> bool:
    """Store the values of a marked form, encrypted, as a form may have secrets; False if unmarked.

    The session only names the row. A person has UnsentForm.MOST at most, in however many sessions.
    """
    person = User.objects.filter(ref=_person(request.POST.get(FIELD, ""))).first()
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    text = data.urlencode()
    if not person or len(text) > MOST_BYTES:
        return False
    form = _store(person, text)
    request.session[KEY] = {"address": request.get_full_path(), "person": person.ref, "form": form.ref}
    return True


@transaction.atomic
def _store(person: User, text: str) -> UnsentForm:
    User.objects.select_for_update(no_key=True).get(pk=person.pk)  # concurrent calls would see the same count
    form = UnsentForm(owner=person)
    form.content = text
    form.save()
    theirs = UnsentForm.objects.filter(owner=person)
    newest = list(theirs.order_by("-pk").values_list("pk", flat=True)[: UnsentForm.MOST])
    theirs.exclude(pk__in=newest).delete()
    return form


def take(request: SignedInRequest, *, address: str = "") -> QueryDict | None:
    """What this person typed into the form that posts to `address`, by default to this one; it is given out once."""
    kept = request.session.get(KEY)
    if request.method != "GET" or not kept or kept["address"] != (address or request.get_full_path()):
        return None
    del request.session[KEY]
    if kept["person"] != request.user.ref:
        return None
    form = UnsentForm.objects.filter(owner=request.user, ref=kept.get("form", "")).first()
    if form is None:  # more recent ones have taken its place, or it was too old
        return None
    form.delete()
    try:
        return QueryDict(form.content)
    except encryption.DecryptionFailed:
        return None


def _person(signed: str) -> str:
    try:
        return signing.loads(signed, salt=FIELD, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return ""
