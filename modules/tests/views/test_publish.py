import re

import pytest
from django.urls import reverse

from accounts.models import GitHubConnection
from accounts.services import set_roles
from modules.models import Module, Scan
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.publish_page import (
    PAGE,
    ROW,
    SAVE,
    bar_of,
    boxes,
    choose,
    press,
    promise_of,
    publish_ticked,
    said,
)

pytestmark = pytest.mark.django_db
CHOICE = 'aria-label="Whose modules"'
FILES = {
    "greeting/main.tf": GREETING,
    "other/main.tf": 'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "x"\n  }\n}\n',
    "broken/main.tf": "\nx = = 1\n",
}


@pytest.fixture
def connection(alice, github):
    return connect(github, alice, files=FILES)


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_without_connection_the_page_leads_to_the_profile(browser):
    response = browser.get(PAGE)
    assert "No repository yet" in text_of(response)
    assert reverse("accounts:profile") in response.content.decode()


def test_fragments_without_connection_are_empty_and_posts_404(browser):
    assert browser.get(reverse("modules:scan-status")).status_code == 200
    assert browser.get(reverse("modules:publish-rows")).status_code == 200
    assert browser.get(f"{ROW}?path=greeting").status_code == 404
    assert browser.post(PAGE).status_code == 404
    assert browser.post(SAVE).status_code == 404
    assert browser.post(reverse("modules:scan-start")).status_code == 404


def test_without_repository_the_page_leads_to_the_choice(browser, connection):
    GitHubConnection.objects.update(repository_id=None, repository_name="")
    assert "No repository selected" in text_of(browser.get(PAGE))


def test_unread_repository_offers_the_first_scan_and_a_visit_starts_none(browser, connection):
    response = browser.get(PAGE)
    assert "Scan now" in text_of(response)
    assert "The branch main has not been read yet. Reading starts within seconds." in text_of(response)
    assert 'hx-trigger="every 1s"' in response.content.decode()
    assert not Scan.objects.exists()


def test_scan_button_starts_one_scan(browser, connection, alice):
    for _ in range(2):
        response = browser.post(reverse("modules:scan-start"))
        assert (response.status_code, response.url) == (302, PAGE)
    assert [(row.status, row.by) for row in Scan.objects.all()] == [("pending", alice)]


def test_running_scan_is_followed_until_it_ends(browser, connection):
    status = reverse("modules:scan-status")
    row = start_scan(connection, by=None)
    Scan.objects.update(status="running", read=1, total=3, current="other/main.tf", commit="c2a8e55" + "0" * 33)
    response = browser.get(status)
    assert 'hx-trigger="every 1s"' in response.content.decode()
    assert "1 of 3 folders, now other/main.tf" in text_of(response)
    assert "greeting" not in response.content.decode()
    Scan.objects.update(status="pending")
    assert scan(connection) == row
    response = browser.get(status)
    assert "every 1s" not in response.content.decode()
    assert 'hx-swap-oob="true"' in response.content.decode()
    assert [value for value, _ in boxes(response)] == [None, "greeting", "other"]


def test_page_that_shows_the_newest_scan_is_left_alone_until_there_is_other_content(browser, connection, github):
    shown = {"card": scan(connection).ref}
    status = reverse("modules:scan-status")
    assert browser.get(status, shown).status_code == 204
    scan(connection)
    assert browser.get(status, shown).status_code == 204  # the same content
    github.commit(NAME, {"third/main.tf": 'variable "x" {}\n'})
    scan(connection)
    response = browser.get(status, shown)
    assert [value for value, _ in boxes(response)] == [None, "greeting", "other", "third"]


def test_what_was_published_in_another_window_is_not_unticked_when_the_list_is_renewed(browser, connection):
    scan(connection)
    browser.get(PAGE)
    publish(connection, "other")
    response = browser.get(reverse("modules:scan-status"))
    assert boxes(response) == [(None, False), ("greeting", False), ("other", True)]


def test_ticks_survive_the_end_of_a_scan(browser, connection):
    scan(connection)
    choose(browser, "other")
    response = browser.get(reverse("modules:scan-status"))
    assert boxes(response) == [(None, False), ("greeting", False), ("other", True)]


def test_list_shows_every_folder_with_what_is_wrong(browser, connection):
    scan(connection)
    response = browser.get(PAGE)
    assert boxes(response) == [(None, False), ("greeting", False), ("other", False)]
    text = text_of(response)
    assert "broken/main.tf:2 Terraform's syntax does not allow".replace("'", "&#x27;") in text
    assert "terraform_data.a runs a program" in said(browser, "Other")
    assert "Not published yet. 1 input, 1 output." in said(browser)


def test_capital_letters_do_not_change_the_order(browser, alice, github):
    scan(connect(github, alice, files={f"{folder}/main.tf": GREETING for folder in ("Zebra", "ape", "Bear")}))
    assert boxes(browser.get(PAGE)) == [("ape", False), ("Bear", False), ("Zebra", False)]


def test_published_modules_start_ticked_and_the_bar_says_what_happens(browser, connection, github):
    publish(connection, "greeting", "other")
    github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING, "third/main.tf": ""})
    row = scan(connection)
    response = browser.get(PAGE)
    assert boxes(response) == [(None, False), ("greeting", True), ("other", True), ("third", False)]
    before = Module.objects.get(path="greeting").current_version.commit
    assert f"1.0.0 ( {before[:7]} ) to 1.0.1 ( {row.commit[:7]} )" in said(browser)
    assert "Update 1 module" in text_of(response)
    bar = bar_of(choose(browser, "greeting", "third"))
    assert "Publish 1, update 1, remove 1" in bar
    assert "1 to publish, 1 to update, 1 to remove." in bar


def test_submit_publishes_the_whole_set(browser, connection):
    publish(connection, "other")
    response = publish_ticked(browser, "greeting", follow=True)
    assert response.redirect_chain == [(PAGE, 302)]
    assert "Published 1, removed 1." in text_of(response)
    assert list(Module.objects.published().values_list("path", flat=True)) == ["greeting"]


def test_button_without_a_change_says_that_nothing_changed(browser, connection):
    publish(connection, "other")
    assert "Nothing changed. The catalogue is as it was." in text_of(press(browser, follow=True))


def test_empty_set_empties_the_catalogue(browser, connection):
    publish(connection, "other")
    assert publish_ticked(browser).status_code == 302
    assert not Module.objects.published().exists()


def test_old_form_is_refused_with_the_difference_and_keeps_its_ticks(browser, connection):
    scan(connection)
    choose(browser, "greeting", "other")
    old = promise_of(browser.get(PAGE))
    publish(connection, "other")
    response = press(browser, promise=old)
    assert response.status_code == 422
    assert "other was to be published as 1.0.0. Now it would be left as it is." in text_of(response)
    assert boxes(response) == [(None, False), ("greeting", True), ("other", True)]
    assert list(Module.objects.published().values_list("path", flat=True)) == ["other"]


def test_form_whose_number_a_tag_has_changed_since_is_refused_with_both(browser, connection):
    row = scan(connection)
    choose(browser, "greeting")
    old = promise_of(browser.get(PAGE))
    connection.tags.create(repository_id=row.repository_id, name="greeting/v3.0.0", commit=row.commit)
    response = press(browser, promise=old)
    assert response.status_code == 422
    told = "greeting was to be published as 1.0.0. Now it would be published as 3.0.0."
    assert told in text_of(response)
    assert not Module.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"promise": "[]x"},
        {"promise": "{}"},
        {"promise": ""},
        {"promise": "[1]"},
        {"promise": '{"greeting": 1}'},
        {"promise": '{"greeting": "new 1.0.0"}'},
        {"promise": '{"greeting": "new 1.0.0 0123456789ab"}'},
        {"promise": '{"\\u0000": "removed"}'},
        {"promise": '{"\\ud800": "removed"}'},
        {"promise": '{"greeting": "\\ud800"}'},
        {"promise": "9" * 5_000},
        {"promise": "[" * 100_000},
        {"shown": ["leave broken", "leave greeting"], "modules": ["broken", "greeting", "nowhere"], "promise": "{}"},
    ],
)
def test_form_that_was_tampered_with_changes_nothing(browser, connection, change):
    scan(connection)
    choose(browser, "greeting")
    assert press(browser, **change).status_code == 422
    assert not Module.objects.exists()


@pytest.mark.parametrize(
    "shown", ["leave broken", "leave nowhere", "publish ../x", "x", "", "remove greeting", "a b c"]
)
def test_choices_that_no_row_offers_publish_nothing(browser, connection, shown):
    scan(connection)
    form = {"shown": shown, "modules": shown.partition(" ")[2] or "x", "version": ["update", "x y", "update greeting"]}
    assert browser.post(SAVE, form).status_code in (302, 404)
    assert promise_of(browser.get(PAGE)) == "{}"


@pytest.mark.parametrize("name", ["leave \0", "leave a\0b"])
def test_folder_with_a_nul_is_not_found(browser, connection, name):
    scan(connection)
    assert browser.post(SAVE, {"shown": name, "modules": name.partition(" ")[2]}).status_code == 404


def test_root_module_can_be_published(browser, alice, github):
    connection = connect(github, alice, name="alice-example/terraform-local-greeting")
    scan(connection)
    assert boxes(browser.get(PAGE)) == [(".", False)]
    publish_ticked(browser, ".")
    assert Module.objects.get().title == "Greeting"


def test_failed_scan_says_why_and_keeps_the_older_list(browser, connection, github):
    scan(connection)
    github.fail("5xx")
    scan(connection)
    text = text_of(browser.get(PAGE))
    assert "GitHub has a problem at the moment." in text
    assert "Greeting" in text


def test_repository_without_modules_says_what_a_module_is(browser, alice, github):
    scan(connect(github, alice, files={"README.md": "x"}))
    assert "No module found in this repository" in text_of(browser.get(PAGE))


def test_user_is_refused_everywhere(client, carol):
    client.force_login(carol)
    refusal = client.get(PAGE)
    assert refusal.status_code == 403
    assert "Ask an admin to make you a partner." in text_of(refusal)
    assert client.post(PAGE).status_code == 403
    assert client.post(reverse("modules:scan-start")).status_code == 403
    assert client.get(reverse("modules:scan-status")).status_code == 403


def test_partner_has_no_choice_and_cannot_reach_the_platforms_side(browser, connection):
    assert CHOICE not in browser.get(PAGE).content.decode()
    for address in (PAGE, reverse("modules:scan-status"), reverse("modules:publish-rows")):
        assert browser.get(f"{address}?for=platform").status_code == 403
    assert browser.post(f"{reverse('modules:scan-start')}?for=platform").status_code == 403


def test_admin_publishes_for_the_platform(client, admin, github):
    connection = connect(github, None, by=admin, name="platform-example/test-modules", files=FILES)
    scan(connection)
    client.force_login(admin)
    response = client.get(PAGE)
    assert CHOICE in response.content.decode()
    assert "?for=mine" not in response.content.decode()
    assert publish_ticked(client, "greeting", query="?for=platform").status_code == 302
    assert Module.objects.platform().get().path == "greeting"
    assert client.get(f"{PAGE}?for=mine").status_code == 403


def test_partner_who_is_admin_chooses(client, alice, admin, github, connection):
    set_roles(alice, is_partner=True, is_staff=True, by=admin)
    client.force_login(alice)
    scan(connection)
    assert "Greeting" in text_of(client.get(PAGE))
    assert "Greeting" not in text_of(client.get(f"{PAGE}?for=platform"))
    assert CHOICE in client.get(PAGE).content.decode()


def test_list_needs_no_more_queries_for_more_modules(browser, alice, github, django_assert_num_queries):
    connection = connect(github, alice, files={"m1/main.tf": GREETING})
    publish(connection, "m1")
    browser.get(PAGE)  # makes the row of platform settings
    with django_assert_num_queries(10) as first:
        browser.get(PAGE)
    github.commit(NAME, {f"m{number}/main.tf": f"# {number}\n{GREETING}" for number in range(2, 5)})
    publish(connection, "m1", "m2", "m3", "m4")
    with django_assert_num_queries(len(first)):
        browser.get(PAGE)
