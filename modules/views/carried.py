"""State that URLs and forms of the publish pages pass on: the side, and the folders kept as separate modules."""

from django.http import HttpRequest
from django.utils.http import urlencode

from accounts.publisher import PLATFORM, Side
from modules.forms.publishing import folder_name, folder_named

MOST_APART = 200  # each link of the page carries them
LONGEST_PATH = 240  # characters, as in the database


def apart_of(request: HttpRequest) -> list[str]:
    """New folders that the publisher keeps as separate modules, although one may look like a renamed folder."""
    paths = dict.fromkeys(map(folder_named, (request.POST or request.GET).getlist("apart")))
    return [path for path in paths if len(path) <= LONGEST_PATH][:MOST_APART]


def query_of(side: Side, apart: list[str]) -> str:
    """The start of a query with these; blank, or it ends with an ampersand."""
    pairs = [] if side.owner else [("for", PLATFORM)]
    query = urlencode([*pairs, *(("apart", folder_name(path)) for path in apart)])
    return f"{query}&" if query else ""
