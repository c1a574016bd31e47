"""The save bar for removed, restored and renamed modules, also in a form that is older than the change."""

import pytest

from accounts.models import User
from deployments.tests.factories import make_deployment
from modules.models import Module
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.publish_page import (
    PAGE,
    ROW,
    bar_of,
    boxes,
    choose,
    drawn,
    press,
    promise_of,
    row_of,
    said,
    text_of,
)

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


def bar(browser, *ticked):
    return bar_of(choose(browser, *ticked))


def deploy(person, name, path="greeting"):
    make_deployment(Module.objects.get(path=path).current_version, owner=person, name=name, status="live")


@pytest.fixture
def gone(connection, github):
    """The archive's folder is gone from the repository, and its module still published."""
    github.commit(NAME, {"README.md": "x"}, remove=["object_archive"])
    return scan(connection)


@pytest.fixture
def back(gone, connection, github):
    """A deed: the folder comes back as object_store."""

    def deed():
        github.commit(NAME, {"object_store/main.tf": STORE})
        return scan(connection)

    return deed


def test_stale_form_that_ticks_the_old_path_keeps_the_moved_module_ticked(browser, back):
    old = browser.get(PAGE)
    back()
    response = browser.post(PAGE, drawn(old) | {"promise": promise_of(old)})
    text = text_of(response)
    assert response.status_code == 422
    assert boxes(response) == [("greeting", True), ("object_store", True)]
    assert "object_store was to be left as it is. Now it would be updated to 1.0.1." in text
    assert "1 to update, 1 unchanged. Existing deployments are not affected." in text
    assert "You unticked it" not in text


def test_old_path_that_was_unticked_leaves_the_moved_module_unticked(browser, back):
    choose(browser, "greeting")
    back()
    assert boxes(browser.get(PAGE)) == [("greeting", True), ("object_store", False)]
    assert "Will be removed." in row_of(browser, "Object Store")


def test_module_that_nobody_runs_leaves_without_another_word(browser, connection):
    assert bar(browser, "greeting").startswith(
        f"1 to remove, 1 unchanged. Object Archive leaves the catalogue. {QUIET}"
    )


def test_module_that_somebody_runs_leaves_and_their_deployment_goes_on(browser, connection, carol):
    deploy(carol, "a")
    assert bar(browser, "object_archive").startswith(
        f"1 to remove, 1 unchanged. Greeting leaves the catalogue. 1 live deployment of Carol keeps running. {QUIET}"
    )


def test_several_modules_that_leave_are_one_sentence(browser, connection, bob, carol):
    deploy(carol, "a")
    deploy(carol, "b", path="object_archive")
    deploy(bob, "c", path="object_archive")
    leave = "Greeting and Object Archive leave the catalogue. 3 live deployments of Carol and Bob keep running."
    assert bar(browser).startswith(f"2 to remove. {leave} {QUIET}")


def test_at_most_three_modules_and_three_people_are_named(browser, connection, github):
    more = [f"m{number}" for number in range(1, 4)]
    github.commit(NAME, {f"{path}/main.tf": f"# {path}\n{GREETING}" for path in more})
    publish(connection, "greeting", "object_archive", *more)
    for name in ("Ann", "Ben", "Cleo", "Dan"):
        deploy(User.objects.create_user(email=f"{name}@example.com", first_name=name), name.lower())
    leave = "Greeting, M1, M2 and 2 more leave the catalogue."
    live = "4 live deployments of Ann, Ben, Cleo and 1 more keep running."
    assert bar(browser).startswith(f"5 to remove. {leave} {live} {QUIET}")


def test_removed_module_that_is_ticked_is_brought_back_and_not_new(browser, connection, github):
    publish(connection, "greeting")
    github.commit(NAME, {"fresh/main.tf": ""})
    scan(connection)
    assert bar(browser, "greeting", "object_archive", "fresh").startswith(
        f"1 to publish, 1 to bring back, 1 unchanged. {QUIET} Reset Publish 1, bring back 1"
    )
    assert "1 published, 2 new" not in text_of(browser.get(PAGE))
    assert "If you tick it, it returns with its history as 1.0.0." in said(browser, "Object Archive")
    assert "Published 1, brought back 1." in text_of(press(browser, follow=True))


def test_row_with_an_update_leads_to_the_modules_page(browser, connection, github):
    github.commit(NAME, {"greeting/main.tf": f"# more\n{GREETING}"})
    scan(connection)
    assert "to 1.0.1" in said(browser)
    link = f'<a href="{Module.objects.get(path="greeting").get_absolute_url()}">1.0.0</a> (<code>'
    assert link in browser.get(f"{ROW}?path=greeting").content.decode()
