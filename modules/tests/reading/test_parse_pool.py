import os
import signal

import pytest

from modules.reading.parse_pool import Limits, Pool, Source

LIMITS = Limits(file_bytes=256 * 1024, seconds=5, memory_bytes=512 * 1024**2)


@pytest.fixture(scope="module")
def pool():
    pool = Pool(LIMITS)
    yield pool
    pool.close()


def codes(answer):
    return [row["code"] for row in answer["findings"]]


def test_files_are_read_in_order(pool):
    sources = [Source(f"f{number}", f'variable "v{number}" {{}}\n'.encode()) for number in range(10)]
    found = [(key, answer["variables"][0]["name"]) for key, answer in pool.read_all(sources)]
    assert found == [(f"f{number}", f"v{number}") for number in range(10)]


@pytest.mark.parametrize(
    ("data", "code", "line"),
    [(b"#" * (256 * 1024 + 1), "size", 1), (b"# one\n# \xff\n", "encoding", 2), (b'x = "\0"', "syntax", 1)],
)
def test_unreadable_file_is_one_error(pool, data, code, line):
    (finding,) = pool.read(Source("x", data))["findings"]
    assert (finding["level"], finding["code"], finding["line"]) == ("error", code, line)


def test_byte_order_mark_is_skipped(pool):
    assert codes(pool.read(Source("x", b'\xef\xbb\xbfvariable "a" {}\n'))) == []


@pytest.mark.parametrize(
    "data",
    [
        b"a = " + b"[" * 5000 + b"]" * 5000,
        b"a = " + b"{a=" * 200 + b"1" + b"}" * 200,
        b'a = "' + b"x" * 250_000 + b'"',
        b"\n" * 250_000,
        b'{"a":' * 20_000,
    ],
    ids=["brackets", "objects", "one line", "newlines", "json"],
)
def test_hostile_file_costs_bounded_time_and_the_next_one_is_read(pool, data):
    pool.read(Source("x", data, is_json=data.startswith(b"{")))  # whose readers are ended after LIMITS.seconds
    assert pool.read(Source("y", b'variable "a" {}\n'))["variables"][0]["name"] == "a"


def test_file_that_takes_too_long_costs_only_itself():
    pool = Pool(Limits(file_bytes=10**7, seconds=0.3, memory_bytes=512 * 1024**2), size=1)
    try:
        slow = b"".join(b'variable "a%d" {}\n' % number for number in range(60_000))
        assert codes(pool.read(Source("slow", slow))) == ["limits"]
        assert codes(pool.read(Source("next", b'variable "a" {}\n'))) == []
    finally:
        pool.close()


def test_file_that_takes_too_much_memory_costs_only_itself():
    pool = Pool(Limits(file_bytes=10**7, seconds=30, memory_bytes=150 * 1024**2), size=1)
    try:
        large = b"".join(b'variable "a%d" {}\n' % number for number in range(100_000))
        assert codes(pool.read(Source("large", large))) == ["limits"]
        assert codes(pool.read(Source("next", b'variable "a" {}\n'))) == []
    finally:
        pool.close()


def test_killed_child_is_replaced(pool):
    pool.read(Source("x", b""))
    for child in list(pool.idle.queue):
        if child is not None:
            os.kill(child.process.pid, signal.SIGKILL)
            child.process.wait()
    assert codes(pool.read(Source("y", b'variable "a" {}\n'))) == []


def test_child_knows_nothing_of_the_environment(pool, monkeypatch):
    monkeypatch.setenv("PORTAL_KEYS_MARKER", "secret")
    fresh = Pool(LIMITS, size=1)
    try:
        fresh.read(Source("x", b""))
        (child,) = fresh.idle.queue
        with open(f"/proc/{child.process.pid}/environ", "rb") as environ:
            names = {entry.split(b"=")[0] for entry in environ.read().split(b"\0") if entry}
        assert names <= {b"PYTHONPATH", b"LC_CTYPE"}
    finally:
        fresh.close()
