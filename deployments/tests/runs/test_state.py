import json
import os

import pytest

from deployments.inputs import values
from deployments.models import Run, StateVersion
from deployments.runs import state
from deployments.runs.ending import finish_run
from deployments.runs.leases import LeaseLost, claim
from deployments.runs.state import NotAState, StateRecorder, StateRejected
from deployments.sandbox import state_file
from deployments.tests.factories import make_deployment, make_run, make_version
from foundation.encryption import DecryptionFailed

pytestmark = pytest.mark.django_db


def state_text(serial, *, lineage="one", outputs=None):
    resources = [
        {"mode": "managed", "instances": [{}, {}]},
        {"mode": "data", "instances": [{}]},
        {"mode": "managed", "instances": [{}]},
    ]
    content = {"version": 4, "lineage": lineage, "serial": serial, "outputs": outputs or {}, "resources": resources}
    return json.dumps(content).encode()


@pytest.fixture
def run(carol):
    deployment = make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)
    return claim(make_run(deployment).pk, worker="here:1")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "terraform.tfstate"


def test_each_higher_serial_is_stored_once(run, file):
    recorder = StateRecorder(run)
    file.write_bytes(state_text(3))
    assert recorder.look(file)
    assert not recorder.look(file)
    file.write_bytes(state_text(4, outputs={"changed": {"value": 1}}))
    assert recorder.look(file)
    assert list(run.states.values_list("serial", flat=True)) == [4, 3]
    assert state.newest(run.deployment).content == file.read_bytes()


def test_two_states_written_in_the_same_moment_are_both_stored(run, file):
    recorder = StateRecorder(run)
    file.write_bytes(state_text(3))
    moment = file.stat().st_mtime_ns
    assert recorder.look(file)
    file.write_bytes(state_text(4))
    os.utime(file, ns=(moment, moment))
    assert recorder.look(file)
    assert list(run.states.values_list("serial", flat=True)) == [4, 3]


def test_the_addresses_are_those_that_terraform_writes():
    resources = [
        {"mode": "managed", "type": "a", "name": "one", "instances": [{}]},
        {"mode": "managed", "type": "a", "name": "two", "instances": [{"index_key": 0}, {"index_key": 1}]},
        {
            "mode": "managed",
            "module": 'module.n["x"]',
            "type": "b",
            "name": "c",
            "instances": [{"index_key": 'e"${f}'}],
        },
        {"mode": "data", "type": "d", "name": "read", "instances": [{}]},
    ]
    found = state_file.read(json.dumps({"lineage": "one", "serial": 1, "resources": resources}).encode())
    assert found.addresses == ["a.one", "a.two[0]", "a.two[1]", 'module.n["x"].b.c["e\\"$${f}"]']


def test_of_very_many_resources_the_first_addresses_are_kept():
    many = [{"mode": "managed", "type": "a", "name": "b", "instances": [{"index_key": at} for at in range(10_900)]}]
    found = state_file.read(json.dumps({"lineage": "one", "serial": 1, "resources": many}).encode())
    assert (found.resource_count, len(found.addresses)) == (10_900, 10_000)


def test_a_half_written_file_is_read_again(run, file):
    recorder = StateRecorder(run)
    whole = state_text(3)
    file.write_bytes(whole[:40])
    assert not recorder.look(file)
    assert run.states.count() == 0
    file.write_bytes(whole)
    assert recorder.look(file)


@pytest.fixture
def update(run):
    """A second run of the deployment, claimed after the first one left a state of serial 5."""
    StateRecorder(run).store(state_text(5))
    assert finish_run(run, token=run.token, status=Run.Status.CANCELLED)
    return claim(make_run(run.deployment, action=Run.Action.UPDATE).pk, worker="here:1")


def test_a_serial_that_is_not_higher_than_at_the_start_is_left_out(update, file):
    recorder = StateRecorder(update)
    for serial in (4, 5):
        file.write_bytes(state_text(serial, outputs={"forged": {"value": 1}}))
        assert not recorder.look(file)
    assert StateVersion.objects.get().serial == 5


def test_a_serial_that_terraform_cannot_have_reached_is_left_out(update, file):
    recorder = StateRecorder(update)
    file.write_bytes(state_text(2**63 - 1))
    assert not recorder.look(file)
    file.write_bytes(state_text(6))
    assert recorder.look(file)
    assert list(StateVersion.objects.values_list("serial", flat=True)) == [6, 5]


def test_of_the_states_of_one_run_the_last_one_counts(update, file):
    recorder = StateRecorder(update)
    recorder.store(state_text(900))
    file.write_bytes(state_text(6))
    assert recorder.look(file)
    assert list(StateVersion.objects.values_list("serial", flat=True)) == [6, 5]


def test_a_state_of_another_lineage_is_refused(update, file):
    file.write_bytes(state_text(6, lineage="two"))
    with pytest.raises(StateRejected, match="an unrelated one"):
        StateRecorder(update).look(file)
    assert StateVersion.objects.get().serial == 5


def test_a_state_that_is_too_large_or_a_link_is_refused(run, file, tmp_path, settings):
    settings.RUN_STATE_BYTES = 50
    file.write_bytes(state_text(3))
    with pytest.raises(StateRejected, match="larger than 50 bytes"):
        StateRecorder(run).look(file)
    link = tmp_path / "link"
    link.symlink_to("/etc/hostname")
    with pytest.raises(StateRejected, match="not a plain file"):
        StateRecorder(run).look(link)


def test_a_stale_worker_stores_no_state(run):
    recorder = StateRecorder(run)
    Run.objects.filter(pk=run.pk).update(token=run.token + 1)
    with pytest.raises(LeaseLost):
        recorder.store(state_text(3))
    assert StateVersion.objects.count() == 0


def test_state_is_encrypted_and_bound_to_its_row(run):
    recorder = StateRecorder(run)
    recorder.store(state_text(3, outputs={"key": {"value": "hush"}}))
    recorder.store(state_text(4))
    third, fourth = StateVersion.objects.order_by("serial")
    assert b"hush" in third.content
    assert b"hush" not in bytes(third.data)
    fourth.data = third.data
    with pytest.raises(DecryptionFailed):
        _ = fourth.content


def test_resources_are_counted_and_sensitive_outputs_have_no_value(run):
    outputs = {
        "plain": {"value": "a\0b", "type": "string"},
        "key": {"value": "hush", "type": "string", "sensitive": True},
    }
    StateRecorder(run).store(state_text(3, outputs=outputs))
    stored = run.states.get()
    assert (stored.resource_count, stored.output_count) == (3, 2)
    assert list(stored.outputs.values_list("name", "type", "is_sensitive", "value")) == [
        ("key", "string", True, None),
        ("plain", "string", False, "a\N{REPLACEMENT CHARACTER}b"),
    ]


@pytest.mark.parametrize(
    "forged",
    [
        b'{"lineage": "one", "serial": 9223372036854775808}',
        b'{"lineage": "one", "serial": -1}',
        b'{"lineage": "one", "serial": 1.5}',
        b'{"lineage": "one", "serial": "1"}',
        b'{"lineage": "o\\u0000ne", "serial": 1}',
        b'{"lineage": 1, "serial": 1}',
        b'{"lineage": "one", "serial": 1, "resources": [1]}',
        b'{"lineage": "one", "serial": 1, "resources": [{"mode": "managed", "instances": 1}]}',
        b'{"lineage": "one", "serial": 1, "outputs": {"x": 1}}',
        b'{"lineage": "one", "serial": 1, "outputs": []}'[:-2] + b"[1]}",
        b'["lineage", "serial"]',
        b"[" * 100_000,
        b'{"lineage": "one", "serial": 1, "outputs": {"a": {"value": NaN}}}',
        b"",
    ],
)
def test_a_forged_state_is_no_state(forged):
    with pytest.raises(NotAState):
        state_file.read(forged)


def test_outputs_that_postgresql_refuses_are_replaced(run):
    outputs = b'{"a": {"value": 1e999}, "b": {"value": "o\\u0000"}}'
    StateRecorder(run).store(b'{"lineage": "one", "serial": 1, "outputs": ' + outputs + b"}")
    assert list(run.states.get().outputs.values_list("value", flat=True)) == ["inf", "o\N{REPLACEMENT CHARACTER}"]


def test_types_of_outputs_that_postgresql_refuses_are_replaced(run):
    outputs = b'{"a": {"value": 1, "type": ["o\\u0000", 1e999]}}'
    StateRecorder(run).store(b'{"lineage": "one", "serial": 1, "outputs": ' + outputs + b"}")
    assert run.states.get().outputs.get().type == ["o\N{REPLACEMENT CHARACTER}", "inf"]


def test_an_output_nested_without_end_is_shown_to_some_depth(run):
    nested = b"[" * 400 + b"]" * 400
    StateRecorder(run).store(b'{"lineage": "one", "serial": 1, "outputs": {"a": {"value": ' + nested + b"}}}")
    assert values.show(run.states.get().outputs.get().value).count("[") == 100
