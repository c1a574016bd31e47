"""How resources of a run and lines of its log are shown."""

import pytest

from deployments.models import Run
from deployments.presentation import Line, LogEnd, progress, resources
from deployments.resource_list import Row, Standing


def change(address="a.b", action="", status="waiting", seconds=2, exists=None):
    return Row(False, 0, address, action, status, seconds, exists)


@pytest.mark.parametrize(
    ("run_status", "row", "shown"),
    [
        ("applying", {}, ("Waiting", "", "clock")),
        ("applying", {"action": "create", "status": "running"}, ("Creating", "run", "ring")),
        ("applying", {"action": "unheard", "status": "running"}, ("Working", "run", "ring")),
        ("succeeded", {"action": "delete", "status": "done"}, ("Destroyed", "ok", "ok")),
        ("failed", {"action": "create", "status": "failed"}, ("Failed", "bad", "error")),
        ("failed", {"action": "create", "status": "waiting"}, ("Not reached", "", "stop")),
        ("succeeded", {"action": "update", "status": "waiting"}, ("No change", "", "ok")),
        ("cancelled", {"action": "create", "status": "running"}, ("Not finished", "", "stop")),
    ],
)
def test_a_resource_is_shown_as_far_as_the_run_came(run_status, row, shown):
    (resource,) = resources(Run(status=run_status), [change(**row)], None)
    assert (resource.label, resource.tone, resource.icon) == shown
    assert (resource.address, resource.seconds, resource.is_quick) == ("a.b", 2, False)


@pytest.mark.parametrize(("run_status", "done"), [("applying", 1), ("failed", 1), ("succeeded", 2)])
def test_a_succeeded_run_is_done_with_what_needed_no_change(run_status, done):
    assert progress(Run(status=run_status, plan={"listed": 2, "done": 1})) == (done, 2)


def test_what_took_no_second_was_quick():
    quick = change(action="create", status="done", seconds=0)
    assert resources(Run(status="applying"), [quick], None)[0].is_quick


def test_what_a_run_leaves_alone_has_no_change_once_it_has_ended():
    beside = Row(True, 0, "a.kept", "", "", 0, True)
    for status, label in (("applying", "Not planned"), ("failed", "No change")):
        (resource,) = resources(Run(status=status), [beside], Standing(1))
        assert (resource.label, resource.seconds, resource.exists) == (label, None, None)


@pytest.mark.parametrize(
    ("run_status", "standing", "said"),
    [
        ("failed", Standing(9), [True, False]),
        ("applying", Standing(9), [None, None]),  # it changes just now
        ("failed", None, [None, None]),
        ("failed", Standing(10_000), [None, None]),  # of so many, not all addresses are kept
    ],
)
def test_whether_a_resource_exists_is_said_when_it_is_known(run_status, standing, said):
    rows = [change(action="create", status="done", exists=exists) for exists in (True, False)]
    assert [resource.exists for resource in resources(Run(status=run_status), rows, standing)] == said


def test_the_log_keeps_its_white_space_and_escapes_the_rest():
    lines = [Line("b", "Plan"), Line("g", "  <b>created</b>"), Line("", "")]
    assert LogEnd(lines, sequence=3, is_cut=False).html == (
        '<b>Plan</b>\n<span class="g">  &lt;b&gt;created&lt;/b&gt;</span>\n<span></span>\n'
    )


def test_a_log_that_is_cut_says_where_the_rest_is():
    assert LogEnd([], sequence=0, is_cut=True).html == '<span class="d">Earlier lines are in the download.</span>\n'
