import os
import signal
import subprocess
import sys
import time

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
def started():
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


def test_second_start_finds_its_data(started, tmp_path):
    first = started(tmp_path / "data")
    first.ensure_database("portal")
    ask(first, "CREATE TABLE kept AS SELECT 'from the first start' AS words", "portal")
    first.stop()
    assert ask(started(tmp_path / "data"), "SELECT words FROM kept", "portal") == "from the first start"


def test_a_database_is_made_once(started, tmp_path):
    server = started(tmp_path / "data", durable=False)
    server.ensure_database("portal")
    server.ensure_database("portal")
    assert ask(server, "SELECT count(*) FROM pg_database WHERE datname = 'portal'") == 1


def test_it_takes_200_connections_and_no_network(started, tmp_path):
    server = started(tmp_path / "data")
    assert ask(server, "SHOW max_connections") == "200"
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW fsync") == "on"


def test_a_path_too_long_for_a_socket_works(started, tmp_path):
    data_dir = tmp_path / "long" / ("x" * 100) / ("y" * 100)
    server = started(data_dir, durable=False)
    assert ask(server, "SELECT 1") == 1
    assert server.socket_dir != data_dir
    assert server.socket_dir.stat().st_mode & 0o777 == 0o700


def test_a_path_with_spaces_and_quotes_works(started, tmp_path):
    server = started(tmp_path / """it's a "data" folder, 100%""", durable=False)
    assert ask(server, "SELECT 1") == 1


def test_others_cannot_reach_its_socket(started, tmp_path):
    server = started(tmp_path / "data", durable=False)
    assert server.socket_dir.stat().st_mode & 0o077 == 0


def test_it_dies_with_a_process_that_is_killed(tmp_path):
    starter = subprocess.Popen(
        [sys.executable, "-c", START, tmp_path / "data"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    server = psutil.Process(int(starter.stdout.readline()))
    assert server.name() == "postgres"
    starter.kill()
    starter.wait()
    assert psutil.wait_procs([server], timeout=20)[1] == []


def test_a_leftover_server_is_ended_by_the_next_start(started, tmp_path):
    leftover = started(tmp_path / "data")
    assert ask(started(tmp_path / "data"), "SELECT 1") == 1
    assert leftover.process.wait(5) == 0


def test_a_data_directory_that_cannot_be_used_is_one_sentence(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "thesis.txt").write_text("not a database")
    with pytest.raises(EmbeddedUnavailable, match="could not make its data directory"):
        postgres.start(tmp_path / "data")
    assert (tmp_path / "data" / "thesis.txt").read_text() == "not a database"


def test_a_server_that_crashed_recovers(started, tmp_path):
    server = started(tmp_path / "data")
    ask(server, "CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    time.sleep(0.5)  # its own children notice and end
    assert ask(started(tmp_path / "data"), "SELECT number FROM kept") == 7
