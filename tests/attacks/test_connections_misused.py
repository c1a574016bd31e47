"""Requests in odd shapes, and clients that leave at odd moments: each is answered, and every place comes back."""

import socket
import struct

import pytest

from tests.attacks.test_requests import LOGIN, MB, TWO_PLACES, Attack, flood
from tests.measures import connections_of_the_portal

HOST = "Host: 127.0.0.1\r\n"
LARGE_FORM = "/deploy/k7f3kabcde/"
NUL = 'Cookie: sessionid="\\000aaaaaaaaaaaa"\r\n'
SERVER = TWO_PLACES
LEAVE_AT_ONCE = struct.pack("ii", 1, 0)  # with a reset, whatever was not sent
SHAPES = {
    f"GET {LOGIN} HTTP/1.0\r\n{HOST}": 200,
    f"HEAD {LOGIN} HTTP/1.1\r\n{HOST}": 200,
    f"CONNECT 127.0.0.1:80 HTTP/1.1\r\n{HOST}": 404,
    f"OPTIONS * HTTP/1.1\r\n{HOST}": 404,
    f"GET http://evil.example.com/ HTTP/1.1\r\n{HOST}": 404,
    f"GET /%00%ff/..%2f HTTP/1.1\r\n{HOST}": 404,
    f"GET {LOGIN} HTTP/1.1\r\nHost: evil.example.com\r\n": 400,
    f"GET {LOGIN} HTTP/1.1\r\n{HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n": 200,
    f"POST {LOGIN} HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 3\r\n": 100,
    f"POST {LOGIN} HTTP/1.1\r\n{HOST}Expect: 100-continue\r\nContent-Length: 99999999\r\n": 413,
    f"POST {LOGIN} HTTP/1.1\r\n{HOST}Content-Length: 3\r\nContent-Length: 4\r\n": 400,
    f"POST {LOGIN} HTTP/1.1\r\n{HOST}Content-Length: 1e3\r\n": 400,
    f"POST {LOGIN} HTTP/1.1\r\n{HOST}Content-Length: {'9' * 19}\r\n": 413,
    f"GET {LOGIN} HTTP/1.1\r\n{HOST}{NUL}": 400,
    f"POST {LARGE_FORM} HTTP/1.1\r\n{HOST}{NUL}Content-Length: 9000000\r\n": 413,
}


@pytest.fixture
def attack(shared_server):
    with Attack(shared_server) as attack:
        yield attack


def test_a_session_with_a_nul_made_a_large_form_an_error(attack):
    """And requests in other shapes that no browser sends."""
    answers = {}
    for shape in SHAPES:
        plug = attack.connect()
        plug.sendall(f"{shape}\r\n".encode())
        answers[shape] = int(plug.recv(4096).split(b" ")[1])
    assert answers == SHAPES


def test_clients_that_left_at_any_moment_kept_their_places(attack):
    whole = f"POST {LOGIN} HTTP/1.1\r\n{HOST}Content-Length: 9\r\n\r\n123456789".encode()
    for text in (whole, whole * 3, f"GET {LOGIN} HTTP/1.1\r\n{HOST}\r\n".encode() * 3):
        for end in (len(text) // 3, len(text) - 1, len(text)):
            plug = attack.connect()
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LEAVE_AT_ONCE)
            plug.sendall(text[:end])
            plug.close()
    assert attack.pages_of_others() == [200] * 5
    assert connections_of_the_portal() <= 2


def test_a_body_of_one_byte_a_chunk_kept_the_process_busy(attack, record_property):
    """Two megabytes of them cost 11 seconds of processor, during which nobody else was answered."""
    before = sum(attack.portal.cpu_times()[:2])
    plug = attack.post(LOGIN, length=None)
    sent, _ = flood(plug, most=48 * MB, chunk=b"1\r\nx\r\n" * 20_000)
    used = sum(attack.portal.cpu_times()[:2]) - before
    record_property("seconds of processor", round(used, 2))
    assert (sent < 16 * MB, used < 1) == (True, True)  # some wait in the system
    assert attack.pages_of_others() == [200] * 5


def test_a_probe_read_a_body_without_an_end(attack):
    plug = attack.post("/livez", length=400 * MB)
    sent, answer = flood(plug, most=400 * MB)
    assert (answer[:13], sent < 32 * MB) == (b"HTTP/1.1 413 ", True)
