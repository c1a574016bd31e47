import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import services
from accounts.scoping import Reach, Thing, reach
from tests.people import make_admin, make_partner, make_person

NOTHING, OWN, SHARED, PUBLISHED, ALL = Reach

TABLE = {
    # who, Private Mode: deployments, modules, transactions, invoices, costs, revenue
    ("visitor", False): (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    ("visitor", True): (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    ("deactivated", False): (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    ("deactivated", True): (NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    ("user", False): (OWN, SHARED, OWN, OWN, OWN, NOTHING),
    ("user", True): (OWN, PUBLISHED, OWN, OWN, OWN, NOTHING),
    ("partner", False): (OWN, SHARED, OWN, OWN, OWN, OWN),
    ("partner", True): (ALL, PUBLISHED, OWN, ALL, ALL, OWN),
    ("admin", False): (ALL, ALL, ALL, ALL, ALL, ALL),
    ("admin", True): (ALL, ALL, ALL, ALL, ALL, ALL),
    ("admin and partner", False): (ALL, ALL, ALL, ALL, ALL, ALL),
    ("admin and partner", True): (ALL, ALL, ALL, ALL, ALL, ALL),
}
PEOPLE = {
    "visitor": AnonymousUser,
    "deactivated": lambda: make_partner("dora", is_active=False),
    "user": lambda: make_person("carol"),
    "partner": lambda: make_partner("alice"),
    "admin": make_admin,
    "admin and partner": lambda: make_admin("erin", is_partner=True),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("who", "private_mode"), TABLE)
def test_reach_follows_the_table(who, private_mode):
    services.set_private_mode(private_mode, by=make_admin("root"))
    person = PEOPLE[who]()
    assert tuple(reach(person, thing) for thing in Thing) == TABLE[who, private_mode]


def test_private_mode_counts_from_the_next_question_on(alice, admin):
    assert reach(alice, Thing.DEPLOYMENTS) is OWN
    services.set_private_mode(True, by=admin)
    assert reach(alice, Thing.DEPLOYMENTS) is ALL
    services.set_private_mode(False, by=admin)
    assert reach(alice, Thing.DEPLOYMENTS) is OWN


def test_it_takes_one_query_at_most(alice, django_assert_num_queries):
    reach(alice, Thing.COSTS)  # creates the row of settings
    with django_assert_num_queries(1):
        reach(alice, Thing.COSTS)
