"""Pages of a long list, by the row where they begin: a late page costs as much as the first, and no row is missed
or shown twice when others come in between.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet

MOST_COUNTED = 1_000
REF = "ref"


class Count(int):
    """The number of rows in a list. A long one has more than MOST_COUNTED, and is written "1,000+"."""

    def __str__(self) -> str:
        return f"{MOST_COUNTED:,}+" if self > MOST_COUNTED else f"{int(self):,}"

    def __format__(self, spec: str) -> str:
        return str(self)


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the places of the pages beside it: `before` and `after` in their addresses."""

    rows: Sequence[Any] = field(default_factory=list)
    newer: str = ""
    older: str = ""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def count(rows: QuerySet[Any]) -> Count:
    """Count rows, but no more than it takes to know that there are many."""
    return Count(rows.order_by().values("pk")[: MOST_COUNTED + 1].count())


def page(
    rows: QuerySet[Any], query: Mapping[str, str], *, by: Sequence[str], size: int, places: QuerySet[Any] | None = None
) -> Page:
    """The page of `rows`, sorted `by` columns without null, that `query` asks for with the ref of the row beside it.

    The last column is unique. `places` are the rows that may be named (default: `rows`). The first page where the row
    is unknown.
    """
    backwards = not query.get("after") and bool(query.get("before"))
    ref = query.get("before" if backwards else "after", "")
    place = _place(rows if places is None else places, ref, by)
    order = [_turned(name) for name in by] if backwards and place else list(by)
    found = rows.order_by(*order)
    if place:
        found = found.filter(_beyond(order, place))
    return cut(list(found[: size + 1]), size=size, backwards=backwards, is_first=place is None)


def cut(found: Sequence[Any], *, size: int, backwards: bool, is_first: bool, name: str = REF) -> Page:
    """The page of `found`, which has one row more than `size` if more follow; `backwards` in the opposite order.

    `name` is the attribute that names a row in addresses.
    """
    is_cut, shown = len(found) > size, list(found[:size])
    if is_first:
        return Page(shown, older=getattr(shown[-1], name) if is_cut else "")
    if backwards:
        shown.reverse()
    has_newer, has_older = (is_cut, True) if backwards else (True, is_cut)
    if not shown:
        return Page()
    first, last = getattr(shown[0], name), getattr(shown[-1], name)
    return Page(shown, newer=first if has_newer else "", older=last if has_older else "")


def _place(rows: QuerySet[Any], ref: str, by: Sequence[str]) -> tuple[Any, ...] | None:
    """The values of the row `ref` in the columns that the list is sorted by."""
    if not (ref.isascii() and ref.isalnum()):
        return None
    columns = [name.lstrip("-") for name in by]
    found: tuple[Any, ...] | None = rows.order_by().filter(ref=ref).values_list(*columns).first()
    return found


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _beyond(order: Sequence[str], place: Sequence[Any]) -> Q:
    """Filter for the rows after `place`: those beyond it in one column, and equal to it in all columns before."""
    beyond, same = Q(), Q()
    for name, value in zip(order, place, strict=True):
        column = name.lstrip("-")
        beyond |= same & Q(**{f"{column}__{_than(name)}": value})
        same &= Q(**{column: value})
    return beyond if len(order) == 1 else beyond & Q(**{f"{order[0].lstrip('-')}__{_than(order[0])}e": place[0]})


def _than(name: str) -> str:
    return "lt" if name.startswith("-") else "gt"
