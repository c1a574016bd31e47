"""Notes on candidates whose title another module has."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q

from modules.models import Module
from modules.publishing.candidate import Candidate

PLATFORM_HAS_IT = "A platform module has this title."
ANOTHER_HAS_IT = "Another module of yours has this title."


def note(found: Iterable[Candidate], owner_id: int | None) -> None:
    """Set `title_notes` on each candidate that can be ticked, with one query for all.

    Visitors distinguish modules with the same title by their publisher, so a platform module's title is allowed.
    """
    found = [candidate for candidate in found if candidate.can_be_ticked]
    published = Module.objects.listed().filter(Q(owner=None) | Q(owner=owner_id))
    platforms, own = set(), {}
    for pk, owner, title in published.values_list("pk", "owner_id", "title"):
        if owner is None and owner_id is not None:
            platforms.add(title.casefold())
        else:
            own[pk] = title.casefold()
    here = Counter(candidate.title.casefold() for candidate in found if candidate.ticked)
    keys = {candidate.module.pk for candidate in found if candidate.module}
    elsewhere = {title for pk, title in own.items() if pk not in keys}
    for candidate in found:
        title = candidate.title.casefold()
        candidate.title_notes = [PLATFORM_HAS_IT] if title in platforms else []
        if title in elsewhere or here[title] > (1 if candidate.ticked else 0):
            candidate.title_notes.append(ANOTHER_HAS_IT)
