"""What the Publish page says before anything is published: what changes, for whom, and what needs a look."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.services import select_repository
from deployments.notices import tell_of_removals
from deployments.tests.factories import make_deployment, make_run
from foundation.models import OutboxMessage
from modules.models import Alarm, Module
from modules.publishing import terms
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.publish_page import PAGE, ROW, bar_of, boxes, choose, press, row_of, said, text_of
from modules.versions import lifecycle

pytestmark = pytest.mark.django_db
BREAKING = GREETING.replace("string", "number")
PROGRAM = 'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "x"\n  }\n}\n'


@pytest.fixture
def connection(alice, github):
    return connect(github, alice, files={"greeting/main.tf": GREETING, "other/main.tf": "# other\n" + GREETING})


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def change(connection, github, text, path="greeting"):
    github.commit(NAME, {f"{path}/main.tf": text}, message="Say it otherwise")
    return scan(connection)


def deploy(person, *, name, status="live"):
    version = Module.objects.get(path="greeting").current_version
    return make_deployment(version, owner=person, name=name, status=status)


def test_breaking_update_says_what_changes_and_who_stays_behind(browser, connection, github, bob, carol):
    publish(connection, "greeting", "other")
    for person, name in ((bob, "a"), (bob, "b"), (carol, "c")):
        deploy(person, name=name)
    deploy(carol, name="gone", status="destroyed")
    before, after = Module.objects.get(path="greeting").current_version.commit, change(connection, github, BREAKING)
    row = said(browser)
    assert f"1.0.0 ( {before[:7]} ) to 2.0.0 ( {after.commit[:7]} ), 1 commit." in row
    assert "3 live deployments of 2 people (Bob 2, Carol 1) use 1.0.0 and stay on it." in row
    assert "Interface change Breaking, major version" in row
    assert "Breaking Type changed name string number" in row
    assert "1 commit since 1.0.0" in row
    assert f"{after.commit[:7]} Say it otherwise" in row
    assert bar_of(browser.get(PAGE)).startswith("1 kept without its update, 1 unchanged. Existing deployments are not")
    bar = bar_of(choose(browser, "greeting", "other", versions=["update greeting"]))
    assert bar.startswith("1 to update, 1 unchanged. 1 update is breaking. Existing deployments are not affected.")
    bar = bar_of(choose(browser, "other"))
    leaves = "Greeting leaves the catalogue. 3 live deployments of Bob and Carol keep running."
    assert bar.startswith(f"1 to remove, 1 unchanged. {leaves} Existing deployments are not affected.")


def test_compatible_update_says_so(browser, connection, github):
    publish(connection, "greeting")
    change(connection, github, GREETING + 'output "more" {\n  value = 1\n}\n')
    assert "Compatible, minor version" in said(browser)
    change(connection, github, "# only words\n" + GREETING)
    assert "Inputs, outputs, providers and resources are the same, so it is a patch version." in said(browser)


def test_update_that_can_do_more_warns(browser, connection, github):
    publish(connection, "greeting")
    change(connection, github, GREETING + PROGRAM)
    assert "It can do more than 1.0.0. Runs a program on the portal's worker during apply (local-exec)" in said(browser)


def test_commits_that_are_not_all_known_are_said_to_be_more(browser, connection, github):
    publish(connection, "greeting")
    newest = change(connection, github, BREAKING)
    newest.history = newest.history[:1]
    newest.history_is_whole = False
    newest.save(update_fields=["history", "history_is_whole"])
    row = said(browser)
    assert "1 or more commits." in row
    assert "There may be more. The history that was read does not reach" in row


def test_long_histories_are_listed_in_full_on_the_folders_own_page(browser, connection, github):
    publish(connection, "greeting")
    newest = change(connection, github, BREAKING)
    commit = newest.history[0]
    newest.history = [commit | {"subject": f"Step {number}"} for number in range(12)] + newest.history[1:]
    newest.save(update_fields=["history"])
    row = said(browser)
    assert "12 commits since 1.0.0" in row
    assert "Step 9" in row
    assert "Step 10" not in row
    assert "All commits are on its settings page." in row
    own_page = text_of(browser.get(reverse("modules:publish-module") + "?path=greeting"))
    assert "Step 11" in own_page
    assert "All commits" not in own_page


def test_tag_that_cannot_be_taken_is_said(browser, connection, github):
    publish(connection, "greeting")
    github.commit(NAME, {"greeting/main.tf": BREAKING})
    github.add_tag(NAME, "v0.5.0")
    scan(connection)
    assert "to 2.0.0" in said(browser)
    assert "The tag v0.5.0 was not used" in said(browser)
    github.commit(NAME, {"greeting/main.tf": f"# again\n{BREAKING}"})
    github.add_tag(NAME, "greeting/v3.0.0")
    scan(connection)
    assert "to 3.0.0" in said(browser)
    assert "tagged greeting/v3.0.0" in said(browser)


def test_unticked_module_says_who_is_told(browser, connection, bob):
    publish(connection, "greeting", "other")
    deploy(bob, name="a")
    choose(browser, "other")
    told = "1 live deployment of Bob keeps running. Bob gets an e-mail."
    assert f"Will be removed. {told}" in row_of(browser)
    assert f"You unticked it, so it leaves the catalogue. {told}" in said(browser)


def test_unticked_module_promises_an_email_to_just_those_who_get_one(browser, connection, alice, bob, carol, admin):
    publish(connection, "greeting", "other")
    for person in (alice, bob, admin):
        deploy(person, name="a")
    User.objects.filter(pk=admin.pk).update(is_active=False)
    make_run(deploy(carol, name="at-work", status="pending"), status="applying")
    deploy(carol, name="never-ran", status="pending")
    choose(browser, "other")
    text = said(browser)
    people = "4 people (Admin 1, Alice 1, Bob 1, Carol 1)"
    assert f"4 live deployments of {people} keep running. Bob and Carol get an e-mail." in text
    publish(connection, "other")
    tell_of_removals()
    assert sorted(OutboxMessage.objects.values_list("to", flat=True)) == ["bob@example.com", "carol@example.com"]


def test_unticked_module_that_its_publisher_alone_has_promises_no_email(browser, connection, alice):
    publish(connection, "greeting", "other")
    deploy(alice, name="a")
    choose(browser, "other")
    text = said(browser)
    assert "1 live deployment of Alice keeps running." in text
    assert "an e-mail." not in text


def test_moved_folder_goes_on_or_is_told_apart(browser, connection, github):
    publish(connection, "greeting", "other")
    github.commit(NAME, {"modules/greeting/main.tf": GREETING}, remove=["greeting"])
    scan(connection)
    assert boxes(browser.get(PAGE)) == [("modules/greeting", True), ("other", True)]
    assert "Folder renamed" in said(browser)
    assert "Its folder was renamed from greeting/ . It continues as the next version." in said(browser)
    query = "?apart=modules/greeting"
    assert f'href="{PAGE}?apart=modules%2Fgreeting"' in browser.get(f"{ROW}?path=modules/greeting").content.decode()
    apart = browser.get(PAGE + query)
    assert boxes(apart) == [("greeting", True), ("modules/greeting", False), ("other", True)]
    assert '<input type="hidden" name="apart" value="modules/greeting">' in apart.content.decode()
    choose(browser, "modules/greeting", "other", query=query)
    assert press(browser, query=query, apart="modules/greeting").status_code == 302
    assert list(Module.objects.published().values_list("path", flat=True)) == ["modules/greeting", "other"]
    assert Module.objects.count() == 3


def test_rolled_back_module_says_what_is_in_use(browser, connection, github, alice):
    publish(connection, "greeting")
    change(connection, github, BREAKING)
    publish(connection, "greeting")
    lifecycle.make_current(Module.objects.get().versions.get(number=1), by=alice)
    row = said(browser)
    assert "Rolled back Unchanged" in row
    assert "New deployments use 1.0.0. The repository holds 2.0.0." in row


def test_revoked_newest_version_is_no_roll_back(browser, connection, github, alice):
    publish(connection, "greeting")
    change(connection, github, BREAKING)
    publish(connection, "greeting")
    lifecycle.revoke(Module.objects.get().versions.get(number=2), reason="It leaks.", by=alice)
    row = said(browser)
    assert "Revoked Unchanged" in row
    assert "Version 2.0.0 is revoked. New deployments use 1.0.0." in row
    assert "Rolled back" not in row
    lifecycle.revoke(Module.objects.get().versions.get(number=1), reason="It leaks too.", by=alice)
    assert "All versions are revoked, so nobody can deploy this module." in said(browser)


def test_titles_that_others_have_are_told(browser, connection, github, admin):
    files = {"greeting/main.tf": GREETING}
    platform = connect(github, None, by=admin, name="platform-example/test-modules", files=files)
    publish(platform, "greeting", by=admin)
    scan(connection)
    assert "A platform module has this title." in said(browser)


def test_automatic_publishing_says_what_it_holds_back(browser, connection, github, alice):
    publish(connection, "greeting")
    terms.set_terms(connection, path="greeting", terms=terms.Terms(auto_publish=True), by=alice)
    assert "Compatible updates are published automatically." in said(browser)
    change(connection, github, BREAKING)
    assert "Not published automatically: the interface change is breaking." in said(browser)


def test_alarm_stands_at_its_module_until_it_is_dismissed(browser, connection, alice):
    publish(connection, "greeting", "other")
    version = Module.objects.get(path="greeting").current_version
    alarm = Alarm.objects.create(version=version, kind="tag_moved", found="b" * 40)
    told = f"Tag moved: Version 1.0.0 was published from commit {version.commit[:7]} . Its tag now points to bbbbbbb ."
    assert f"{told} See the alarm" in said(browser)
    assert "Tag moved" not in said(browser, "Other")
    lifecycle.dismiss_alarm(alarm, by=alice)
    assert "Tag moved" not in said(browser)


def test_alarm_about_a_vanished_commit_names_the_commit_not_the_branch_as_one(browser, connection):
    publish(connection, "greeting")
    version = Module.objects.get(path="greeting").current_version
    Alarm.objects.create(version=version, kind="commit_gone", found=version.branch)
    told = f"Commit missing: The code of version 1.0.0 (commit {version.commit[:7]} ) is"
    assert f"{told} no longer on its branch main . See the alarm" in said(browser)


def test_what_another_repository_published_stays_and_can_be_removed(browser, connection, github, alice):
    publish(connection, "greeting")
    other = github.add_repository("alice-example/new-modules", {"fresh/main.tf": GREETING})
    select_repository(connection, repository_id=other.id, by=alice)
    text = text_of(browser.get(PAGE))
    assert "Published from other repositories 1 They stay until you remove them Greeting 1.0.0" in text
    remove = reverse("modules:module-remove", args=[Module.objects.get().ref])
    for _ in range(2):
        response = browser.post(remove)
        assert (response.status_code, response.url) == (302, PAGE)
    assert not Module.objects.published().exists()
    assert "Published from other repositories" not in text_of(browser.get(PAGE))
    assert browser.get(remove).status_code == 405


def test_removed_connection_leaves_the_list_of_what_is_published(browser, connection):
    publish(connection, "greeting")
    connection.delete()
    text = text_of(browser.get(PAGE))
    assert "No repository yet" in text
    assert "Published from other repositories 1" in text


def test_only_who_may_change_a_module_removes_it(client, connection, bob, carol, admin):
    publish(connection, "greeting")
    remove = reverse("modules:module-remove", args=[Module.objects.get().ref])
    for person, status in ((bob, 404), (carol, 404)):
        client.force_login(person)
        assert client.post(remove).status_code == status
    Module.objects.update(audience="everyone")
    assert client.post(remove).status_code == 403
    assert Module.objects.published().exists()
    client.force_login(admin)
    assert client.post(remove).status_code == 302
    assert not Module.objects.published().exists()


def test_terms_of_a_new_folder_are_what_it_would_start_with(browser, connection, alice):
    scan(connection)
    shared = terms.Terms(credit_cost=750_000, audience="named", emails=["bob@example.com"])
    terms.set_terms(connection, path="greeting", terms=shared, by=alice)
    row = said(browser)
    assert "It starts as 1.0.0, shared with 1 person." in row
    assert "75 credits (the repository says 0), shared with 1 person." in row
    assert boxes(browser.get(PAGE)) == [("greeting", False), ("other", False)]


def test_updates_alarms_and_deployments_cost_no_query_each(browser, alice, bob, github, django_assert_num_queries):
    names = [f"m{number}" for number in range(1, 5)]
    connection = connect(github, alice, files={f"{name}/main.tf": f"# {name}\n{GREETING}" for name in names})
    publish(connection, *names)
    make_restless(connection, github, bob, "m1")
    browser.get(PAGE)
    with django_assert_num_queries(10) as first:
        browser.get(PAGE)
    for name in names[1:]:
        make_restless(connection, github, bob, name)
    with django_assert_num_queries(len(first)):
        text = text_of(browser.get(PAGE))
    assert "4 alarms about 4 modules. Published versions no longer match GitHub." in text
    told = ("Commit missing", "1 live deployment of Bob", "Breaking, major")
    assert [each in said(browser, "M3") for each in told] == [True] * 3


def make_restless(connection, github, person, path):
    """An alarm, a live deployment and a breaking update of one module."""
    version = Module.objects.get(path=path).current_version
    Alarm.objects.create(version=version, kind="commit_gone")
    make_deployment(version, owner=person, name=path, status="live")
    change(connection, github, f"# {path}\n{BREAKING}", path=path)
