"""A long list is read page by page, from the row where the last page ended."""

import pytest

from accounts.models import User
from foundation import paging
from tests.people import make_partner, make_person

pytestmark = pytest.mark.django_db


def people(*names):
    return [make_person(name) for name in names]


def page(by=("email",), size=2, **query):
    return paging.page(User.objects.all(), query, by=by, size=size)


def names(page):
    return [person.email.partition("@")[0] for person in page]


def test_no_row_is_missed_or_shown_twice_when_others_come_in_between():
    people("ben", "dan", "fay", "hal")
    first = page()
    people("ann", "cat", "eva")  # before the first page, in its middle, and on the next one
    second = page(after=first.older)
    third = page(after=second.older)
    assert [names(first), names(second), names(third)] == [["ben", "dan"], ["eva", "fay"], ["hal"]]
    assert third.older == ""


def test_the_way_back_leads_to_the_rows_before():
    people("ann", "ben", "cat", "dan", "eva")
    last = page(after=page(after=page().older).older)
    assert names(last) == ["eva"]
    middle = page(before=last.newer)
    assert names(middle) == ["cat", "dan"]
    first = page(before=middle.newer)
    assert (names(first), first.newer) == (["ann", "ben"], "")


def test_rows_of_one_value_are_told_apart_by_the_last_column():
    people("ann", "ben", "cat")
    make_partner("dan")
    by = ["-is_partner", "-email"]
    first = page(by=by)
    assert [names(first), names(page(by=by, after=first.older))] == [["dan", "cat"], ["ben", "ann"]]


@pytest.mark.parametrize("ref", ["unknown", "a'b", "\0", "é"])
def test_a_place_that_does_not_exist_is_the_first_page(ref):
    people("ann", "ben", "cat")
    assert names(page(after=ref)) == ["ann", "ben"]


def test_a_late_page_skips_no_rows_in_the_database(django_assert_num_queries):
    people("ann", "ben", "cat")
    place = page().older
    with django_assert_num_queries(2) as queries:
        page(after=place)
    assert "OFFSET" not in str(queries.captured_queries)


@pytest.mark.parametrize(("most", "text"), [(3, "3"), (2, "2+")])
def test_a_long_list_is_counted_only_as_far_as_it_takes(monkeypatch, most, text):
    monkeypatch.setattr(paging, "MOST_COUNTED", most)
    people("ann", "ben", "cat")
    assert f"{paging.count(User.objects.all()):,}" == text
