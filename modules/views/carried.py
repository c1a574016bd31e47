"""What the addresses and forms of the publish pages carry along: whose side, and which folders stand apart."""

from django.http import HttpRequest
from django.utils.http import urlencode

from accounts.publisher import PLATFORM, Side
from modules.forms.publishing import folder_name, folder_named


def apart_of(request: HttpRequest) -> list[str]:
    """New folders of which the publisher said that they go on with no older module."""
    names = (request.POST or request.GET).getlist("apart")
    return list(dict.fromkeys(folder_named(name) for name in names))


def query_of(side: Side, apart: list[str]) -> str:
    """The beginning of a query that carries these along; blank, or it ends with an ampersand."""
    pairs = [] if side.owner else [("for", PLATFORM)]
    query = urlencode([*pairs, *(("apart", folder_name(path)) for path in apart)])
    return f"{query}&" if query else ""
