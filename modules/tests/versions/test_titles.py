"""Titles: unique among one owner's published modules; a platform module's title is allowed, with a note."""

import pytest

from modules.models import Module
from modules.publishing import candidates, previews, services
from modules.tests.catalogues import GREETING, NAME, connect, publish, published, scan
from modules.versions.titles import LONGEST, in_effect

pytestmark = pytest.mark.django_db
TWINS = {"greeting/main.tf": GREETING, "modules/greeting/main.tf": GREETING}


def titles():
    return dict(Module.objects.values_list("path", "title"))


def notes(connection, *, ticked=()):
    rows = candidates.of_repository(connection, scan(connection))
    for row in rows:
        row.ticked = row.ticked or row.path in ticked
    previews.attach(rows, connection, candidates.newest_scan(connection))
    return {row.path: row.title_notes for row in rows}


def test_later_one_of_two_gets_its_folder_behind_the_title(alice, github):
    connection = connect(github, alice, files=TWINS)
    publish(connection, "modules/greeting")
    publish(connection, "modules/greeting", "greeting")
    assert titles() == {"modules/greeting": "Greeting", "greeting": "Greeting (greeting)"}


def test_two_at_once_get_different_ones_and_versions_keep_the_repositorys(alice, github):
    publish(connect(github, alice, files=TWINS), "greeting", "modules/greeting")
    assert titles() == {"greeting": "Greeting", "modules/greeting": "Greeting (modules/greeting)"}
    assert {module.current_version.title for module in Module.objects.all()} == {"Greeting"}


def test_next_version_keeps_the_title_as_long_as_the_other_has_it(alice, github):
    connection = connect(github, alice, files=TWINS)
    publish(connection, "greeting", "modules/greeting")
    github.commit(NAME, dict.fromkeys(TWINS, f"# new\n{GREETING}"))
    publish(connection, "greeting", "modules/greeting")
    assert titles() == {"greeting": "Greeting", "modules/greeting": "Greeting (modules/greeting)"}
    github.commit(NAME, dict.fromkeys(TWINS, f"# newer\n{GREETING}"))
    publish(connection, "modules/greeting")
    assert titles()["modules/greeting"] == "Greeting"


def test_module_that_comes_back_gives_way_to_the_one_that_took_its_title(alice, github):
    connection = connect(github, alice, files=TWINS)
    publish(connection, "greeting")
    publish(connection, "modules/greeting")
    publish(connection, "greeting", "modules/greeting")
    assert titles() == {"greeting": "Greeting (greeting)", "modules/greeting": "Greeting"}


def test_same_folder_of_another_repository_is_told_apart(alice, github):
    publish(connect(github, alice, files=TWINS), "greeting")
    other = connect(github, alice, name="alice-example/others", files={"greeting/main.tf": GREETING})
    assert notes(other, ticked={"greeting"}) == {"greeting": ["Another module of yours has this title."]}
    publish(other, "greeting")
    assert sorted(Module.objects.values_list("title", flat=True)) == ["Greeting", "Greeting (greeting)"]


def test_third_of_a_title_and_folder_is_named_with_its_repository(alice, github):
    for number in (1, 2, 3):
        name = f"alice-example/of-{number}"
        publish(connect(github, alice, name=name, files={"greeting/main.tf": GREETING}), "greeting")
    assert sorted(Module.objects.values_list("title", flat=True)) == [
        "Greeting",
        "Greeting (alice-example/of-3/greeting)",
        "Greeting (greeting)",
    ]


def test_partners_module_may_be_named_like_a_platform_module_and_is_told(alice, bob, admin, github):
    published(github, None, by=admin, name="platform-example/test-modules")
    published(github, bob, name="bob-example/test-modules")
    connection = connect(github, alice, files=TWINS)
    platform_has_it = "A platform module has this title."
    assert notes(connection) == {"greeting": [platform_has_it], "modules/greeting": [platform_has_it]}
    publish(connection, "greeting")
    assert Module.objects.get(owner=alice).title == "Greeting"
    assert notes(connection) == {
        "greeting": [platform_has_it],
        "modules/greeting": [platform_has_it, "Another module of yours has this title."],
    }


def test_two_ticked_ones_are_told_before_they_are_published(alice, github):
    connection = connect(github, alice, files=TWINS)
    assert notes(connection, ticked=set()) == {"greeting": [], "modules/greeting": []}
    both = ["Another module of yours has this title."]
    assert notes(connection, ticked={"greeting", "modules/greeting"}) == {"greeting": both, "modules/greeting": both}


def test_platforms_own_modules_are_not_named_like_another_platform_module_by_themselves(admin, github):
    module = published(github, None, by=admin, name="platform-example/test-modules")
    connection = services.GitHubConnection.objects.get()
    assert notes(connection) == {"greeting": []}
    assert in_effect(module, "Greeting") == "Greeting"


def test_long_title_leaves_room_for_the_folder(alice, github):
    module = published(github, alice, title="x" * LONGEST)
    other = Module(owner=alice, repository_name=NAME, path="modules/other")
    assert in_effect(other, module.title) == "x" * (LONGEST - 16) + " (modules/other)"


def test_folder_too_long_for_a_title_is_cut_at_its_beginning(alice, github):
    module = published(github, alice)
    other = Module(owner=alice, repository_name=NAME, path="x" * 140 + "/" + "y" * 99)
    assert in_effect(other, module.title) == f"Greeting (/{'y' * 99})"


def test_titles_that_were_typed_to_be_in_the_way_are_not(alice, github):
    connection = connect(github, alice, files={f"{name}/main.tf": GREETING for name in ("a", "b", "c", "greeting")})
    publish(connection, "a", "b", "c")
    for path, title in {"a": "Greeting", "b": "Greeting (greeting)", "c": f"Greeting ({NAME}/greeting)"}.items():
        Module.objects.filter(path=path).update(title=title)
    publish(connection, "a", "b", "c", "greeting")
    module = Module.objects.get(path="greeting")
    assert module.title == f"Greeting ({module.ref} 1)"
