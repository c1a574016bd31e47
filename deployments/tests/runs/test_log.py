import base64
import json
from urllib.parse import quote

import pytest

from deployments.models import Run
from deployments.presentation import log_end
from deployments.redaction import MASK, Redactor, leaves
from deployments.runs.leases import LeaseLost, claim
from deployments.runs.log import LogWriter
from deployments.tests.factories import download_of, log_of, make_deployment, make_run, make_version

pytestmark = pytest.mark.django_db

SECRET = 'pä$s "word"/+&'


@pytest.fixture
def run(carol):
    deployment = make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)
    return claim(make_run(deployment).pk, worker="here:1")


@pytest.fixture
def log(run):
    log = LogWriter(run)
    log.redact([SECRET])
    return log


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET),
        quote(SECRET, safe=""),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        base64.b64encode(SECRET.encode()).decode(),
        base64.urlsafe_b64encode(SECRET.encode()).decode(),
    ],
)
def test_every_form_of_a_secret_is_masked(form):
    cleaned = Redactor([SECRET]).clean(f"before {form} after")
    assert cleaned.replace("=", "") == f"before {MASK} after"


@pytest.mark.parametrize("user", ["", "a", "ab", "abc"])
def test_a_secret_inside_longer_base64_is_masked(user):
    encoded = base64.b64encode(f"{user}:{SECRET}:x".encode()).decode()
    inner = base64.b64encode(SECRET.encode()).decode()[4:12]
    cleaned = Redactor([SECRET]).clean(f"Basic {encoded}")
    assert MASK in cleaned
    assert inner not in cleaned


def test_secrets_are_found_inside_lists_and_objects():
    assert leaves({"a": ["one", {"b": "two"}], "c": 12345, "d": True, "e": None}) == ["one", "two", "12345"]


def test_a_value_too_short_to_be_secret_is_left():
    assert Redactor(["abc"]).clean("abc abcd") == "abc abcd"


def test_each_line_of_a_secret_with_lines_is_masked():
    assert Redactor(["first line\nsecond line"]).clean("> second line <") == f"> {MASK} <"


def test_a_secret_printed_in_pieces_is_masked(log, run):
    half = len(SECRET) // 2
    log.add(f"key: {SECRET[:half]}", source="a: ")
    log.add("from elsewhere", source="b: ")
    log.add(f"{SECRET[half:]} done", source="a: ")
    log.flush(at_end=True)
    assert log_of(run) == ["b: from elsewhere", f"a: key: {MASK}", "a:  done"]


def test_the_beginning_of_a_secret_is_not_shown_when_the_rest_is_late(log, run, monkeypatch):
    monkeypatch.setattr("deployments.runs.log.HOLD_SECONDS", 0)
    log.add(f"key: {SECRET[:6]}", source="a: ")
    log.flush()
    log.add(f"{SECRET[6:]} done", source="a: ")
    log.flush(at_end=True)
    assert log_of(run) == [f"a: key: {MASK}", "a:  done"]


def test_chunks_are_numbered_and_every_line_has_a_tone(log, run):
    log.add("one\ntwo", "g")
    log.flush(at_end=True)
    log.add("three", "?")
    log.flush(at_end=True)
    assert [(chunk.sequence, chunk.text) for chunk in run.log.all()] == [(1, "gone\ngtwo"), (2, " three")]


def test_a_second_writer_goes_on_counting(log, run):
    log.add("one")
    log.flush(at_end=True)
    again = LogWriter(run)
    again.add("two")
    again.flush(at_end=True)
    assert [chunk.sequence for chunk in run.log.all()] == [1, 2]


def test_what_postgresql_refuses_is_replaced(log, run):
    log.add("a\0b \ud800")
    log.flush(at_end=True)
    assert log_of(run) == ["a\N{REPLACEMENT CHARACTER}b ?"]


class TestBeyondTheLimit:
    """1,000 bytes: 900 of the beginning, 100 of the end."""

    @pytest.fixture(autouse=True)
    def limit(self, settings):
        settings.RUN_LOG_BYTES = 1_000

    @staticmethod
    def fill(log, numbers, *, at_once):
        for number in numbers:
            log.add(f"line {number:03}")
            if not at_once:
                log.flush(at_end=True)
        log.flush(at_end=True)

    @pytest.mark.parametrize(("at_once", "left_out"), [(True, 400), (False, 402)])
    def test_the_reason_of_a_failure_was_not_in_a_long_log(self, log, run, at_once, left_out):
        self.fill(log, range(500), at_once=at_once)
        log.add("Error: the disk is full", "r")
        log.flush(at_end=True)
        lines = download_of(run).splitlines()
        first = [f"line {number:03}" for number in range(90)]
        last = [f"line {number:03}" for number in range(90 + left_out, 500)]
        hole = f"{len(' line 000.') * left_out:,} bytes are left out here. A long log keeps its beginning and its end."
        assert lines == [*first, hole, *last, "Error: the disk is full"]
        assert [line.text for line in log_end(run).lines] == lines

    def test_what_a_run_prints_costs_the_database_no_more_than_its_limit(self, log, run):
        for _ in range(20):
            self.fill(log, range(500), at_once=True)
        assert sum(len(chunk.text) + 1 for chunk in run.log.all()) <= 1_000 + 2 * len(" line 000.")

    def test_the_lines_wait_for_the_database_in_bounded_memory(self, log):
        for number in range(10_000):
            log.add(f"line {number}")
        assert log._ends._waiting <= 100 + len(" line 9999.")

    def test_a_log_within_its_limit_has_no_hole(self, log, run):
        self.fill(log, range(100), at_once=False)
        assert download_of(run).splitlines() == [f"line {number:03}" for number in range(100)]

    def test_a_second_worker_keeps_to_the_same_limit(self, log, run):
        self.fill(log, range(200), at_once=False)
        self.fill(LogWriter(run), range(200, 400), at_once=False)
        lines = download_of(run).splitlines()
        assert lines[89:91] == [
            "line 089",
            "3,000 bytes are left out here. A long log keeps its beginning and its end.",
        ]
        assert lines[91:] == [f"line {number:03}" for number in range(390, 400)]

    def test_a_secret_at_the_hole_is_masked(self, log, run):
        self.fill(log, range(500), at_once=True)
        half = len(SECRET) // 2
        log.add(f"key: {SECRET[:half]}", source="a: ")
        for number in range(500):
            log.add(f"line {number:03}")
        log.add(f"{SECRET[half:]} done", source="a: ")
        log.flush(at_end=True)
        assert download_of(run).endswith(f"line 499\na: key: {MASK}\na:  done\n")


def test_a_chunk_has_a_bound_whatever_one_event_holds(log, run):
    log.add("\n".join(["x" * 1_023] * 200))
    log.flush(at_end=True)
    assert [len(chunk.text) for chunk in run.log.all()] == [65_599, 65_599, 65_599, 8_199]


def test_a_long_line_was_cut_without_a_word(log, run):
    log.add("x" * 16_384)
    log.add("y" * 20_000, source="a: ")
    log.flush(at_end=True)
    assert log_of(run) == ["x" * 16_384, f"a: {'y' * 16_381}… (3,619 more characters)"]
    assert download_of(run).endswith("y… (3,619 more characters)\n")


def test_a_stale_worker_writes_no_line(log, run):
    Run.objects.filter(pk=run.pk).update(token=run.token + 1)
    log.add("late")
    with pytest.raises(LeaseLost):
        log.flush(at_end=True)
    assert log_of(run) == []
