"""Titles in effect: the publisher's, else the repository's, unique among one owner's published modules."""

from collections.abc import Container
from itertools import chain, count

from modules.models import Module

LONGEST = 200  # characters, as the module's column holds them


def in_effect(module: Module, wanted: str) -> str:
    """The title of `module`: its publisher's, else `wanted`, with its folder appended where that is taken."""
    others = Module.objects.listed().filter(owner=module.owner_id).exclude(pk=module.pk)
    return unique(module, wanted, {other.casefold() for other in others.values_list("title", flat=True)})


def unique(module: Module, wanted: str, taken: Container[str]) -> str:
    """`in_effect` where `taken` are the titles of the owner's other published modules, in folded case."""
    title = module.own_title or wanted
    repository = module.repository_name
    folders = [module.path or repository, f"{repository}/{module.path}".rstrip("/")]
    last_resort = (f"{module.ref} {number}" for number in count(1))
    texts = chain([title], (_with(title, folder) for folder in chain(folders, last_resort)))
    return next(text for text in texts if text.casefold() not in taken)


def _with(title: str, folder: str) -> str:
    folder = folder[-LONGEST // 2 :]
    return f"{title[: LONGEST - len(folder) - 3]} ({folder})"
