"""What the lists of deployments and of modules on offer say above and in place of their rows."""

import pytest

from deployments.story import cards, lists


@pytest.mark.parametrize(
    ("number", "total", "is_narrowed", "text"),
    [
        (0, 0, False, "0 deployments"),
        (1, 1, False, "1 deployment"),
        (60, 1_200, True, "60 of 1,200 deployments"),
        (9, 9, True, "9 of 9 deployments"),
    ],
)
def test_the_heading_counts_what_the_filter_shows(number, total, is_narrowed, text):
    assert lists.found(number, total, "deployment", is_narrowed=is_narrowed) == text


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["status"], "The status in the address does not exist and is not used."),
        (["status", "module"], "The module and status in the address do not exist and are not used."),
    ],
)
def test_a_filter_that_does_not_exist_is_told(names, text):
    assert lists.ignored(names) == text


@pytest.mark.parametrize(("total", "title"), [(0, "No deployments yet"), (3, "No deployments found")])
def test_an_empty_list_says_whether_there_are_others(total, title):
    assert lists.no_deployments(total).title == title


@pytest.mark.parametrize(
    ("is_narrowed", "is_partner_tab", "title"),
    [
        (True, True, "No modules found"),
        (False, True, "No partner modules yet"),
        (False, False, "No platform modules yet"),
    ],
)
def test_an_empty_catalogue_says_why(is_narrowed, is_partner_tab, title):
    assert lists.no_modules(is_narrowed=is_narrowed, is_partner_tab=is_partner_tab).title == title


@pytest.mark.parametrize(
    ("succeeded", "finished", "text"),
    [(0, 0, "No finished runs yet"), (2, 3, "2 of 3 runs succeeded"), (1_000, 1_200, "1,000 of 1,200 runs succeeded")],
)
def test_the_record_of_a_module_counts_finished_runs(succeeded, finished, text):
    assert cards.record(succeeded, finished) == text
