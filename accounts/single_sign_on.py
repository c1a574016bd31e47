"""Reads GitHub's header X-GitHub-SSO, which says that an organization's single sign-on keeps a token out.

Source: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api#personal-access-tokens-and-saml-sso
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

HEADER = "x-github-sso"
LONGEST_URL = 500


def is_required(headers: Mapping[str, str]) -> bool:
    return headers.get(HEADER, "").partition(";")[0].strip() == "required"


def url(headers: Mapping[str, str]) -> str:
    """Where the token's owner authorizes it; blank unless the address is on GitHub's own host."""
    found = _value(headers, "url")
    try:
        parts, api = urlsplit(found), urlsplit(settings.GITHUB_API_URL)
    except ValueError:
        return ""
    is_own = (parts.scheme, parts.netloc) == (api.scheme, api.netloc.removeprefix("api."))
    return found if is_own and len(found) <= LONGEST_URL else ""


def left_out(headers: Mapping[str, str]) -> set[str]:
    """Ids of the organizations whose rows are missing in a list."""
    return {number for text in _value(headers, "organizations").split(",") if (number := text.strip())}


def _value(headers: Mapping[str, str], name: str) -> str:
    _, _, rest = headers.get(HEADER, "").partition(";")
    key, _, value = rest.strip().partition("=")
    return value.strip() if key == name else ""
