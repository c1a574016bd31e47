"""Sessions, as each page reads them."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.sessions import SessionStore

pytestmark = pytest.mark.django_db


def kept(**values):
    session = SessionStore()
    session.update(values)
    session.save()
    return session.session_key


def test_a_session_holds_what_was_put_into_it():
    key, other = kept(basket="wine"), kept(basket="bread")
    assert [SessionStore(each)["basket"] for each in (key, other)] == ["wine", "bread"]


def test_a_session_that_ended_holds_nothing_and_its_key_is_not_used_again():
    key = kept(basket="wine")
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    session = SessionStore(key)
    assert (session.get("basket"), session.session_key) == (None, None)


def test_a_key_that_somebody_made_up_is_not_taken():
    session = SessionStore("k" * 32)
    session["basket"] = "wine"
    session.save()
    assert session.session_key != "k" * 32


def test_a_session_is_read_by_one_query(django_assert_num_queries):
    session = SessionStore(kept(basket="wine"))
    with django_assert_num_queries(1):
        assert (session["basket"], session.get("price")) == ("wine", None)
