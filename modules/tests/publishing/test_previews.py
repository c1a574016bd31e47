"""The previews of candidates before anything is published, and that publishing does exactly that."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from deployments.tests.factories import make_deployment, make_run
from modules.models import Module, Tag
from modules.publishing import candidates, previews, promise, services
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan

pytestmark = pytest.mark.django_db
WIDER = GREETING + 'variable "colour" {\n  type    = string\n  default = "red"\n}\n'
NARROWER = 'variable "name" {\n  type = string\n}\n'
RUNS_A_PROGRAM = GREETING + (
    'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n'
)


@pytest.fixture
def connection(alice, github):
    return connect(github, alice, files={"greeting/main.tf": GREETING})


def shown(connection, *, ticked=()):
    """The rows as the Publish page makes them, after a scan, by path."""
    reading = scan(connection)
    rows = candidates.of_repository(connection, reading)
    for row in rows:
        row.ticked = row.ticked or row.path in ticked
    previews.attach(rows, connection, reading)
    return {row.path: row for row in rows}


def preview(connection, path="greeting"):
    return shown(connection)[path].preview


class TestNumbers:
    def test_first_version_is_1_0_0(self, connection):
        said = preview(connection)
        assert (said.semver, said.bump, said.changes, said.commits, said.live) == ("1.0.0", "first", [], [], [])

    @pytest.mark.parametrize(
        ("source", "semver", "bump", "changes"),
        [
            ("# said otherwise\n" + GREETING, "1.0.1", "patch", []),
            (WIDER, "1.1.0", "minor", [("Input added, optional", "colour")]),
            (NARROWER, "2.0.0", "major", [("Output removed", "text")]),
        ],
    )
    def test_interface_calls_for_the_next_number(self, connection, github, source, semver, bump, changes):
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": source})
        said = preview(connection)
        assert (said.semver, said.bump) == (semver, bump)
        assert [(change.what, change.name) for change in said.changes] == changes
        publish(connection, "greeting")
        version = Module.objects.get().current_version
        assert (version.semver, version.bump) == (semver, bump)
        assert [(row["what"], row["name"]) for row in version.changes] == changes

    @pytest.mark.parametrize("tag", ["v2.3.4", "greeting/v2.3.4", "greeting-v2.3.4"])
    def test_tag_on_the_commit_names_the_version(self, connection, github, tag):
        github.add_tag(NAME, tag)
        said = preview(connection)
        assert (said.semver, said.tag, said.note) == ("2.3.4", tag, "")
        publish(connection, "greeting")
        version = Module.objects.get().current_version
        assert (version.semver, version.tag, version.branch) == ("2.3.4", tag, "main")

    def test_more_specific_tag_goes_first(self, connection, github):
        for tag in ("v9.0.0", "greeting-v2.0.0", "greeting/v3.0.0", "other/v4.0.0"):
            github.add_tag(NAME, tag)
        assert preview(connection).tag == "greeting/v3.0.0"

    def test_lower_and_taken_tags_leave_the_number_to_the_portal_and_are_named(self, connection, github):
        github.add_tag(NAME, "v1.5.0")
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": WIDER})
        github.add_tag(NAME, "greeting/v1.5.0")
        github.add_tag(NAME, "v1.4.0")
        said = preview(connection)
        assert (said.semver, said.tag) == ("1.6.0", "")
        assert said.note == "The tag greeting/v1.5.0 was not used: 1.5.0 is already published."

    def test_tag_of_another_commit_or_repository_means_nothing(self, connection, github, bob):
        reading = scan(connection)
        other = connect(github, bob, name="bob-example/others", files={"greeting/main.tf": GREETING})
        facts = {"name": "v3.0.0", "repository_id": connection.repository_id}
        Tag.objects.create(connection=connection, commit="0" * 40, **facts)
        Tag.objects.create(connection=other, commit=reading.commit, **facts)
        assert preview(connection).semver == "1.0.0"

    def test_tag_that_came_after_the_page_refuses_the_form_with_the_other_number(self, connection, alice):
        rows = shown(connection, ticked={"greeting"})
        reading = candidates.newest_scan(connection)
        told = promise.of_candidates(rows.values())
        assert told == {"greeting": f"new 1.0.0 {rows['greeting'].found.content_hash[:12]}"}
        Tag.objects.create(
            connection=connection, repository_id=connection.repository_id, name="v3.0.0", commit=reading.commit
        )
        with pytest.raises(services.StalePublication) as refused:
            services.publish(connection, scan=reading, paths={"greeting"}, promised=told, by=alice)
        assert refused.value.changes == ["greeting was to be published as 1.0.0. Now it would be published as 3.0.0."]
        assert not Module.objects.exists()


class TestUpdates:
    def test_commits_in_between_are_those_after_the_newest_version(self, connection, github):
        publish(connection, "greeting")
        for subject in ("Say hello", "Say more"):
            github.commit(NAME, {"greeting/main.tf": f"# {subject}\n{GREETING}"}, message=subject)
        said = preview(connection)
        assert [row["subject"] for row in said.commits] == ["Say more", "Say hello"]
        assert said.commits_are_whole
        publish(connection, "greeting")
        assert [row["subject"] for row in Module.objects.get().current_version.commits] == ["Say more", "Say hello"]

    def test_history_without_the_published_commit_is_said_not_to_be_whole(self, connection, github):
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": WIDER})
        reading = scan(connection)
        reading.history = reading.history[:1]
        rows = candidates.of_repository(connection, reading)
        previews.attach(rows, connection, reading)
        assert (len(rows[0].preview.commits), rows[0].preview.commits_are_whole) == (1, False)

    def test_update_that_can_do_more_says_what(self, connection, github):
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": RUNS_A_PROGRAM})
        assert "program" in {ability.kind for ability in preview(connection).widened}

    def test_live_deployments_are_counted_by_person_and_version(self, connection, github, alice, carol):
        publish(connection, "greeting")
        first = Module.objects.get().current_version
        github.commit(NAME, {"greeting/main.tf": WIDER})
        publish(connection, "greeting")
        second = Module.objects.get().current_version
        for number, (owner, version, status) in enumerate(
            [
                (carol, first, "live"),
                (carol, first, "live"),
                (carol, second, "live"),
                (alice, second, "live"),
                (alice, first, "destroyed"),
                (alice, first, "pending"),
            ]
        ):
            make_deployment(version, owner=owner, name=f"d{number}", status=status)
        github.commit(NAME, {"greeting/main.tf": NARROWER})
        assert preview(connection).live == [
            ("Alice", "1.1.0", 1, False),
            ("Carol", "1.1.0", 1, True),
            ("Carol", "1.0.0", 2, True),
        ]

    def test_deployment_at_work_for_the_first_time_is_live(self, connection, bob, carol):
        publish(connection, "greeting")
        version = Module.objects.get().current_version
        make_run(make_deployment(version, owner=carol), status="applying")
        make_run(make_deployment(version, owner=bob), status="failed")
        assert preview(connection).live == [("Carol", "1.0.0", 1, True)]

    def test_unchanged_and_unticked_rows_say_who_has_them(self, connection, carol):
        publish(connection, "greeting")
        make_deployment(Module.objects.get().current_version, owner=carol, status="live")
        said = preview(connection)
        assert (said.semver, said.changes, said.live) == ("1.0.0", [], [("Carol", "1.0.0", 1, True)])

    def test_removed_module_that_has_not_changed_comes_back_as_it_was(self, connection):
        publish(connection, "greeting")
        publish(connection)
        said = shown(connection, ticked={"greeting"})["greeting"].preview
        assert (said.semver, said.note) == ("1.0.0", "Its code has not changed since.")
        publish(connection, "greeting")
        assert Module.objects.get().versions.count() == 1

    def test_invalid_folder_has_no_preview(self, connection, github):
        github.commit(NAME, {"broken/main.tf": "x = = 1\n"})
        assert shown(connection)["broken"].preview is None


def test_queries_do_not_grow_with_the_modules(alice, carol, github):
    counts = []
    for number, size in enumerate((3, 30)):
        name = f"alice-example/of-{size}"
        files = {f"m{n:02}/main.tf": f"# {n}\n{GREETING}" for n in range(size)}
        connection = connect(github, alice, name=name, files=files)
        publish(connection, *(f"m{n:02}" for n in range(1, size)))
        for module in Module.objects.filter(repository_name=name):
            make_deployment(module.current_version, owner=carol, name=f"{number}-{module.path}", status="live")
        github.commit(name, dict.fromkeys(files, f"# changed\n{WIDER}"))
        reading = scan(connection)
        with CaptureQueriesContext(database) as captured:
            rows = candidates.of_repository(connection, reading)
            previews.attach(rows, connection, reading)
        assert {row.preview.semver for row in rows} == {"1.0.0", "1.1.0"}
        assert sum(each.deployments for row in rows for each in row.preview.live) == size - 1
        counts.append(len(captured))
    assert counts == [7, 7]
