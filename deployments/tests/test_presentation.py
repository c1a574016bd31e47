"""How resources of a run and lines of its log are shown."""

import pytest

from deployments.models import PlannedChange, Run
from deployments.presentation import Line, LogEnd, Standing, progress, resources


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
    change = PlannedChange(**{"address": "a.b", "seconds": 2} | row)
    (resource,) = resources(Run(status=run_status), [change], None)
    assert (resource.label, resource.tone, resource.icon) == shown
    assert (resource.address, resource.seconds, resource.is_quick) == ("a.b", 2, False)


@pytest.mark.parametrize(("run_status", "done"), [("applying", 1), ("failed", 1), ("succeeded", 2)])
def test_a_succeeded_run_is_done_with_what_needed_no_change(run_status, done):
    assert progress(Run(status=run_status, plan={"listed": 2, "done": 1})) == (done, 2)


def test_what_took_no_second_was_quick():
    change = PlannedChange(address="a.b", action="create", status="done", seconds=0)
    assert resources(Run(status="applying"), [change], None)[0].is_quick


def standing(*addresses, count=None):
    return Standing(len(addresses) if count is None else count, list(addresses))


def listed(run_status, changes, standing):
    rows = [PlannedChange(**change) for change in changes]
    return [(each.address, each.label, each.exists) for each in resources(Run(status=run_status), rows, standing)]


def test_an_update_that_touches_nothing_still_lists_what_exists():
    found = listed("succeeded", [], standing("a.one", "a.two"))
    assert found == [("a.one", "No change", None), ("a.two", "No change", None)]


def test_what_the_run_did_stands_beside_what_exists():
    done = [
        {"address": "a.new", "action": "create", "status": "done"},
        {"address": "a.broken", "action": "create", "status": "failed"},
        {"address": "a.gone", "action": "delete", "status": "done"},
    ]
    assert listed("failed", done, standing("a.kept", "a.new")) == [
        ("a.new", "Created", True),
        ("a.broken", "Failed", False),
        ("a.gone", "Destroyed", False),
        ("a.kept", "No change", None),
    ]


def test_of_a_list_that_is_cut_nobody_says_what_does_not_exist():
    done = [{"address": "a.new", "action": "create", "status": "done"}]
    assert listed("succeeded", done, standing("a.one", count=900))[0] == (
        "a.new",
        "Created",
        None,
    )


def test_the_log_keeps_its_white_space_and_escapes_the_rest():
    lines = [Line("b", "Plan"), Line("g", "  <b>created</b>"), Line("", "")]
    assert LogEnd(lines, sequence=3, is_cut=False).html == (
        '<b>Plan</b>\n<span class="g">  &lt;b&gt;created&lt;/b&gt;</span>\n<span></span>\n'
    )


def test_a_log_that_is_cut_says_where_the_rest_is():
    assert LogEnd([], sequence=0, is_cut=True).html == '<span class="d">Earlier lines are in the download.</span>\n'
