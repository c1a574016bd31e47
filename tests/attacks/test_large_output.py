"""What Terraform prints, made to cost the worker: plans of large values, printed states, lines of many parts."""

from contextlib import closing

import pytest

from deployments.sandbox.json_stream import StateDump
from deployments.sandbox.output_lines import LONGEST, Lines
from deployments.sandbox.plan_reader import Change, PlanReader
from deployments.sandbox.state_file import OWN_MEMORY
from tests.measures import Growth, peak_of

KIB = 1024
PIECE = 64 * KIB
DUMP = b'{"@level":"info","@message":"Emergency state dump","state":'


def pieces(text):
    return (text[at : at + PIECE] for at in range(0, len(text), PIECE))


def feed(text):
    """The last event of a text that comes in pieces, and the KiB by which this process grew."""
    events = []
    lines = Lines(events.append, most=60_000_000)
    with Growth() as growth:
        for piece in pieces(text):
            lines.feed(piece)
        lines.close()
    return events[-1], growth.kib


@pytest.mark.parametrize("size", [8_000_000, pytest.param(45_000_000, marks=pytest.mark.whole)])
@pytest.mark.parametrize(
    ("start", "unit", "end"),
    [(b'{"a":"', b"x", b'"}'), (b'"', b"x", b'"'), (b'"\xf0\x9f\x98\x80', b"x", b'"'), (b'"', b"\\u00e9", b'"')],
)
def test_a_printed_state_took_eight_times_its_size(record_property, start, unit, end, size):
    text = DUMP + start + unit * (size // len(unit)) + end + b"}\n"
    event, grown = feed(text)
    record_property("memory_kib", grown)
    assert isinstance(event, StateDump)
    assert grown <= 3 * len(text) / KIB


@pytest.mark.parametrize("unit", [b"[],", b"{},", b'{"a":1},', b"1.5,"])
def test_a_line_of_a_megabyte_took_forty_times_its_size(record_property, unit):
    text = b'{"@message":"said","x":[' + unit * ((LONGEST - KIB) // len(unit)) + b"1]}\n"
    event, grown = feed(text)
    record_property("memory_kib", grown)
    assert event.text == "said"
    assert grown <= 3 * len(text) / KIB


@pytest.mark.parametrize(("count", "size"), [(6, 1_000_000), pytest.param(60, 10_000_000, marks=pytest.mark.whole)])
def test_a_plan_of_60_inputs_of_10_mb_took_3_gb(record_property, count, size):
    value = b"x" * size
    with closing(PlanReader()) as reader, Growth() as growth:
        reader.feed(b'{"resource_changes": [')
        for number in range(count):
            begin = b'{"address": "a.b[%d]", "change": {"actions": ["create"], "after": "' % number
            for piece in [b"," if number else b"", begin, *pieces(value), b'"}}']:
                reader.feed(piece)
        of_child = peak_of(reader._process.pid)
        reader.feed(b"]}\n")
        changes = list(reader.changes())
    record_property("memory_kib", f"{growth.kib} here, {of_child} in the process with limits")
    assert changes == [Change(f"a.b[{number}]", ["create"]) for number in range(count)]
    assert growth.kib <= 3 * size / KIB
    assert of_child <= 3 * size / KIB + OWN_MEMORY / KIB
