"""What lists leave in the database: inputs, plans, outputs, states and schemas may each be megabytes."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from foundation.refs import new_ref
from modules.models import ModuleVersion
from tests.streaming import whole

pytestmark = pytest.mark.django_db
LISTS = [
    "deployments:deployment-list",
    "deployments:deployment-export",
    "start",
    "admin:deployments_deployment_changelist",
    "admin:deployments_run_changelist",
]
LARGE = re.compile(
    r'"deployments_(?:deployment|run)"."(?:inputs|secret_inputs)"|"modules_moduleversion"."(?:schema|readme|changes)"'
    r'|"deployments_(?:stateversion"."data|output|plannedchange|stateresource)'
)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_loads_no_value_that_it_does_not_show(client, admin, name):
    shop = make_deployment(make_version({"main.tf": ""}, owner=admin), owner=admin, inputs={"greeting": "Hello"})
    shop.state = make_state(make_run(shop, status="failed"), "a.one", outputs={"url": {"value": "https://shop"}})
    shop.save()
    client.force_login(admin)
    with CaptureQueriesContext(connection) as queries:
        assert "web-shop" in whole(client.get(reverse(name))).decode()
    assert [found[0] for query in queries if (found := LARGE.findall(query["sql"]))] == []


def choices(client, person):
    """The labels in the choice of modules, as the person sees them."""
    client.force_login(person)
    page = client.get(reverse("deployments:deployment-list"))
    return [label for ref, label in page.context["form"].fields["module"].choices if ref]


def test_a_module_is_called_what_the_newest_deployment_calls_it(client, admin, alice, carol):
    first = make_version({"main.tf": ""}, owner=alice, title="Old name")
    second = ModuleVersion.objects.get()
    second.pk, second.ref, second.number, second.semver, second.title = None, new_ref(), 2, "1.1.0", "New name"
    second.save(force_insert=True)
    make_deployment(second, owner=alice, name="a")
    make_deployment(first, owner=carol, name="b")
    assert choices(client, alice) == [f"New name, {alice.slug}"]
    assert choices(client, admin) == [f"Old name, {alice.slug}"]
    make_deployment(second, owner=carol, name="c")
    assert choices(client, carol) == choices(client, admin) == [f"New name, {alice.slug}"]


def test_a_choice_of_very_many_modules_is_left_out(client, admin, alice, monkeypatch):
    monkeypatch.setattr("deployments.views.listing.MOST_MODULES", 2)
    for title in ("One", "Two"):
        make_deployment(make_version({"main.tf": ""}, owner=alice, title=title), owner=alice, name=title)
    assert choices(client, admin) == [f"One, {alice.slug}", f"Two, {alice.slug}"]
    make_deployment(make_version({"main.tf": ""}, owner=alice, title="Three"), owner=alice, name="three")
    assert choices(client, admin) == []
