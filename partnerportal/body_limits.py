"""How much each address reads of what is sent to it: the table of routes and their limits."""

from dataclasses import dataclass

from django.urls import Resolver404, resolve

KB, MB = 1024, 1024**2


@dataclass(frozen=True)
class Limit:
    """The most bytes of a body, and the seconds in which it has to come.

    With `signed_in`, more than DEFAULT is read only of people who are signed in.
    """

    bytes: int
    seconds: int = 60
    signed_in: bool = False


DEFAULT = Limit(2 * MB)
# Up to MOST_INPUTS inputs or FULL posted fields (deployments/inputs/form.py), also over a slow line.
INPUTS = Limit(10 * MB, seconds=300, signed_in=True)

LIMITS = {  # by name of the URL; DEFAULT for all others
    "deployments:deployment-create": INPUTS,
    "deployments:deployment-update": INPUTS,
    "deployments:form-trial": INPUTS,
    "modules:github-hook": Limit(1 * MB, seconds=15),  # GitHub gives up after 10
}
MOST = max(limit.bytes for limit in LIMITS.values())


def limit_of(path: str) -> Limit:
    """The limit of what is sent to this path. An address that does not exist has the default one."""
    try:
        return LIMITS.get(resolve(path).view_name, DEFAULT)
    except Resolver404:
        return DEFAULT
