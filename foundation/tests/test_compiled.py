import pytest
from django.db.models import Count, F

from accounts.models import User
from foundation.compiled import compiled

pytestmark = pytest.mark.django_db


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
