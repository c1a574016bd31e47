"""Whose attempts the sign-in limits count, behind proxies and without, over a real web server."""

import re

import pytest
import requests
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from accounts.adapter import PortalAdapter

TRIES = 10  # failed sign-ins a minute of one address, of which the next is refused
LIMITED = "Too many failed attempts. Wait a few minutes, then try again."
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """Fails to sign in, each time for another account, with this X-Forwarded-For."""

    def __init__(self, portal):
        self.url = f"{portal.url}/accounts/login/"
        self.session = requests.Session()
        self.token = TOKEN.search(self.session.get(self.url).text)[1]
        self.tries = 0

    def is_limited(self, forwarded=None):
        """Whether one more attempt is refused for its address."""
        self.tries += 1
        fields = {"login": f"nobody-{self.tries}@example.com", "password": "x", "csrfmiddlewaretoken": self.token}
        headers = {"X-Forwarded-For": forwarded} if forwarded else {}
        answer = self.session.post(self.url, fields, headers=headers)
        assert answer.status_code in (422, 429), answer.text
        return answer.status_code == 429 or LIMITED in answer.text


def test_one_visitor_behind_a_proxy_does_not_lock_out_another(server):
    visitor = Visitor(server(env={"PROXY_COUNT": "1"}))
    assert [visitor.is_limited("203.0.113.1") for _ in range(TRIES + 1)] == [False] * TRIES + [True]
    assert visitor.is_limited("203.0.113.2") is False


def test_a_forged_header_behind_a_proxy_makes_no_new_address(server):
    """The proxy adds 203.0.113.1 to whatever the visitor wrote before it."""
    visitor = Visitor(server(env={"PROXY_COUNT": "1"}))
    forged = [f"198.51.100.{number}, 203.0.113.1" for number in range(TRIES)]
    assert [visitor.is_limited(each) for each in forged] == [False] * TRIES
    assert visitor.is_limited("192.0.2.9, 203.0.113.1") is True


def test_a_forged_header_without_a_proxy_makes_no_new_address(server):
    """From 127.0.0.1, whose headers uvicorn believes by default."""
    visitor = Visitor(server())
    assert [visitor.is_limited(f"198.51.100.{number}") for number in range(TRIES)] == [False] * TRIES
    assert visitor.is_limited("192.0.2.9") is True
    assert visitor.is_limited() is True


def address(**headers):
    return PortalAdapter().get_client_ip(RequestFactory().get("/", **{"REMOTE_ADDR": "10.0.0.2"} | headers))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, "203.0.113.1", "10.0.0.2"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "1.1.1.1, 203.0.113.1:51234", "203.0.113.1"),
        (1, "[2001:db8::7]:443", "2001:db8::7"),
        (2, "1.1.1.1, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "10.0.0.2"),  # it passed one proxy of two
        (1, "unknown", "10.0.0.2"),
        (1, "", "10.0.0.2"),
    ],
)
def test_the_address_that_counts(settings, proxies, forwarded, counted):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert address(HTTP_X_FORWARDED_FOR=forwarded) == counted


def test_a_request_without_any_address_is_refused():
    with pytest.raises(PermissionDenied):
        address(REMOTE_ADDR="")
