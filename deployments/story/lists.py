"""What the list of deployments says above its table, and in place of an empty one."""

from dataclasses import dataclass

from django.urls import reverse

from foundation.paragraphs import counted


@dataclass(frozen=True)
class Nothing:
    """What `includes/_empty.html` shows instead of an empty list."""

    icon: str
    title: str
    text: str
    href: str = ""
    action: str = ""


def totals(total: int, mine: int, *, sees_all: bool) -> str:
    """How many deployments there are, and how many are the reader's own where others' are shown too."""
    return f"{counted(total, 'deployment')}, {mine:,} yours." if sees_all else f"{counted(total, 'deployment')}."


def no_deployments(total: int) -> Nothing:
    """Why no deployment is shown; `total` are those that the reader may see."""
    if total:
        text = "Search for another word, or remove a filter."
        href = reverse("deployments:deployment-list")
        return Nothing("search", "No deployments found", text, href, "Show all deployments")
    text = "Choose a module and fill in its form. Deployments appear here."
    return Nothing("rocket", "No deployments yet", text, reverse("deployments:deploy"), "Deploy a module")


def no_modules(*, is_narrowed: bool, is_partner_tab: bool) -> Nothing:
    """Why no module is shown."""
    if is_narrowed:
        text = "Search for another word, or show all modules."
        return Nothing("search", "No modules found", text, reverse("deployments:deploy"), "Show all modules")
    if is_partner_tab:
        return Nothing("cube", "No partner modules yet", "They appear here once a partner shares one with you.")
    return Nothing("cube", "No platform modules yet", "An admin publishes them from the platform's repository.")
