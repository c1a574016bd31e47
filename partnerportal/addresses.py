"""How many requests one address has under way in this process, so that one cannot use it up for all."""

import ipaddress
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.http.request import split_domain_port

from partnerportal.refusals import Refused, Scope

HOUSEHOLD = 64  # bits of an IPv6 address that a provider gives to one customer (RFC 6177)


class Addresses:
    """Counts by address; each may have `most` at once, any number if `most` is 0.

    With `proxies`, the address is the one that stands so many from the end of X-Forwarded-For.
    """

    def __init__(self, most: int, *, proxies: int = 0) -> None:
        self.most, self.proxies = most, proxies
        self.counts: Counter[str] = Counter()

    @contextmanager
    def counted(self, scope: Scope) -> Iterator[str]:
        """The address of a request, counted until the block ends. Raises Refused when it has too many."""
        address = self.of(scope)
        if not self.take(address):
            raise Refused("429_address")
        try:
            yield address
        finally:
            self.give_back(address)

    def take(self, address: str) -> bool:
        if self.most and self.counts[address] >= self.most:
            return False
        self.counts[address] += 1
        return True

    def give_back(self, address: str) -> None:
        self.counts[address] -= 1
        if self.counts[address] <= 0:
            del self.counts[address]

    def of(self, scope: Scope) -> str:
        sender = scope["client"][0] if scope.get("client") else ""
        passed = [value for name, value in scope["headers"] if name == b"x-forwarded-for"] if self.proxies else []
        steps = b",".join(passed).decode("latin1").split(",")
        forwarded = steps[-self.proxies].strip() if passed and len(steps) >= self.proxies else ""
        return household(forwarded) or household(sender)


def household(text: str) -> str:
    """The address without its port, of which IPv6 counts the network alone; empty if `text` is none."""
    host = (split_domain_port(text)[0] or text).strip("[]")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return ""
    address = getattr(address, "ipv4_mapped", None) or address  # as a socket for both sees IPv4: ::ffff:192.0.2.1
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), HOUSEHOLD), strict=False))
