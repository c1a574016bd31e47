"""Hosts of module sources (Terraform's "Module Sources"), and the short form of provider sources."""

import re
from urllib.parse import urlsplit

REGISTRY = "registry.terraform.io"
ADDRESS = re.compile(r"(?:((?=[^/\s:]+?\.[^/\s:])[^/\s:]++(?::\d+)?)/)?[\w-]+/[\w-]+/[a-z0-9]+(?://.*)?")
SHORT_HOSTS = ("github.com", "bitbucket.org")  # written without a scheme
SCP = re.compile(r"(?:[\w.-]+@)?([\w.-]+):(?!//)[^/]?.*")
FORCED = re.compile(r"[a-z0-9]+::")


def is_local(source: str) -> bool:
    """Whether a source is a local folder: it begins with ./ or ../, or is . or .. itself."""
    return source in (".", "..") or source.startswith(("./", "../"))


def host_of(source: str) -> str:
    """Return the host that a remote module source is loaded from, in lower case; blank for a local folder.

    A source of an unknown kind returns the source itself, truncated, so that it is still shown.
    """
    if not source or is_local(source):
        return ""
    forced = FORCED.match(source)
    rest = source[forced.end() :] if forced else source
    first = rest.split("/", 1)[0].lower()
    if first in SHORT_HOSTS:
        return first
    if "://" in rest:
        return (urlsplit(rest).hostname if _is_address(rest) else "") or source[:60]
    address = None if forced else ADDRESS.fullmatch(rest.split("?", 1)[0])
    if address:
        return (address[1] or REGISTRY).lower()
    scp = SCP.fullmatch(rest)
    return scp[1].lower() if scp else source[:60]


def provider(source: str) -> str:
    """Return a provider's source in its shortest form: "registry.terraform.io/hashicorp/aws" → "hashicorp/aws"."""
    parts = source.strip().lower().split("/")
    parts = parts[1:] if len(parts) == 3 and parts[0] == REGISTRY else parts
    return "/".join(parts if len(parts) > 1 else ["hashicorp", *parts])


def _is_address(text: str) -> bool:
    try:
        return urlsplit(text).hostname is not None
    except ValueError:
        return False
