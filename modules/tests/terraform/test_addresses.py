"""Calls are followed up to a limit."""

from modules.terraform.addresses import MOST_ROWS, things, walk

RESOURCES = 2_000


def wide(calls: int) -> dict:
    """A module that calls one large folder many times."""
    rows = [{"address": f"terraform_data.r{number}"} for number in range(RESOURCES)]
    named = [{"name": f"c{number}", "source": "./large", "target": "large"} for number in range(calls)]
    return {"resources": [], "calls": named, "tree": {"large": {"resources": rows, "calls": []}}}


def test_each_call_of_a_folder_has_its_resources():
    assert len(things(wide(3))) == 3 + 3 * RESOURCES


def test_many_calls_of_a_large_folder_are_not_followed_to_the_end():
    assert len(list(walk(wide(400)))) == MOST_ROWS // RESOURCES + 1
    assert len(things(wide(400))) == 400 + MOST_ROWS
