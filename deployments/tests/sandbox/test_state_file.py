"""A state is read apart from the process that asks, which gets slices of its own text."""

import json

import pytest

from deployments.sandbox import state_file
from deployments.sandbox.state_file import NotAState

OUTPUTS = (
    b'"a": {"value": 1, "type": "number"}, "b": {"type": "string", "value": "1"}, "c": {"value": {"a": [1]}},'
    b' "d": {"value": "\\u00e9", "sensitive": true, "type": "string"}, "not a name": {"value": 1}'
)
FEW, MANY = 0, state_file.SMALL  # bytes of something else in the state


def state_of(outputs, padding):
    return b'{"x": "%b", "lineage": "one", "serial": 1, "outputs": {%b}}' % (b"1" * padding, outputs)


@pytest.mark.parametrize("padding", [FEW, MANY])
def test_values_and_types_are_those_of_their_output(padding):
    found = state_file.read(state_of(OUTPUTS, padding))
    assert [(each.name, bytes(each.value), each.type, each.is_sensitive) for each in found.outputs] == [
        ("a", b"1", "number", False),
        ("b", b'"1"', "string", False),
        ("c", b'{"a": [1]}', None, False),
        ("d", b'"\\u00e9"', "string", True),
    ]
    assert found.output_count == 5


@pytest.mark.parametrize("padding", [FEW, MANY])
def test_an_output_without_a_value_is_null(padding):
    (found,) = state_file.read(state_of(b'"a": {}', padding)).outputs
    assert (bytes(found.value), found.type) == (b"null", None)


@pytest.mark.parametrize("padding", [FEW, MANY])
def test_a_name_that_is_there_twice_was_not_written_by_terraform(padding):
    twice = b'"a": {"value": 1}, "b": {"value": 2}, "a": {"value": 3}'
    with pytest.raises(NotAState):
        state_file.read(state_of(twice, padding))


def test_another_serial_changes_nothing_else():
    text = b'{"version": 4, "serial": 7, "lineage": "one", "x": [0.12345678901234567890123, 1e400, %b]}' % (
        b"9" * 5_000
    )
    changed = state_file.renumbered(text, 9)
    assert changed == text.replace(b'": ', b'":').replace(b', "', b',"').replace(b":7", b":9")
    assert json.loads(changed, parse_int=str)["serial"] == "9"
