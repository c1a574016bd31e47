"""The steps of a module's form."""

from modules.terraform.form_steps import form_steps


def asked(name, group=None, order=None, *, required=False):
    return {"name": name, "group": group, "order": order, "required": required}


def steps(*variables):
    return [(step.title, [each["name"] for each in step.variables]) for step in form_steps(variables)]


def test_groups_are_numbered_in_their_order_and_inputs_without_one_come_last():
    assert steps(asked("tags"), asked("zone", 7), asked("region", 3), asked("size", 7)) == [
        ("Step 1", ["region"]),
        ("Step 2", ["zone", "size"]),
        ("More inputs", ["tags"]),
    ]


def test_inputs_of_a_step_follow_their_order_and_those_without_one_come_last():
    assert steps(asked("c", 1), asked("b", 1, 2), asked("a", 1, 1), asked("d", 1)) == [("Inputs", ["a", "b", "c", "d"])]


def test_a_required_input_was_looked_for_between_optional_ones():
    needed = asked("b", required=True)
    assert steps(asked("a"), needed, asked("c", 1), asked("d", 1, required=True)) == [
        ("Step 1", ["c", "d"]),
        ("More inputs", ["b", "a"]),
    ]


def test_a_single_step_has_no_number():
    assert steps(asked("region", 3)) == [("Inputs", ["region"])]
    assert steps(asked("region")) == [("Inputs", ["region"])]


def test_the_hidden_group_counts_as_a_step_and_says_for_whom_it_is():
    assert steps(asked("region", 1), asked("project", 0)) == [
        ("Publisher and admins only", ["project"]),
        ("Step 2", ["region"]),
    ]
    assert steps(asked("project", 0)) == [("Publisher and admins only", ["project"])]


def test_only_the_group_0_is_hidden():
    assert [step.is_hidden for step in form_steps([asked("a", -1), asked("b", 0), asked("c", 1), asked("d")])] == [
        False,
        True,
        False,
        False,
    ]


def test_nothing_asked_is_no_step():
    assert form_steps([]) == []
