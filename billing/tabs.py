"""The tabs above every billing page."""

from dataclasses import dataclass

from django.urls import reverse

PAGES = {
    "overview": "Overview",
    "transactions": "Transactions",
    "invoices": "Invoices",
    "costs": "Costs",
    "revenue": "Revenue",
}


@dataclass(frozen=True)
class Tab:
    """A tab; `current` is the value of aria-current: "page", "true" on a page below the tab's, or blank."""

    label: str
    url: str
    current: str


def tabs(page: str, *, sees_revenue: bool) -> list[Tab]:
    """The tabs of the billing page `page`; a statement is below the invoices."""
    chosen, current = ("invoices", "true") if page == "statement" else (page, "page")
    return [
        Tab(label, reverse(f"billing:{name}"), current if name == chosen else "")
        for name, label in PAGES.items()
        if sees_revenue or name != "revenue"
    ]
