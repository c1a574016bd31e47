"""Sentences above the lists of deployments and of modules, and in place of empty ones."""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse

from foundation.paragraphs import counted, listed


@dataclass(frozen=True)
class Nothing:
    """The content of `includes/_empty.html`, which replaces an empty list."""

    icon: str
    title: str
    text: str
    href: str = ""
    action: str = ""


def found(number: int, total: int, noun: str, *, is_narrowed: bool) -> str:
    """How many rows the list has on all its pages: "121 deployments", or under a filter "60 of 121 deployments"."""
    return f"{number:,} of {counted(total, noun)}" if is_narrowed else counted(total, noun)


def ignored(names: Collection[str]) -> str:
    """What happens to filters of the address that do not exist, by their labels."""
    if not names:
        return ""
    verbs = "does not exist and is" if len(names) == 1 else "do not exist and are"
    return f"The {listed(sorted(names))} in the address {verbs} not used."


def no_deployments(total: int) -> Nothing:
    """Why no deployment is listed; `total` is the number that the reader can see."""
    if total:
        text = "Search for another word, or remove a filter."
        href = reverse("deployments:deployment-list")
        return Nothing("search", "No deployments found", text, href, "Show all deployments")
    text = "Choose a module and fill in its form. Deployments appear here."
    return Nothing("rocket", "No deployments yet", text, reverse("deployments:deploy"), "Deploy a module")


def no_modules(*, is_narrowed: bool, is_partner_tab: bool) -> Nothing:
    """Why no module is listed."""
    if is_narrowed:
        text = "Search for another word, or show all modules."
        return Nothing("search", "No modules found", text, reverse("deployments:deploy"), "Show all modules")
    if is_partner_tab:
        return Nothing("cube", "No partner modules yet", "They appear here once a partner shares one with you.")
    return Nothing("cube", "No platform modules yet", "An admin publishes them from the platform's repository.")
