"""What the lists of deployments and of modules on offer say above and in place of their rows."""

import pytest

from deployments.story import cards, lists


@pytest.mark.parametrize(
    ("total", "sees_all", "text"),
    [(0, False, "0 deployments."), (1, False, "1 deployment."), (1_200, True, "1,200 deployments, 1 yours.")],
)
def test_deployments_are_counted(total, sees_all, text):
    assert lists.totals(total, 1, sees_all=sees_all) == text


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
