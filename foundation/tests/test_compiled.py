from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.db.models import Count, F, Func, IntegerField

from accounts.models import User
from foundation.compiled import compiled
from tests.people import make_person


@pytest.mark.django_db
def test_a_query_is_built_once_and_run_with_what_each_call_brings(alice, bob, carol, django_assert_num_queries):
    built = []

    @compiled
    def named(name, role):
        built.append(1)
        people = User.objects.filter(first_name=name, is_partner=role).order_by()
        return people.values("is_active").annotate(number=Count("pk"), owner=F("slug")).values_list("number", "owner")

    with django_assert_num_queries(3):
        assert named(name="Alice", role=True) == [(1, "alice")]
        assert named(role=False, name="Carol") == [(1, "carol")]
        assert named(name="Carol", role=True) == []
    assert built == [1]


@pytest.mark.django_db
def test_rows_are_models_with_their_relations_and_annotations(alice, bob, django_assert_num_queries):
    @compiled
    def addresses(email):
        found = EmailAddress.objects.filter(email=email).select_related("user").defer("user__password")
        return found.annotate(name=F("user__first_name"))

    for person in (alice, bob):
        with django_assert_num_queries(1):
            (row,) = addresses(email=person.email)
            assert (row.user, row.user.is_partner, row.name) == (person, True, person.first_name)
        assert row.user.get_deferred_fields() == {"password"}


@pytest.mark.django_db
def test_each_kind_of_a_query_is_built_for_itself(alice, bob):
    @compiled
    def people(role, *, newest):
        return User.objects.filter(is_partner=role).order_by("-pk" if newest else "pk")

    assert people(role=True, newest=False) == [alice, bob]
    assert people(role=True, newest=True) == [bob, alice]


@pytest.mark.django_db
def test_query_that_can_find_nothing_finds_nothing(alice):
    @compiled
    def nobody(email):
        return User.objects.filter(email=email).none()

    assert nobody(email=alice.email) == []


def test_queries_are_run_on_the_connection_of_each_thread(live_db):
    make_person("carol")
    session = Func(function="pg_backend_pid", output_field=IntegerField())

    @compiled
    def people(email):
        return User.objects.filter(email=email).annotate(session=session)

    def find():
        (carol,) = people(email="carol@example.com")
        return carol.session

    def find_elsewhere():
        try:
            return find()
        finally:
            connection.close()

    mine = find()
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(find_elsewhere).result() != mine
    assert find() == mine
