"""What every page shows around its content. Database reads are lazy: a fragment without the shell pays nothing."""

from dataclasses import dataclass
from functools import partial

from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.models import PlatformSettings
from billing import services as billing

THEMES = ("light", "dark")


@dataclass(frozen=True)
class NavItem:
    """A link of the main navigation; `current` is the value of its aria-current, empty when one is elsewhere."""

    label: str
    url: str
    current: str
    count: int | None = None


def shell(request):
    """Context processor: `nav`, `theme`, and for people who are signed in `balance` and `private_mode`."""
    theme = request.COOKIES.get("theme")
    context = {"nav": _nav(request), "theme": theme if theme in THEMES else ""}
    user = _user(request)
    if user is None:
        return context
    context["balance"] = SimpleLazyObject(partial(billing.balance, user))
    if user.is_partner:
        context["private_mode"] = SimpleLazyObject(_private_mode)
    return context


def _user(request):
    user = getattr(request, "user", None)
    return user if user and user.is_authenticated else None


def _private_mode():
    return PlatformSettings.load().private_mode


def _nav(request):
    return [_item(request, label, reverse(name)) for label, name in _links(_user(request))]


def _links(user):
    if user is None:
        return [("Sign in", "account_login"), ("Sign up", "account_signup")]
    links = [
        ("Deploy", "deployments:deploy"),
        ("Deployments", "deployments:deployment-list"),
        ("Billing", "billing:overview"),
    ]
    if user.is_partner or user.is_staff:
        links.insert(0, ("Publish", "modules:publish"))
    if user.is_staff:
        links.append(("Admin", "admin:index"))
    return links


def _item(request, label, url):
    if request.path == url:
        return NavItem(label, url, "page")
    return NavItem(label, url, "true" if request.path.startswith(url) else "")
