"""Notes on candidates whose title others have."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q

from modules.models import Module
from modules.publishing.candidate import Row

PLATFORM_HAS_IT = "A platform module has this title."
ANOTHER_HAS_IT = "Another module of yours has this title."


def note(rows: Iterable[Row], owner_id: int | None) -> None:
    """Say on each ticked row, or one that could be, which others have its title. One query for all rows.

    Visitors tell modules of one title apart by their publisher, so that a platform module's title is allowed.
    """
    rows = [row for row in rows if row.can_be_ticked]
    published = Module.objects.listed().filter(Q(owner=None) | Q(owner=owner_id))
    platforms, own = set(), {}
    for pk, owner, title in published.values_list("pk", "owner_id", "title"):
        if owner is None and owner_id is not None:
            platforms.add(title.casefold())
        else:
            own[pk] = title.casefold()
    here = Counter(row.title.casefold() for row in rows if row.ticked)
    keys = {row.module.pk for row in rows if row.module}
    elsewhere = {title for pk, title in own.items() if pk not in keys}
    for row in rows:
        title = row.title.casefold()
        row.title_notes = [PLATFORM_HAS_IT] if title in platforms else []
        if title in elsewhere or here[title] > (1 if row.ticked else 0):
            row.title_notes.append(ANOTHER_HAS_IT)
