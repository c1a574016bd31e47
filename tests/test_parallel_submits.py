"""A hundred forms submitted at once against the running server, with credits for seven."""

import http.client
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.cookies import SimpleCookie
from itertools import repeat
from threading import Barrier
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from billing import services as billing
from billing.models import Hold, Wallet
from billing.verify import faults
from deployments.models import Deployment, Draft, Run
from deployments.tests.factories import make_version
from foundation.credits import CREDIT
from modules.models import Module

SUBMITS = 100
PRICE = 3 * CREDIT


@pytest.fixture
def version(alice, bob):
    """A module of alice for everyone, for 3 credits."""
    version = make_version({"main.tf": 'resource "terraform_data" "one" {}'}, owner=alice, credit_cost=PRICE)
    Module.objects.update(audience=Module.Audience.EVERYONE)
    return version


@pytest.fixture
def drafts(version, carol, admin) -> list[Draft]:
    """A hundred drafts of carol, and 23 credits: enough for seven, 2 remain."""
    billing.add_credits(
        carol, amount=23 * CREDIT, source="sale", paid=23_00, reason="test", by=admin, nonce="n", wallet_version=0
    )
    return [Draft.objects.create(owner=carol, version=version, name=f"web-{number}") for number in range(SUBMITS)]


class Browser:
    """A client with carol's session and the CSRF token of the page that it has loaded."""

    def __init__(self, url: str, session: str):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session})

    def ask(self, method: str, path: str, data: dict | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items())}
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, urlencode(data or {}), headers)
        answer = self.connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        body = answer.read().decode()
        self.connection.close()  # the server closes idle connections while the other forms are opened
        return answer.status, body

    def opened(self, path: str) -> "Browser":
        _, page = self.ask("GET", path)
        self.path, self.token = path, re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        return self

    def submit(self, start: Barrier) -> tuple[int, str]:
        start.wait()
        return self.ask("POST", self.path, {"csrfmiddlewaretoken": self.token})


def test_a_hundred_submits_with_credits_for_seven(server, drafts, carol):
    url = server().url
    client = Client()
    client.force_login(carol)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    paths = [reverse("deployments:draft-review", args=[each.version.module.ref, each.ref]) for each in drafts]

    browsers = [Browser(url, session).opened(path) for path in paths]
    with ThreadPoolExecutor(SUBMITS) as pool:
        answers = list(pool.map(Browser.submit, browsers, repeat(Barrier(SUBMITS))))

    assert Counter(status for status, _ in answers) == {302: 7, 422: 93}
    refusals = [page for status, page in answers if status == 422]
    assert all("not enough credits" in page.lower() for page in refusals)
    assert (Deployment.objects.count(), Run.objects.filter(status="queued").count(), Draft.objects.count()) == (
        7,
        7,
        93,
    )
    assert list(Hold.objects.values_list("amount", "state")) == [(PRICE, "pending")] * 7
    balance = billing.balance(carol)
    assert (balance.available, balance.held) == (2 * CREDIT, 21 * CREDIT)
    assert Wallet.objects.get(owner=carol).accounts.get(kind="purchased").held == 21 * CREDIT
    assert faults() == []
