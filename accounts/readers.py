"""Who reads a stream, and whether they still may: by session, role and Private Mode of now."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY

from accounts.models import TwoFactor, User
from accounts.requests import SignedInRequest
from accounts.scoping import Reach, Thing, reach
from accounts.two_factor import was_used
from foundation.streams import StreamedResponse

# The people of these sessions as they are now, each with the number of the session; who is gone has no row.
PEOPLE = """
    SELECT person.id, person.password, person.is_active, person.is_staff, person.is_partner,
           asked.number, platform.private_mode, platform.two_factor
    FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS asked (session, person, number)
    JOIN django_session AS session ON session.session_key = asked.session AND session.expire_date > now()
    JOIN accounts_user AS person ON person.id = asked.person AND person.is_active
    LEFT JOIN accounts_platformsettings AS platform ON platform.id = 1
"""
NO_MORE = b"You can't see all of this any more. The rest is not included.\n"


@dataclass(frozen=True)
class Reader:
    """A person in a session, and the least reach that shows them what they read."""

    person: int
    session: str
    password_mark: str
    used_second_factor: bool
    thing: Thing
    needs: Reach


def streamed(
    request: SignedInRequest, parts: AsyncGenerator[Any, None], *, thing: Thing, needs: Reach, **options: Any
) -> StreamedResponse:
    """An answer of these parts, which ends with its `farewell` when the person has less reach of `thing` than `needs`.

    The other options are those of StreamedResponse and HttpResponse.
    """
    reader = Reader(
        person=request.user.pk,
        session=request.session.session_key or "",
        password_mark=request.session.get(HASH_SESSION_KEY, ""),
        used_second_factor=was_used(request),
        thing=thing,
        needs=needs,
    )
    return StreamedResponse(parts, person=reader.person, reader=reader, still_allowed=still_allowed, **options)


def all_of(request: SignedInRequest, thing: Thing) -> Callable[..., StreamedResponse]:
    """Answers with all that the person sees of `thing` now; such an answer ends when they see less."""
    return partial(streamed, request, thing=thing, needs=reach(request.user, thing), farewell=NO_MORE)


def still_allowed(readers: Sequence[Reader]) -> set[int]:
    """The indices of those who may read on; one query for all."""
    sessions, people = [reader.session for reader in readers], [reader.person for reader in readers]
    found: Iterable[Any] = User.objects.raw(PEOPLE, [sessions, people])
    return {person.number - 1 for person in found if _may_read_on(readers[person.number - 1], person)}


def _may_read_on(reader: Reader, person: Any) -> bool:
    """`person` is the user's row of now, with the settings of the platform."""
    is_required = settings.MFA_SUPPORTED_TYPES and person.is_staff and person.two_factor == TwoFactor.ADMINS
    if is_required and not reader.used_second_factor:
        return False
    if not compare_digest(person.get_session_auth_hash(), reader.password_mark):
        return False
    return reach(person, reader.thing, is_private_mode=bool(person.private_mode)).value >= reader.needs.value
