"""Alarms about published versions that no longer match git, over the local GitHub."""

import pytest
from django.utils import timezone

from foundation.models import AuditEvent, OutboxMessage
from modules.models import Alarm, Module, ModuleVersion, Watch
from modules.publishing import services
from modules.scanning import scanner, tag_alarms
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from tests.fixtures.live import owning

pytestmark = pytest.mark.django_db


def setup(github, owner, *, by=None, tag="v1.0.0", name=NAME):
    """A connection with one published module, its version numbered by `tag`."""
    connection = connect(github, owner, by=by, name=name, files={"greeting/main.tf": GREETING})
    if tag:
        github.add_tag(name, tag)
    publish(connection, "greeting", by=by)
    return connection


def alarms():
    return [(row.kind, row.found) for row in Alarm.objects.order_by("pk")]


def look_at_tags(connection):
    tag_alarms.look_at_tags(connection.pk)
    return alarms()


def compared(github):
    return [line for line in github.requests if "/compare/" in line.path]


def change(github, content, **options):
    return github.commit(NAME, {"note": content}, **options)


def test_tag_that_stays_raises_nothing(alice, github):
    connection = setup(github, alice)
    assert ModuleVersion.objects.get().tag == "v1.0.0"
    assert look_at_tags(connection) == []
    scan(connection, by=alice)
    assert alarms() == []


def test_tag_that_moves_without_a_commit_raises_one_alarm_and_one_mail(alice, github):
    connection = setup(github, alice)
    elsewhere = change(github, "x", branch="next")
    github.add_tag(NAME, "v1.0.0", "next")
    assert look_at_tags(connection) == [("tag_moved", elsewhere)]
    look_at_tags(connection)
    scan(connection, by=alice)
    assert alarms() == [("tag_moved", elsewhere)]
    (mail,) = OutboxMessage.objects.filter(key__startswith="alarm:")
    assert (mail.to, mail.subject) == (alice.email, "1 published version no longer matches GitHub")
    module = Module.objects.get()
    assert (
        f"- Greeting: Version 1.0.0 was published from commit {github.head(NAME)[:7]}. Its tag v1.0.0 now points to "
        f"{elsewhere[:7]}.\n  https://" in mail.text.replace("http://", "https://")
    )
    assert module.get_absolute_url() in mail.text
    event = AuditEvent.objects.get(verb="alarm.raised")
    assert (event.by, event.detail["kind"], event.detail["module"]) == ("", "tag_moved", module.ref)


def test_deleted_tag_raises_an_alarm(alice, github):
    connection = setup(github, alice)
    github.delete_tag(NAME, "v1.0.0")
    assert look_at_tags(connection) == [("tag_gone", "")]


def test_tag_missing_among_too_many_raises_nothing(alice, github):
    connection = setup(github, alice)
    github.delete_tag(NAME, "v1.0.0")
    git, sha = github.git_of(github.world.find(NAME)), github.head(NAME)
    lines = "".join(f"create refs/tags/w{number:04} {sha}\n" for number in range(1_000))
    git.run("update-ref", "--stdin", stdin=lines.encode())
    assert look_at_tags(connection) == []
    assert Watch.objects.get().tags_are_whole is False


def test_tag_that_returns_leaves_its_alarm_and_a_dismissed_one_stays_dismissed(alice, github):
    connection = setup(github, alice)
    change(github, "x", branch="next")
    github.add_tag(NAME, "v1.0.0", "next")
    (before,) = look_at_tags(connection)
    github.add_tag(NAME, "v1.0.0", "main")
    assert look_at_tags(connection) == [before]
    Alarm.objects.update(dismissed_at=timezone.now(), dismissed_by=alice)
    github.add_tag(NAME, "v1.0.0", "next")
    assert look_at_tags(connection) == [before]
    assert Alarm.objects.get().dismissed_by == alice


def test_older_versions_are_watched_by_their_tags_too(alice, github):
    connection = setup(github, alice)
    github.commit(NAME, {"greeting/more.tf": 'output "b" {\n  value = 1\n}\n'})
    publish(connection, "greeting", by=alice)
    github.delete_tag(NAME, "v1.0.0")
    look_at_tags(connection)
    assert Alarm.objects.get().version.number == 1


def test_revoked_version_and_removed_module_are_not_watched(alice, github):
    connection = setup(github, alice)
    github.delete_tag(NAME, "v1.0.0")
    ModuleVersion.objects.update(revoked_at=timezone.now())
    assert look_at_tags(connection) == []
    ModuleVersion.objects.update(revoked_at=None)
    Module.objects.update(removed_at=timezone.now())
    assert look_at_tags(connection) == []


def test_another_repositorys_tags_say_nothing_of_a_module(alice, bob, github):
    connection = setup(github, alice)
    other = setup(github, bob, name="bob-example/test-modules")
    github.delete_tag("bob-example/test-modules", "v1.0.0")
    assert look_at_tags(connection) == []
    look_at_tags(other)
    assert Alarm.objects.get().version.module.owner == bob


def test_platforms_alarm_goes_to_all_admins(admin, alice, github):
    connection = setup(github, None, by=admin, name="platform-example/modules")
    github.delete_tag("platform-example/modules", "v1.0.0")
    look_at_tags(connection)
    assert [mail.to for mail in OutboxMessage.objects.filter(key__startswith="alarm:")] == [admin.email]


def test_rewritten_history_raises_an_alarm_with_the_next_scan(alice, github):
    connection = setup(github, alice, tag="")
    published = github.head(NAME)
    github.commit(NAME, {"greeting/main.tf": GREETING}, parent="", message="Begin anew")
    github.clear()
    scan(connection)
    assert alarms() == [("commit_gone", "main")]
    assert compared(github) == []
    text = OutboxMessage.objects.get(key__startswith="alarm:").text
    assert f"The code of version 1.0.0 (commit {published[:7]}) is no longer on its branch main." in text
    scan(connection)
    assert len(alarms()) == 1


def test_one_mail_tells_of_all_versions_that_a_rewrite_concerns(alice, github):
    connection = connect(github, alice, files={f"part{n}/main.tf": f"# {n}\n{GREETING}" for n in range(3)})
    publish(connection, "part0", "part1", "part2")
    change(github, "x", parent="")
    scan(connection)
    assert len(alarms()) == 3
    mail = OutboxMessage.objects.get(key__startswith="alarm:")
    assert mail.subject == "3 published versions no longer match GitHub"
    assert mail.text.count("is no longer on its branch main.") == 3


def test_deployments_and_versions_stay_as_they_are(alice, github):
    connection = setup(github, alice)
    before = list(ModuleVersion.objects.values())
    github.delete_tag(NAME, "v1.0.0")
    change(github, "x", parent="")
    scan(connection)
    assert sorted(kind for kind, _ in alarms()) == ["commit_gone", "tag_gone"]
    assert list(ModuleVersion.objects.values()) == before
    assert list(Module.objects.deployable()) == [Module.objects.get()]


def test_commit_older_than_the_history_is_asked_for_once(alice, github, monkeypatch):
    connection = setup(github, alice, tag="")
    monkeypatch.setattr(scanner, "KEPT_COMMITS", 2)
    for number in range(3):
        change(github, str(number))
    scan(connection)
    assert (alarms(), len(compared(github))) == ([], 1)
    scan(connection)
    change(github, "more")
    scan(connection)
    assert len(compared(github)) == 1


def test_old_commit_that_a_rewrite_drops_raises_an_alarm_and_is_not_asked_for_again(alice, github, monkeypatch):
    connection = setup(github, alice, tag="")
    monkeypatch.setattr(scanner, "KEPT_COMMITS", 2)
    for number in range(3):
        change(github, str(number))
    scan(connection)
    change(github, "a", parent="")
    change(github, "b")
    change(github, "c")
    github.clear()
    scan(connection)
    scan(connection)
    assert (alarms(), len(compared(github))) == ([("commit_gone", "main")], 1)


def test_comparison_that_fails_is_made_up_for_by_the_next_scan(alice, github, monkeypatch):
    connection = setup(github, alice, tag="")
    monkeypatch.setattr(scanner, "KEPT_COMMITS", 1)
    change(github, "a", parent="")
    change(github, "b")
    github.fail("5xx", path_prefix=f"/repositories/{connection.repository_id}/compare")
    assert (scan(connection).status, alarms()) == ("succeeded", [])
    github.clear()
    scan(connection)
    assert alarms() == [("commit_gone", "main")]


def test_version_of_another_branch_is_left_alone(alice, github):
    connection = setup(github, alice, tag="")
    change(github, "x", branch="next", parent="")
    connection.branch = "next"
    connection.save()
    scan(connection)
    assert alarms() == []


def test_older_version_that_is_not_current_may_lose_its_commit(alice, github):
    connection = setup(github, alice, tag="")
    github.commit(NAME, {"greeting/more.tf": 'output "b" {\n  value = 1\n}\n'}, parent="")
    publish(connection, "greeting", by=alice)
    with owning():
        Alarm.objects.all().delete()
    scan(connection)
    assert alarms() == []


def test_scan_stands_and_the_next_makes_up_for_what_broke_after_it(alice, github, monkeypatch):
    connection = setup(github, alice, tag="")
    change(github, "x", parent="")
    with monkeypatch.context() as broken:
        broken.setattr(tag_alarms, "audit", None)
        assert scan(connection).status == "succeeded"
    assert (alarms(), OutboxMessage.objects.filter(key__startswith="alarm:").count()) == ([], 0)
    scan(connection)
    assert (alarms(), OutboxMessage.objects.filter(key__startswith="alarm:").count()) == ([("commit_gone", "main")], 1)


def test_automatic_publishing_goes_on_although_the_watch_breaks(alice, github, monkeypatch):
    connection = setup(github, alice, tag="")
    called = []
    monkeypatch.setattr(tag_alarms, "look", None)
    monkeypatch.setattr(services, "publish_automatically", lambda connection, *, scan: called.append(scan.pk))
    row = scan(connection)
    assert (row.status, called) == ("succeeded", [row.pk])


def test_failed_scan_is_not_followed(alice, github, monkeypatch):
    connection = setup(github, alice, tag="")
    monkeypatch.setattr(services, "publish_automatically", None)
    github.fail("401")
    assert scan(connection).status == "failed"


def test_watch_asks_github_conditionally_and_nothing_for_those_who_may_not_publish(alice, github):
    connection = setup(github, alice)
    github.clear()
    look_at_tags(connection)
    assert [(line.path.rpartition("/")[2], line.status) for line in github.requests] == [("tags", 304)]
    alice.is_partner = False
    alice.save()
    github.clear()
    look_at_tags(connection)
    assert github.requests == []


def test_refused_look_changes_nothing(alice, github):
    connection = setup(github, alice)
    github.delete_tag(NAME, "v1.0.0")
    github.fail("rate_limit")
    assert look_at_tags(connection) == []
    github.clear()
    assert look_at_tags(connection) == [("tag_gone", "")]


def test_look_that_finds_the_token_revoked_tells_it_once(alice, github):
    connection = setup(github, alice)
    github.world.tokens[connection.token].revoked = True
    for _ in range(2):
        look_at_tags(connection)
    connection.refresh_from_db()
    assert (connection.problem_kind, OutboxMessage.objects.count()) == ("rejected", 1)


def test_each_connection_is_woken_once(alice, bob, github, monkeypatch):
    connections = [setup(github, alice), setup(github, bob, name="bob-example/test-modules")]
    woken = []
    monkeypatch.setattr(tag_alarms, "wake", lambda name, key: woken.append((name, key)))
    tag_alarms.wake_all()
    assert sorted(woken) == [("modules.look_at_tags", connection.pk) for connection in connections]


@pytest.mark.parametrize("number", [1, 9])
def test_look_costs_the_same_whatever_the_number_of_modules(alice, github, number, django_assert_num_queries):
    connection = connect(github, alice, files={f"part{n}/main.tf": f"# {n}\n{GREETING}" for n in range(number)})
    github.add_tag(NAME, "v1.0.0")
    row = publish(connection, *(f"part{n}" for n in range(number))) and connection.scans.newest_first().first()
    with django_assert_num_queries(3):
        tag_alarms.look(connection, row)
