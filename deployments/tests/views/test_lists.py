"""What lists leave in the database: inputs, plans, outputs, states and schemas may each be megabytes."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deployments.tests.factories import make_deployment, make_run, make_state, make_version

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
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = client.get(reverse(name))
        assert "web-shop" in b"".join(page).decode()
    assert [found[0] for query in queries if (found := LARGE.findall(query["sql"]))] == []
