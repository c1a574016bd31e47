"""Terraform's output as lines, whatever their length."""

import json

import pytest

from deployments.sandbox.json_stream import Event, StateDump
from deployments.sandbox.output_lines import HEAD, LONGEST, Lines

DUMP = b'{"@level":"info","@message":"Emergency state dump","state":'


@pytest.fixture
def events():
    return []


@pytest.fixture
def lines(events):
    return Lines(events.append, most=10 * 1024**2)


def feed(lines, text, size=64 * 1024):
    for at in range(0, len(text), size):
        lines.feed(text[at : at + size])
    lines.close()


@pytest.mark.parametrize("size", [1, 3, 1_000])
def test_lines_are_found_wherever_the_pieces_end(lines, events, size):
    feed(lines, b"one\n\ntwo\nthree", size)
    assert [event.text for event in events] == ["one", "", "two", "three"]


def test_the_line_of_a_large_output_stood_raw_in_the_log(lines, events):
    value = "x" * 5_000_000
    message = {"@level": "info", "@message": "Outputs: 1", "outputs": {"a": {"value": value}}, "type": "outputs"}
    feed(lines, json.dumps(message, separators=(",", ":")).encode() + b"\nnext\n")
    assert events == [Event("Outputs: 1", "d"), Event("next")]


def test_a_long_line_of_no_message_is_counted(lines, events):
    feed(lines, b"y" * 3_000_000 + b"\n")
    assert events == [Event("A line of 3,000,000 bytes is not shown.", "d")]


def test_no_more_than_a_head_is_kept_of_a_long_line(lines):
    for _ in range(100):
        lines.feed(b"z" * 100_000)
    assert len(lines._line) == LONGEST


@pytest.mark.parametrize("size", [100, 8_000_000])
def test_a_printed_state_is_kept_whole(lines, events, size):
    state = json.dumps({"serial": 3, "outputs": {"a": {"value": "x" * size}}}).encode()
    feed(lines, DUMP + state + b"}\n")
    (event,) = events
    assert isinstance(event, StateDump)
    assert json.loads(event.state)["serial"] == 3


def test_a_printed_state_beyond_the_limit_is_not_kept_in_part(lines, events):
    feed(lines, DUMP + b'"' + b"x" * (10 * 1024**2 + HEAD) + b'"}\n')
    assert events == [Event("Emergency state dump", "d")]


def test_a_short_dump_lost_the_digits_of_its_numbers(lines, events):
    state = b'{"serial":1,"lineage":"a","x":[0.12345678901234567890123,1e400,%b]}' % (b"9" * 5_000)
    feed(lines, DUMP + state + b',"type":"log"}\n')
    assert [event.state for event in events] == [state]


def test_an_output_of_5000_digits_stood_raw_in_the_log(lines, events):
    feed(lines, b'{"@message":"Outputs: 1","outputs":{"a":{"value":%b}},"type":"outputs"}\n' % (b"9" * 5_000))
    assert [event.text for event in events] == ["Outputs: 1"]


@pytest.mark.parametrize("text", [b"\x01", b"\xff", b"\0a", b"\xed\xa0\x80"])
def test_the_message_of_a_long_line_is_no_json(lines, events, text):
    feed(lines, b'{"@message":"%b","x":"%b"}\n' % (text, b"y" * 2_000_000))
    assert [event.text.split()[0] for event in events] == ["A"]
