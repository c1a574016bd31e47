"""The list of resources on a run's page: what it planned and what exists beside, by pages, searched and filtered."""

import pytest
from django.urls import reverse

from deployments import resource_list
from deployments.models import PlannedChange
from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from deployments.tests.page_text import text_of

pytestmark = pytest.mark.django_db
PLAN = {"create": 2, "change": 1, "destroy": 1, "listed": 4, "done": 4}


@pytest.fixture
def run(alice):
    """A run that made a network and a web server, changed a database and destroyed a cache beside two older files."""
    deployment = make_deployment(make_version({"main.tf": "1"}, owner=alice), owner=alice, name="shop")
    run = make_run(deployment, status="succeeded", plan=PLAN)
    planned = {"net.main": "create", "db.orders": "update", "web.front_end": "create", "db.cache": "delete"}
    PlannedChange.objects.bulk_create(
        PlannedChange(run=run, position=at, address=address, action=action, status="done")
        for at, (address, action) in enumerate(planned.items())
    )
    deployment.state = make_state(run, "db.orders", "file.a", "file.b", "net.main", "web.front_end")
    deployment.resource_count = 5
    deployment.save()
    return run


def url(name, run, *args):
    return reverse(f"deployments:{name}", args=[run.deployment.ref, *args])


@pytest.fixture
def page(client, alice, run):
    client.force_login(alice)
    return lambda query="": client.get(url("run", run, run.number) + query)


def addresses(page):
    return [resource.address for resource in page.context["resources"]]


def test_what_the_run_planned_comes_before_what_it_left_alone(page):
    assert [(each.address, each.label, each.exists) for each in page().context["resources"]] == [
        ("net.main", "Created", True),
        ("db.orders", "Changed", True),
        ("web.front_end", "Created", True),
        ("db.cache", "Destroyed", False),
        ("file.a", "No change", None),
        ("file.b", "No change", None),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?find=DB.", ["db.orders", "db.cache"]),
        ("?find=e", ["net.main", "db.orders", "web.front_end", "db.cache", "file.a", "file.b"]),
        ("?find=t_e", ["web.front_end"]),  # no pattern: the line under it is a letter
        ("?find=%25", []),
        ("?find=e&action=create", ["net.main", "web.front_end"]),
        ("?action=update", ["db.orders"]),
        ("?action=none", ["file.a", "file.b"]),
        ("?action=none&find=b", ["file.b"]),
        ("?action=read", []),
        ("?action=forged&find=file.a", ["file.a"]),
    ],
)
def test_resources_are_found_by_address_and_action(page, query, found):
    answer = page(query)
    assert addresses(answer) == found
    assert ("No resource fits." in text_of(answer)) == (not found)


@pytest.mark.parametrize("query", ["", "?find=e"])
def test_many_resources_come_by_pages(page, run, client, monkeypatch, query):
    monkeypatch.setattr(resource_list, "MOST_SHOWN", 2)
    answer, seen = page(query), []
    for _ in range(9):
        seen.append(addresses(answer))
        if not (following := answer.context["next_page"]):
            break
        answer = page(following)
    assert seen == [["net.main", "db.orders"], ["web.front_end", "db.cache"], ["file.a", "file.b"]]
    first = answer.context["first_page"]
    assert first == query
    assert addresses(page(first)) == seen[0]


@pytest.mark.parametrize("start", ["99", "s99"])
def test_page_after_the_last_is_empty(page, start):
    answer = page(f"?resources={start}")
    assert [address for address in addresses(answer) if address.startswith(("net", "db", "web"))] == []
    assert "First resources" in text_of(answer)


@pytest.mark.parametrize("start", ["", "-1", "x", "²", "1" * 7, "s", "ss1"])
def test_start_that_no_link_has_is_the_beginning(page, start):
    assert len(addresses(page(f"?resources={start}"))) == 6


def test_few_resources_are_not_searched_unless_somebody_does(page, monkeypatch):
    assert 'id="find-resource"' not in page().content.decode()
    assert 'id="find-resource"' in page("?find=db").content.decode()
    monkeypatch.setattr(resource_list, "FEW", 4)
    assert 'id="find-resource"' in page().content.decode()


def test_search_goes_on_while_the_run_does(client, alice, run):
    running = make_run(run.deployment, action="destroy", status="applying")
    client.force_login(alice)
    whole = client.get(url("deployment", run)).content.decode()
    assert 'hx-include="#find-resource"' in whole
    part = client.get(url("run-status", run, running.number) + "?find=file.a&action=")
    assert addresses(part) == ["file.a"]
    assert 'id="find-resource"' not in part.content.decode()  # what is typed into it stays


def test_search_of_a_run_is_one_query_however_many_there_are(page, run, django_assert_num_queries):
    page("?find=n")
    with django_assert_num_queries(11):
        page("?find=n")
    PlannedChange.objects.bulk_create(
        PlannedChange(run=run, position=at, address=f"null_resource.n[{at}]", action="create") for at in range(10, 600)
    )
    with django_assert_num_queries(11):
        answer = page("?find=n")
    assert len(addresses(answer)) == 250
    assert "The first 250 found" in text_of(answer)
