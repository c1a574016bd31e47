import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import psycopg2
import pytest

from embedded import EmbeddedUnavailable, postgres

START = """
import sys
from pathlib import Path
from embedded import postgres
print(postgres.start(Path(sys.argv[1]), durable=False).process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder():
    """Not pytest's tmp_path: each pytest start makes its parent private, also against PostgreSQL's user."""
    with tempfile.TemporaryDirectory(dir=os.environ["PORTAL_TEST_DIR"]) as path:
        yield Path(path)


@pytest.fixture
def started(folder):
    """Starts servers and stops them after the test."""
    servers = []

    def start(data_dir, **options):
        servers.append(postgres.start(data_dir, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def ask(server, question, database="postgres"):
    connection = psycopg2.connect(server.url(database))
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_second_start_finds_its_data(started, folder):
    first = started(folder / "data")
    first.ensure_database("portal")
    ask(first, "CREATE TABLE kept AS SELECT 'from the first start' AS words", "portal")
    first.stop()
    assert ask(started(folder / "data"), "SELECT words FROM kept", "portal") == "from the first start"


def test_a_database_is_made_once(started, folder):
    server = started(folder / "data", durable=False)
    server.ensure_database("portal")
    server.ensure_database("portal")
    assert ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'portal'") == 1


def test_it_takes_200_connections_and_no_network(started, folder):
    server = started(folder / "data")
    assert ask(server, "SHOW max_connections") == "200"
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW fsync") == "on"


def test_a_path_too_long_for_a_socket_works(started, folder):
    data_dir = folder / "long" / ("x" * 100) / ("y" * 100)
    server = started(data_dir, durable=False)
    assert ask(server, "SELECT 1") == 1
    assert server.socket_dir != data_dir
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700
    server.stop()
    assert not server.socket_dir.exists()


def test_a_path_with_spaces_and_quotes_works(started, folder):
    server = started(folder / """it's a "data" folder, 100%""", durable=False)
    assert ask(server, "SELECT 1") == 1


def test_others_cannot_reach_its_socket(started, folder):
    server = started(folder / "data", durable=False)
    assert server.socket_dir.stat().st_mode & 0o077 == 0


def test_it_dies_with_a_process_that_is_killed(folder):
    starter = subprocess.Popen(
        [sys.executable, "-c", START, folder / "data"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    server = psutil.Process(int(starter.stdout.readline()))
    assert server.name() == "postgres"
    starter.kill()
    starter.wait()
    assert psutil.wait_procs([server], timeout=20)[1] == []


def test_a_leftover_server_is_ended_by_the_next_start(started, folder):
    leftover = started(folder / "data")
    assert ask(started(folder / "data"), "SELECT 1") == 1
    assert leftover.process.wait(5) == 0


def test_a_data_directory_that_cannot_be_used_is_one_sentence(folder):
    (folder / "data").mkdir()
    (folder / "data" / "thesis.txt").write_text("not a database")
    with pytest.raises(EmbeddedUnavailable, match="could not make its data directory"):
        postgres.start(folder / "data")
    assert (folder / "data" / "thesis.txt").read_text() == "not a database"


def test_a_server_that_crashed_recovers(started, folder):
    server = started(folder / "data")
    ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    time.sleep(0.5)  # time for its child processes to end
    assert ask(started(folder / "data"), "SELECT number FROM kept") == 7
