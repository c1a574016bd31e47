"""Template tags and filters: icons, badges, money; times are formatted by `foundation.times`."""

from collections.abc import Iterable, Sized
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import apnumber
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from foundation.choices import ShownChoices
from foundation.credits import to_credits
from foundation.paging import Page
from foundation.times import ago, duration, when
from partnerportal.error_pages import PAGES

register = template.Library()
for times in (ago, duration, when):
    register.filter(times)

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
WHOLE_CURRENCIES = {"JPY", "KRW"}  # ISO 4217: no minor unit
MINUS = "−"


@register.filter
def own(form: BaseForm, name: str) -> Any:
    """What a form itself says under a name, which in a template would be its field of that name if there is one."""
    found = getattr(form, name, "")
    return found() if callable(found) else found


class Level(ShownChoices):
    """Levels of Django's messages, named like their tags."""

    DEBUG = "debug", "", "info", "Debug"
    INFO = "info", "", "info", "Information"
    SUCCESS = "success", "ok", "ok", "Success"
    WARNING = "warning", "warn", "warning", "Warning"
    ERROR = "error", "bad", "error", "Error"

    @property
    def role(self) -> str:
        """ARIA role; an alert interrupts a screen reader."""
        return "alert" if self is Level.ERROR else "status"


@register.simple_tag
@lru_cache(maxsize=500)  # a page has dozens, the portal some eighty
def icon(name: str) -> SafeString:
    """One symbol of `icons.svg`, hidden from screen readers; the ring turns."""
    spin = " spin" if name == "ring" else ""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>', spin, static("icons.svg"), name
    )


@register.simple_tag
def badge(choice: Any) -> str:
    """A choice as icon, label and colour; nothing for None. Takes anything with label, tone and icon."""
    if choice is None:
        return ""
    rail = format_html(' data-tone="{}"', choice.tone) if choice.tone else ""
    return format_html('<span class="badge"{}>{}{}</span>', rail, icon(choice.icon), choice.label)


@register.inclusion_tag("includes/_toast.html")
def toast(text: str, level: str) -> dict[str, Any]:
    """A message over the page until it is dismissed; `level` is a level tag of Django's messages."""
    return {"text": text, "level": Level(level)}


@register.inclusion_tag("includes/_error.html")
def error_page(name: str, text: str = "", heading: str = "h1") -> dict[str, Any]:
    """An error page, by the name of its template; `text` replaces its default text."""
    page = PAGES[name]
    return {"code": page.code, "title": page.title, "text": text or page.text, "heading": heading}


@register.filter
def credits(units: int | str | None) -> str:
    """Units of the ledger (10,000 to the credit) as credits: 12_000_000 → "1,200", 12_500 → "1.25"."""
    if units is None or units == "":
        return ""
    amount = to_credits(int(units))
    return f"{MINUS if amount < 0 else ''}{abs(amount):,f}"


@register.filter
def signed(units: int | str | None) -> str:
    """As `credits`, with a plus sign for positive amounts."""
    return f"+{credits(units)}" if units and int(units) > 0 else credits(units)


@register.filter
def money(minor: int | str | None, currency: str) -> str:
    """Minor units and an ISO 4217 code: `41280|money:"EUR"` → "€ 412.80"."""
    if minor is None or minor == "":
        return ""
    digits = 0 if currency in WHOLE_CURRENCIES else 2
    amount = abs(Decimal(minor)).scaleb(-digits)
    sign = MINUS if Decimal(minor) < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency)} {amount:,.{digits}f}"


@register.inclusion_tag("includes/_paginator.html")
def paginate(page: Page, label: str = "Pages", *, back: str = "Newer", on: str = "Older") -> dict[str, Any]:
    """Links to the pages before and after this one, keeping the filters of the address. Nothing for a single page."""
    return {"page": page, "label": label, "back": back, "on": on}


@register.filter
def wrong_fields(form: BaseForm) -> list[BoundField]:
    """The visible fields of a form that need a change, for the notice on top of it."""
    return [field for field in form.visible_fields() if field.errors]


@register.filter
def need_a_change(fields: Sized) -> str:
    """How many fields need a change: "One field needs a change.", "Two fields need a change."."""
    count = str(apnumber(len(fields))).capitalize()
    return f"{count} field needs a change." if len(fields) == 1 else f"{count} fields need a change."


@register.filter
def links_to_fields(fields: Iterable[BoundField]) -> SafeString:
    """The labels of fields, joined, each linked to its field."""
    links = ((field.id_for_label or field.auto_id, field.label) for field in fields)
    return format_html_join(", ", '<a href="#{}">{}</a>', links)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a form field is a single checkbox, whose label comes after it."""
    return field.widget_type == "checkbox"
