import psutil
import pytest
import redis as client

from embedded import redis


@pytest.fixture
def server(tmp_path):
    server = redis.start(tmp_path)
    yield server
    server.stop()


def test_numbered_databases_are_apart(server):
    client.Redis.from_url(server.url(1)).set("who", "alice")
    assert client.Redis.from_url(server.url(1)).get("who") == b"alice"
    assert client.Redis.from_url(server.url(63)).get("who") is None


def test_nobody_enters_without_the_password(server):
    with pytest.raises(client.AuthenticationError):
        client.Redis(port=server.port).ping()


def test_the_password_is_not_in_the_process_list(server):
    assert server.password not in " ".join(psutil.Process(server.process.pid).cmdline())


def test_two_servers_run_side_by_side(server, tmp_path):
    other = redis.start(tmp_path / "other")
    try:
        client.Redis.from_url(server.url()).set("who", "alice")
        assert client.Redis.from_url(other.url()).get("who") is None
    finally:
        other.stop()
    assert other.process.poll() is not None
