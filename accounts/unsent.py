"""Keeps what was typed into a form that could not be taken, until the same person opens it again, signed in.

Its session had ended, or the person had signed in again in another window since it was made.
"""

from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpRequest, QueryDict

from accounts.models import UnsentForm, User
from accounts.requests import SignedInRequest
from foundation import encryption, faults

FIELD = "typed_by"  # the hidden field of forms whose values are kept; `mark` is its value
KEY = "unsent"  # of the session: the person and the row of each form, by the address that it posts to
MOST_BYTES = 256 * 1024
DAYS = 30
GONE = "What you typed into this form is no longer kept. Enter it again."


def mark(user: User) -> str:
    """The person who fills in a form. Signed, so that nobody without an account makes the portal store anything."""
    return signing.dumps(user.ref, salt=FIELD)


def keep(request: HttpRequest) -> bool:
    """Store the values of a marked form, encrypted, as a form may have secrets; False if unmarked.

    The session only names the rows. A person has UnsentForm.MOST at most, in however many sessions.
    """
    person = User.objects.filter(ref=_person(request.POST.get(FIELD, ""))).first()
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    text = data.urlencode()
    if not person or len(text) > MOST_BYTES:
        return False
    form = _store(person, text)
    others = [each for each in _named(request).items() if each[0] != request.get_full_path()]
    newest = (request.get_full_path(), {"person": person.ref, "form": form.ref})
    request.session[KEY] = dict([*others, newest][-UnsentForm.MOST :])
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
    """What this person typed into the form that posts to `address`, by default to this one; it is given out once.

    Adds a message where it was kept, and is not any more, or can't be read.
    """
    address = address or request.get_full_path()
    named = _named(request).get(address)
    if request.method != "GET" or not named:
        return None
    form = UnsentForm.objects.filter(owner=request.user, ref=named["form"]).first()
    try:
        typed = QueryDict(form.content) if form else None
    except encryption.DecryptionFailed as error:
        messages.error(request, faults.unreadable("What you typed", error))
        return None
    _forget(request, address)
    if form:
        form.delete()
    elif named["person"] == request.user.ref:  # newer ones have taken its place, or it was too old
        messages.info(request, GONE)
    return typed


def _named(request: HttpRequest) -> dict[str, dict[str, str]]:
    """What the session names; nothing of the form that a session of release 0.3.0 has."""
    named = request.session.get(KEY, {})
    return {address: each for address, each in named.items() if isinstance(each, dict)}


def _forget(request: HttpRequest, address: str) -> None:
    left = {each: names for each, names in _named(request).items() if each != address}
    if left:
        request.session[KEY] = left
    else:
        del request.session[KEY]


def _person(signed: str) -> str:
    try:
        return signing.loads(signed, salt=FIELD, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return ""
