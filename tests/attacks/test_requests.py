"""Requests that never end, and those that are too large or too many: others are served meanwhile.

The portal here has two places, one process, and visitors from several addresses of this machine.
"""

import os
import select
import socket
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil
import pytest
import requests
from django.urls import reverse

from accounts import api_tokens
from billing.models import CostCentre
from deployments.models import Deployment
from deployments.tests.factories import make_version
from foundation.refs import new_ref
from modules.registry import offers
from modules.tests.registry_protocol import archive
from tests.measures import connections_of_the_portal

MB = 1024**2
LOGIN = "/accounts/login/"
TWO_PLACES = {"WEB_PROCESSES": "1", "WEB_CONCURRENCY_LIMIT": "2", "WEB_CONNECTIONS_PER_ADDRESS": "1000"}
TWO_PLACES |= {"WEB_STREAMS_PER_PERSON": "0"}
SERVER = TWO_PLACES
ATTACKER, VISITOR = "127.0.0.1", "127.0.0.2"
FULL = pytest.param(600, marks=pytest.mark.whole)


class Attack(ExitStack):
    """Connections of one attacker to a portal; `portal` is its process."""

    def __init__(self, child):
        super().__init__()
        self.url = child.url
        self.host, self.port = child.url.removeprefix("http://").split(":")
        self.portal = psutil.Process(child.pid)

    def connect(self, *, window=0):
        plug = self.enter_context(socket.socket())
        plug.settimeout(60)
        if window:  # bytes that the system takes although nobody reads them
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
        plug.bind((ATTACKER, 0))
        plug.connect((self.host, int(self.port)))
        return plug

    def post(self, path, *, length, sent=b"", headers=""):
        plug = self.connect()
        size = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        plug.sendall(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{size}\r\n{headers}\r\n".encode() + sent)
        return plug

    def get_and_stall(self, path, *, cookie=""):
        plug = self.connect(window=4096)
        plug.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sessionid={cookie}\r\n\r\n".encode())
        return plug

    @property
    def memory(self):
        return self.portal.memory_info().rss / MB

    @property
    def on_disk(self):
        """Bytes of temporary files that the portal has open."""
        size = 0
        for file in Path(f"/proc/{self.portal.pid}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since
                size += file.stat().st_size if "(deleted)" in str(file.readlink()) else 0
        return size

    def pages_of_others(self, number=5):
        """The statuses that a visitor at another address gets."""
        with requests.Session() as visitor:
            visitor.mount("http://", FromAddress(VISITOR))
            return [visitor.get(f"{self.url}{LOGIN}", timeout=30).status_code for _ in range(number)]


class FromAddress(requests.adapters.HTTPAdapter):
    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **options):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **options)


@pytest.fixture
def attack(shared_server):
    with Attack(shared_server) as attack:
        assert attack.pages_of_others(2) == [200, 200]  # with everything that a page loads
        yield attack


def flood(plug, *, most, chunk=b"x" * MB, framed=False):
    """Bytes that the portal takes before it closes the connection, and the answer that it gave before."""
    sent, answer = 0, b""
    try:
        while sent < most:
            plug.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk) if framed else chunk)
            sent += len(chunk)
            if not answer and select.select([plug], [], [], 0)[0]:
                answer = plug.recv(4096)
    except OSError:
        pass
    return sent, answer


@pytest.mark.parametrize("number", [40, FULL])
def test_posts_that_stop_after_one_byte_kept_everybody_out(attack, number, record_property):
    before = attack.memory
    for _ in range(number):
        attack.post(LOGIN, length=1_000, sent=b"x")
    assert attack.pages_of_others() == [200] * 5
    assert connections_of_the_portal() <= 2
    assert attack.memory - before < 20 + number * 0.2
    record_property("MB", round(attack.memory - before, 1))


@pytest.mark.whole
def test_heads_that_never_end_kept_everybody_out(attack):
    for _ in range(40):
        attack.connect().sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
    assert attack.pages_of_others() == [200] * 5


def test_400_mb_to_the_login_lay_on_disk_before_it_said_no(attack, record_property):
    before = attack.memory
    plug = attack.post(LOGIN, length=400 * MB)
    sent, answer = flood(plug, most=400 * MB)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert sent < 32 * MB  # of which 16 are dropped, so that a browser shows the answer, and some wait in the system
    assert (attack.on_disk, attack.memory - before < 20) == (0, True)
    record_property("MB sent", sent // MB)


@pytest.mark.whole
def test_400_mb_of_unknown_length_to_the_login_lay_on_disk(attack):
    before = attack.memory
    plug = attack.post(LOGIN, length=None)
    sent, answer = flood(plug, most=400 * MB, framed=True)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert sent < 32 * MB
    assert (attack.on_disk, attack.memory - before < 20) == (0, True)


@pytest.mark.whole
def test_a_delivery_of_two_megabytes_is_refused_before_it_is_read(attack):
    plug = attack.post(reverse("modules:github-hook", args=["k7f3kabcde"]), length=2 * MB)
    assert plug.recv(12) == b"HTTP/1.1 413"


@pytest.mark.whole
def test_strangers_sent_large_forms(attack):
    plug = attack.post(reverse("deployments:deployment-create", args=["k7f3kabcde"]), length=9 * MB)
    assert plug.recv(12) == b"HTTP/1.1 413"


@pytest.mark.whole
def test_a_large_form_of_alice_is_read(attack, client, alice):
    client.force_login(alice)
    cookie = f"Cookie: sessionid={client.cookies['sessionid'].value}\r\n"
    path = reverse("deployments:deployment-create", args=["k7f3kabcde"])
    plug = attack.post(path, length=9 * MB, headers=cookie)
    sent, _ = flood(plug, most=9 * MB)
    assert (sent, plug.recv(12)) == (9 * MB, b"HTTP/1.1 403")  # it has no CSRF token


@pytest.mark.whole
@pytest.mark.parametrize("number", [150])
def test_bodies_that_stop_before_their_end_filled_the_disk(attack, number, record_property):
    for _ in range(number):
        plug = attack.post(LOGIN, length=2 * MB)
        flood(plug, most=2 * MB - 1, chunk=b"x" * (2 * MB - 1))
    assert attack.pages_of_others() == [200] * 5
    assert 0 < attack.on_disk <= 64 * MB
    record_property("MB on disk", attack.on_disk // MB)


@pytest.mark.parametrize("number", [60, FULL])
def test_slow_readers_of_a_page_kept_everybody_out(attack, number):
    for _ in range(number):
        attack.get_and_stall(LOGIN)
    assert attack.pages_of_others() == [200] * 5
    assert connections_of_the_portal() <= 2


def beginning_of(plug):
    """The head and the first bytes of an answer, whose first piece was read then."""
    got = b""
    while not got.partition(b"\r\n\r\n")[2]:
        got += plug.recv(1024)
    return got


@pytest.mark.parametrize("number", [60, pytest.param(300, marks=pytest.mark.whole)])
def test_slow_readers_of_a_download_had_it_in_memory_each(attack, alice, number, record_property):
    version = make_version({"noise.txt": os.urandom(8 * MB).hex()}, owner=alice)
    token = api_tokens.create(alice, name="laptop", by=alice)[0]
    path = archive(offers.archive_key(version, token=token))
    before = attack.memory
    plugs = [attack.get_and_stall(path) for _ in range(number)]
    assert {beginning_of(plug)[:12] for plug in plugs} == {b"HTTP/1.1 200"}
    assert attack.pages_of_others() == [200] * 5
    assert connections_of_the_portal() <= 2
    assert attack.memory - before < 30 + number  # and not 8 MB each
    record_property("MB", round(attack.memory - before, 1))


@pytest.mark.parametrize(("number", "rows"), [(60, 3_000), pytest.param(60, 30_000, marks=pytest.mark.whole)])
def test_slow_readers_of_a_csv_kept_everybody_out(attack, client, alice, number, rows, record_property):
    make_deployments(alice, rows)
    client.force_login(alice)
    cookie = client.cookies["sessionid"].value
    before = attack.memory
    plugs = [attack.get_and_stall(reverse("deployments:deployment-export"), cookie=cookie) for _ in range(number)]
    assert {plug.recv(12) for plug in plugs} == {b"HTTP/1.1 200"}
    assert attack.pages_of_others() == [200] * 5
    assert connections_of_the_portal() <= 2
    assert attack.memory - before < 30 + number
    record_property("MB", round(attack.memory - before, 1))


def make_deployments(owner, number):
    version = make_version({"main.tf": ""}, owner=owner)
    refs = [new_ref() for _ in range(number)]
    fields = {"owner": owner, "module_title": "x" * 60, "partner": owner}
    centres = CostCentre.objects.bulk_create(
        CostCentre(deployment_ref=ref, deployment_name=ref, **fields) for ref in refs
    )
    Deployment.objects.bulk_create(
        Deployment(ref=each.deployment_ref, name=each.deployment_ref, owner=owner, version=version, cost_centre=each)
        for each in centres
    )


def test_connections_of_one_address_used_up_all_that_there_are(server):
    with Attack(server(env=TWO_PLACES | {"WEB_CONNECTIONS_PER_ADDRESS": "20"})) as attack:
        plugs = [attack.connect() for _ in range(60)]
        for plug in plugs[20:]:
            assert plug.recv(12) == b"HTTP/1.1 429"
        assert attack.pages_of_others() == [200] * 5


@pytest.mark.whole
def test_behind_a_proxy_the_requests_of_one_client_used_up_all_that_there_are(server):
    env = TWO_PLACES | {"WEB_CONNECTIONS_PER_ADDRESS": "20", "PROXY_COUNT": "1"}
    with Attack(server(env=env)) as attack:
        plugs = [attack.post(LOGIN, length=9, sent=b"x", headers="X-Forwarded-For: 203.0.113.7\r\n") for _ in range(20)]
        plugs.append(attack.post(LOGIN, length=9, sent=b"x", headers="X-Forwarded-For: 203.0.113.7\r\n"))
        assert plugs[-1].recv(12) == b"HTTP/1.1 429"
        assert attack.pages_of_others() == [200] * 5
