"""Sentences above the list of deployments, and in place of empty lists."""

from dataclasses import dataclass

from django.urls import reverse

from foundation.paragraphs import counted


@dataclass(frozen=True)
class Nothing:
    """The content of `includes/_empty.html`, which replaces an empty list."""

    icon: str
    title: str
    text: str
    href: str = ""
    action: str = ""


def totals(total: int, mine: int, *, sees_all: bool) -> str:
    """The number of deployments, and of the reader's own ones if they see all."""
    return f"{counted(total, 'deployment')}, {mine:,} yours." if sees_all else f"{counted(total, 'deployment')}."


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
