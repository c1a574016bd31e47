"""Finds people by what somebody types of their e-mail address."""

from django.db.models import QuerySet

from accounts.models import User


def matching(people: QuerySet[User], text: str, *, most: int) -> list[User]:
    """Those of `people` whose e-mail address contains `text`, by address."""
    typed = text.strip().lower()
    # An index finds the words; of them only the address counts, as not everybody may know the names of all.
    return list(people.filter(words__contains=typed, email__contains=typed).order_by("email")[:most]) if typed else []
