"""Context of the frame around every page. Database reads are lazy: a fragment without the frame runs no query."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import private_mode, sign_up, token_health, unsent, webhook_health
from accounts.models import PlatformSettings, User
from accounts.requests import person_of
from billing import services as billing
from foundation.paragraphs import Notice
from modules.publishing.updates import connections_of
from partnerportal import __version__

THEMES = ("light", "dark")
PUBLISH = "Publish"


@dataclass(frozen=True)
class Count:
    """A number beside a link, and the text that a screen reader adds."""

    number: int
    says: str


@dataclass(frozen=True)
class NavItem:
    """A link of the main navigation; `current` is its aria-current, empty on other pages.

    `count` returns how many updates are available; the template calls it, so a fragment runs no query.
    """

    label: str
    url: str
    current: str
    count: Callable[[], Count | None] | None = None


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav`, `theme`, `portal_version`; if signed in, `balance`, `private_mode` and `troubles`,
    else `sign_up`.

    `typed_by` is the hidden field of forms that the portal keeps when a session ends.
    """
    theme = request.COOKIES.get("theme")
    context: dict[str, Any] = {
        "theme": theme if theme in THEMES else "",
        "portal_version": __version__,
    }
    user = _user(request)
    if user is None:
        context["sign_up"] = SimpleLazyObject(_sign_up)
        context["nav"] = SimpleLazyObject(partial(_nav_of_visitor, request, context["sign_up"]))
        return context
    context["nav"] = _nav(request, _links(user))
    context["balance"] = SimpleLazyObject(partial(billing.balance, user))
    context["typed_by"] = partial(_typed_by, user)
    context["private_mode"] = SimpleLazyObject(partial(_private_mode, user))
    if user.publishes_for:
        context["troubles"] = SimpleLazyObject(partial(_troubles, user))
    return context


def _user(request: HttpRequest) -> User | None:
    user = getattr(request, "user", None)
    return user if user and user.is_authenticated else None


def _typed_by(user: User) -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', unsent.FIELD, unsent.mark(user))


def _private_mode(user: User) -> Notice | None:
    """The band about Private Mode; None while it is off."""
    return private_mode.banner(user) if PlatformSettings.load().private_mode else None


def _troubles(user: User) -> list[token_health.Trouble]:
    """Problems of the tokens that this person manages."""
    rows = connections_of(user)
    found = [health.trouble_of(row) for health in (token_health, webhook_health) for row in rows]
    return [trouble for trouble in found if trouble]


def updates_for(user: User) -> int:
    """How many updates are available among the modules that this person publishes."""
    return sum(connection.updates for connection in connections_of(user))


def _count(user: User) -> Count | None:
    number = updates_for(user)
    return Count(number, "update available" if number == 1 else "updates available") if number else None


@dataclass(frozen=True)
class SignUpTexts:
    """Whether visitors may create an account, and the sentences about it."""

    is_open: bool
    lead: str
    closed: str


def _sign_up() -> SignUpTexts:
    platform = PlatformSettings.load()
    return SignUpTexts(platform.is_sign_up_open, lead=sign_up.lead(platform), closed=sign_up.closed(platform))


def _nav_of_visitor(request: HttpRequest, texts: SignUpTexts) -> list[NavItem]:
    links = [("Sign in", "account_login"), ("Sign up", "account_signup")]
    return _nav(request, links if texts.is_open else links[:1])


def _nav(request: HttpRequest, links: list[tuple[str, str]]) -> list[NavItem]:
    return [_item(request, label, reverse(name)) for label, name in links]


def _links(user: User) -> list[tuple[str, str]]:
    links = [
        ("Deploy", "deployments:deploy"),
        ("Deployments", "deployments:deployment-list"),
        ("Billing", "billing:overview"),
    ]
    if user.publishes_for:
        links.insert(0, (PUBLISH, "modules:publish"))
    if user.is_staff:
        links.append(("Admin", "admin:index"))
    return links


def _item(request: HttpRequest, label: str, url: str) -> NavItem:
    count = partial(_count, person_of(request)) if label == PUBLISH else None
    if request.path == url:
        return NavItem(label, url, "page", count)
    return NavItem(label, url, "true" if request.path.startswith(url) else "", count)
