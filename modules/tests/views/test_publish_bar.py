"""The save bar for removed, restored and renamed modules, also in a form that is older than the change."""

import pytest
from django.urls import reverse

from accounts.models import User
from deployments.tests.factories import make_deployment
from modules.models import Module
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.publish_page import PAGE, boxes, form, said, text_of

pytestmark = pytest.mark.django_db
STORE = 'variable "size" {\n  type = number\n}\n'
QUIET = "Existing deployments are not affected."


@pytest.fixture
def connection(alice, github):
    files = {"greeting/main.tf": GREETING, "object_archive/main.tf": STORE}
    connection = connect(github, alice, files=files)
    publish(connection, "greeting", "object_archive")
    return connection


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def bar(browser, asked):
    return text_of(browser.get(reverse("modules:publish-preview"), asked))


def deploy(person, name, path="greeting"):
    make_deployment(Module.objects.get(path=path).current_version, owner=person, name=name, status="live")


@pytest.fixture
def stale(connection, github):
    """A form made while the archive's folder was gone, sent after the folder came back as object_store."""
    github.commit(NAME, {"README.md": "x"}, remove=["object_archive"])
    scan(connection)
    old = form(connection, "greeting", "object_archive")
    github.commit(NAME, {"object_store/main.tf": STORE})
    scan(connection)
    return old


def test_stale_form_that_ticks_the_old_path_keeps_the_moved_module_ticked(browser, stale):
    response = browser.post(PAGE, stale)
    text = text_of(response)
    assert response.status_code == 422
    assert boxes(response) == [("greeting", True), ("object_store", True)]
    assert "object_store is new in the repository. object_store continues Object Archive." in text
    assert "1 updated, 1 unchanged. Existing deployments are not affected." in text
    assert "You unticked it" not in text
    assert bar(browser, stale).startswith(f"1 updated, 1 unchanged. {QUIET}")


def test_stale_form_that_does_not_tick_the_old_path_leaves_the_moved_module_unticked(browser, stale):
    assert boxes(browser.post(PAGE, stale | {"modules": ["greeting"]})) == [("greeting", True), ("object_store", False)]


def test_move_that_the_form_knew_is_not_told_again(browser, connection, github, stale):
    known = form(connection, "greeting", "object_store")
    github.commit(NAME, {"greeting/main.tf": f"# more\n{GREETING}"})
    scan(connection)
    text = text_of(browser.post(PAGE, known))
    assert "greeting has changed." in text
    assert "continues Object Archive" not in text


def test_folder_that_was_told_apart_goes_on_with_nothing(browser, stale):
    text = text_of(browser.post(PAGE, stale | {"apart": "object_store"}))
    assert "object_store is new in the repository." in text
    assert "continues Object Archive" not in text


def test_module_that_nobody_runs_leaves_without_another_word(browser, connection):
    assert bar(browser, form(connection, "greeting")).startswith(
        f"1 removed, 1 unchanged. Object Archive leaves the catalogue. {QUIET}"
    )


def test_module_that_somebody_runs_leaves_and_their_deployment_goes_on(browser, connection, carol):
    deploy(carol, "a")
    assert bar(browser, form(connection, "object_archive")).startswith(
        f"1 removed, 1 unchanged. Greeting leaves the catalogue. 1 live deployment of Carol keeps running. {QUIET}"
    )


def test_several_modules_that_leave_are_one_sentence(browser, connection, bob, carol):
    deploy(carol, "a")
    deploy(carol, "b", path="object_archive")
    deploy(bob, "c", path="object_archive")
    leave = "Greeting and Object Archive leave the catalogue. 3 live deployments of Carol and Bob keep running."
    assert bar(browser, form(connection)).startswith(f"2 removed. {leave} {QUIET}")


def test_at_most_three_modules_and_three_people_are_named(browser, connection, github):
    more = [f"m{number}" for number in range(1, 4)]
    github.commit(NAME, {f"{path}/main.tf": f"# {path}\n{GREETING}" for path in more})
    publish(connection, "greeting", "object_archive", *more)
    for name in ("Ann", "Ben", "Cleo", "Dan"):
        deploy(User.objects.create_user(email=f"{name}@example.com", first_name=name), name.lower())
    leave = "Greeting, M1, M2 and 2 more leave the catalogue."
    live = "4 live deployments of Ann, Ben, Cleo and 1 more keep running."
    assert bar(browser, form(connection)).startswith(f"5 removed. {leave} {live} {QUIET}")


def test_removed_module_that_is_ticked_is_brought_back_and_not_new(browser, connection, github):
    publish(connection, "greeting")
    github.commit(NAME, {"fresh/main.tf": ""})
    scan(connection)
    asked = form(connection, "greeting", "object_archive", "fresh")
    assert bar(browser, asked).startswith(f"1 new, 1 brought back, 1 unchanged. {QUIET}")
    refused = text_of(browser.post(PAGE, asked | {"scan": "aaaaaaaaaa"}))
    assert "1 published, 2 new" not in refused
    assert "If you tick it, it returns with its history as 1.0.0." in refused


def test_row_with_an_update_leads_to_the_modules_page(browser, connection, github):
    github.commit(NAME, {"greeting/main.tf": f"# more\n{GREETING}"})
    scan(connection)
    assert "to 1.0.1" in said(browser)
    link = f'<a href="{Module.objects.get(path="greeting").get_absolute_url()}">1.0.0</a> (<code>'
    assert link in browser.get(PAGE).content.decode()
