"""Keeps what was typed into a form that could not be taken, until the same person opens it again, signed in.

Its session had ended, or the person had signed in again in another window since it was made.
"""

import base64

from django.contrib.sessions.backends.db import SessionStore
from django.core import signing
from django.http import HttpRequest, QueryDict

from accounts.models import User
from accounts.requests import SignedInRequest
from foundation import encryption

FIELD = "typed_by"  # the hidden field of forms whose values are kept; `mark` is its value
KEY = "unsent"
MOST_BYTES = 256 * 1024
DAYS = 30
_CONTEXT = "session:unsent"


def mark(user: User) -> str:
    """The person who fills in a form. Signed, so that nobody without an account makes the portal store anything."""
    return signing.dumps(user.ref, salt=FIELD)


def keep(request: HttpRequest) -> bool:
    """Store the values of a marked form in the session, encrypted, as a form may have secrets; False if unmarked."""
    person = _person(request.POST.get(FIELD, ""))
    data = request.POST.copy()
    data.pop("csrfmiddlewaretoken", None)
    text = data.urlencode().encode()
    if not person or len(text) > MOST_BYTES:
        return False
    sealed = encryption.encrypt(text, context=_CONTEXT)
    request.session[KEY] = {
        "address": request.get_full_path(),
        "person": person,
        "data": base64.b64encode(sealed).decode(),
    }
    return True


def take(request: SignedInRequest, *, address: str = "") -> QueryDict | None:
    """What this person typed into the form that posts to `address`, by default to this one; it is given out once."""
    kept = request.session.get(KEY)
    if request.method != "GET" or not kept or kept["address"] != (address or request.get_full_path()):
        return None
    del request.session[KEY]
    if kept["person"] != request.user.ref:
        return None
    try:
        text = encryption.decrypt(base64.b64decode(kept["data"]), context=_CONTEXT)
    except encryption.DecryptionFailed:
        return None
    return QueryDict(text.decode())


def forget_ended() -> None:
    """Delete the sessions that ended, with what they keep; Django alone leaves them for good."""
    SessionStore.clear_expired()


def _person(signed: str) -> str:
    try:
        return signing.loads(signed, salt=FIELD, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return ""
