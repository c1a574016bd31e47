"""States and plans made to cost the worker: escapes, long strings, numbers of things; read by a process with limits."""

import json
import subprocess
import sys

import pytest

from deployments.sandbox import state_file
from deployments.sandbox.state_file import NotAState

KIB = 1024
HEAD, TAIL = b'{"lineage": "one", "serial": 1, "outputs": {"a": {"value": "', b'"}}}'
EMPTY = b'{"mode":"","instances":[]}'
SIZES = [4_000_000, pytest.param(45_000_000, marks=pytest.mark.whole)]
READ = """
import resource, sys
from deployments.sandbox import state_file
from tests.measures import Growth
with Growth() as growth:
    text = sys.stdin.buffer.read(int(sys.argv[1]))
    try:
        print(state_file.read(text).resource_count)
    except state_file.NotAState:
        print("refused")
print(growth.kib)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - growth.before)
"""


def read_alone(text):
    """What a process of its own says of a state, and the KiB by which it and the process with limits grew."""
    command = [sys.executable, "-c", READ, str(len(text))]
    ended = subprocess.run(command, input=text, capture_output=True, check=True, env={"PYTHONPATH": state_file.PATH})
    said, grown, of_child = ended.stdout.decode().split()
    return said, int(grown), int(of_child)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("unit", [b'\\"', b"x", b"\\u00e9", "😀".encode()])
def test_one_string_of_a_state_took_a_hundred_times_its_size(record_property, unit, size):
    text = HEAD + unit * (size // len(unit)) + TAIL
    said, grown, of_child = read_alone(text)
    record_property("memory_kib", f"{grown} here, {of_child} in the process with limits")
    assert said == "0"
    assert grown <= 2 * len(text) / KIB
    assert of_child <= 3 * len(text) / KIB + 4 * KIB


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        (b'{"lineage": "one", "serial": 1, "resources": [{"mode": "managed", "instances": [{}', b",{}", b"]}]}"),
        (
            b'{"lineage": "one", "serial": 1, "resources": [{"mode":"","instances":[]}',
            b',{"mode":"","instances":[]}',
            b"]}",
        ),
        (b'{"lineage": "one", "serial": 1, "x": ', b"[", b""),
    ],
)
def test_a_state_of_nothing_but_brackets_costs_no_more_than_its_limit(record_property, before, unit, after, size):
    text = before + unit * (size // len(unit)) + after
    said, grown, of_child = read_alone(text)
    record_property("memory_kib", f"{grown} here, {of_child} in the process with limits")
    assert grown <= 2 * len(text) / KIB
    assert of_child <= 3 * len(text) / KIB + state_file.OWN_MEMORY / KIB


def test_an_honest_state_of_many_resources_is_read(record_property):
    attributes = {"id": "0" * 36, "input": None, "output": None, "triggers_replace": None}
    instance = {"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}
    provider = 'provider["terraform.io/builtin/terraform"]'
    resources = [
        {"mode": "managed", "type": "terraform_data", "name": f"r{at}", "provider": provider, "instances": [instance]}
        for at in range(20_000)
    ]
    text = json.dumps({"version": 4, "lineage": "one", "serial": 1, "resources": resources}).encode()
    said, grown, of_child = read_alone(text)
    record_property("memory_kib", f"{grown} here, {of_child} in the process with limits")
    assert said == "20000"
    assert max(grown, of_child) <= 3 * len(text) / KIB


def test_a_state_of_a_hundred_thousand_parts_cost_gigabytes_once_it_was_accepted():
    parts = b",".join(b'"%d":1' % number for number in range(100_000))
    with pytest.raises(NotAState):
        state_file.read(b'{"lineage": "one", "serial": 1, %b}' % parts)


def test_what_ends_its_process_is_no_state(monkeypatch):
    monkeypatch.setattr(state_file, "PATIENCE", 0)
    with pytest.raises(NotAState):
        state_file.read(HEAD + b"x" * 2_000_000 + TAIL)
