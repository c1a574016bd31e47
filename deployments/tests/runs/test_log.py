import base64
import json
from urllib.parse import quote

import pytest

from deployments.models import Run
from deployments.presentation import log_text
from deployments.runs.leases import LeaseLost, claim
from deployments.runs.log import LogWriter
from deployments.runs.redaction import MASK, Redactor, leaves
from deployments.tests.factories import log_of, make_deployment, make_run, make_version

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


def test_a_log_ends_at_its_limit_and_says_so(log, run, settings):
    settings.RUN_LOG_BYTES = 100
    for number in range(50):
        log.add(f"line {number}")
    log.flush(at_end=True)
    lines = log_of(run)
    assert lines[-1] == "The log is longer than 100 bytes. The rest is not shown."
    assert lines[:2] == ["line 0", "line 1"]
    assert len(lines) == 14


def test_a_long_line_was_cut_without_a_word(log, run):
    log.add("x" * 16_384)
    log.add("y" * 20_000, source="a: ")
    log.flush(at_end=True)
    assert log_of(run) == ["x" * 16_384, f"a: {'y' * 16_381}… (3,619 more characters)"]
    assert log_text(run).endswith("y… (3,619 more characters)\n")


def test_a_stale_worker_writes_no_line(log, run):
    Run.objects.filter(pk=run.pk).update(token=run.token + 1)
    log.add("late")
    with pytest.raises(LeaseLost):
        log.flush(at_end=True)
    assert log_of(run) == []
