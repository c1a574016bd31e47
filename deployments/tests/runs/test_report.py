"""What must be in the state at the end, by what Terraform says; no database, no Terraform."""

import pytest

from deployments.runs.report import Report
from deployments.sandbox.json_stream import Diagnostic, Drifted, Planned, Progress, Provisioning, StateDump

DUMP = StateDump("", state=b'{"serial": 9}')
NOT_SAVED = Diagnostic("", summary="Failed to save state")
NOT_SAVED_AS_FILE = Diagnostic("", summary="Failed to create local state file")


def planned(address, action, before=""):
    return Planned("", address=address, action=action, before=before)


def done(address, action):
    return Progress("", address=address, action=action, status="done")


def report(*events, before=()):
    made = Report(before)
    for event in events:
        made.take(event)
    return made


CREATED = (planned("a.one", "create"), done("a.one", "create"))
GONE = (planned("a.one", "delete"), done("a.one", "delete"))
REPLACED = (planned("a.one", "replace"), done("a.one", "delete"), done("a.one", "create"))
REPLACED_BEFORE_IT_GOES = (planned("a.one", "replace"), done("a.one", "create"), done("a.one", "delete"))


@pytest.mark.parametrize(
    ("events", "before", "unknown"),
    [
        (CREATED, [], ["a.one"]),
        ((), ["a.one"], ["a.one"]),
        (GONE, ["a.one", "a.two"], ["a.two"]),
        (REPLACED, ["a.one"], ["a.one"]),
        (REPLACED_BEFORE_IT_GOES, ["a.one"], ["a.one"]),
        ((planned("a.one", "update"), done("a.one", "update")), ["a.one"], ["a.one"]),
        ((planned("a.new", "move", before="a.old"),), ["a.old"], []),
        ((planned("a.one", "remove"),), ["a.one"], []),
        ((Drifted("", address="a.one"),), ["a.one"], []),
        ((planned("a.one", "create"), Progress("", address="a.one", action="create", status="failed")), [], []),
        ((planned("a.one", "create"), Provisioning("", address="a.one")), [], ["a.one"]),
        ((planned("a.one", "delete"), Provisioning("", address="a.one")), ["a.one"], []),
    ],
)
def test_a_state_that_lists_nothing_misses_what_exists(events, before, unknown):
    assert report(*events, before=before).compare([], 0, at_end=True).unknown == unknown


def test_while_provisioners_run_their_resource_may_not_be_written_yet():
    made = report(planned("a.one", "create"), Provisioning("", address="a.one"))
    assert not made.compare([], 0)
    assert made.compare([], 0, at_end=True)


def test_what_was_destroyed_is_not_in_the_state():
    assert report(*GONE, before=["a.one"]).compare(["a.one"], 1).leftover == ["a.one"]
    assert not report(*REPLACED_BEFORE_IT_GOES, before=["a.one"]).compare(["a.one"], 1)


def test_an_old_object_that_is_destroyed_leaves_the_resource_of_its_address():
    assert not report(*GONE, before=["a.one", "a.one"]).compare(["a.one"], 1)


def test_of_more_resources_than_are_listed_none_is_called_missing():
    assert not report(*CREATED).compare(["a.zero"], 2)


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ('a.b["x\\ty"]', 'a.b["x\ty"]'.replace("\t", "\\t")),
        ('a.b["\\u200b"]', 'a.b["\u200b"]'),
        ('a.b["é"]', 'a.b["é"]'),
        ('a.b["q\\"$${x}"]', 'a.b["q\\"$${x}"]'),
    ],
)
def test_addresses_are_the_same_however_they_are_escaped(said, listed):
    made = report(planned(said, "create"), done(said, "create"))
    assert not made.compare([listed], 1)


@pytest.mark.parametrize(
    ("events", "dump"),
    [
        ((DUMP,), None),
        ((DUMP, NOT_SAVED), None),
        ((DUMP, NOT_SAVED, NOT_SAVED_AS_FILE), b'{"serial": 9}'),
        ((NOT_SAVED, NOT_SAVED_AS_FILE), None),
    ],
)
def test_a_printed_state_counts_once_terraform_has_said_that_it_could_not_save_it(events, dump):
    assert report(*events).dump == dump


def test_only_what_was_created_or_destroyed_needs_a_new_serial():
    assert report(*CREATED).has_changes
    assert report(*GONE).has_changes
    assert not report(planned("a.one", "update"), done("a.one", "update")).has_changes
