import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import InternalError, connection, transaction

from accounts.models import GitHubConnection
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion
from modules.publishing import candidates, services
from modules.tests.catalogues import GREETING, NAME, connect, promised, publish, published, scan
from modules.versions.lifecycle import make_current

TWO = {"greeting/main.tf": GREETING, "other/main.tf": "locals { a = 1 }\n"}


@pytest.mark.django_db
class TestPublish:
    def test_only_what_is_written_is_previewed(self, alice, github, monkeypatch):
        connection = connect(github, alice, files={f"{name}/main.tf": GREETING for name in ("kept", "gone")})
        publish(connection, "kept", "gone")
        github.commit(NAME, {f"{name}/main.tf": f"# More\n{GREETING}" for name in ("kept", "gone", "later")})
        previewed = []
        attach = services.previews.attach
        monkeypatch.setattr(
            services.previews, "attach", lambda rows, *facts: previewed.extend(rows) or attach(rows, *facts)
        )
        done = publish(connection, "kept")
        assert [row.path for row in previewed] == ["kept"]
        assert ([module.path for module in done.updated], [module.path for module in done.removed]) == (
            ["kept"],
            ["gone"],
        )

    def test_new_modules_get_version_1_and_are_exclusive(self, alice, github):
        done = publish(connect(github, alice, files=TWO), "greeting", "other")
        assert [module.path for module in done.created] == ["greeting", "other"]
        module = Module.objects.get(path="greeting")
        assert (module.owner, module.title, module.audience, module.removed_at) == (
            alice,
            "Greeting",
            "exclusive",
            None,
        )
        version = module.current_version
        assert (version.number, version.commit, version.published_by) == (1, github.head(NAME), alice)
        assert [row["name"] for row in version.schema["outputs"]] == ["text"]

    def test_platform_module_is_for_everyone(self, admin, github):
        module = published(github, None, by=admin, name="platform-example/test-modules")
        assert (module.owner, module.audience) == (None, "everyone")

    def test_changed_module_gets_the_next_version_and_others_none(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting", "other")
        commit = github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING})
        done = publish(connection, "greeting", "other")
        assert [module.path for module in done.updated] == ["greeting"]
        assert [module.path for module in done.unchanged] == ["other"]
        module = Module.objects.get(path="greeting")
        assert [(row.number, row.commit == commit) for row in module.versions.all()] == [(2, True), (1, False)]
        assert module.current_version.number == 2

    def test_commit_that_touches_no_module_makes_no_version(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting")
        github.commit(NAME, {"README.md": "new"})
        assert [module.path for module in publish(connection, "greeting").unchanged] == ["greeting"]
        assert ModuleVersion.objects.count() == 1

    def test_unticked_module_leaves_and_comes_back_with_its_history(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting")
        before = Module.objects.get()
        assert [module.path for module in publish(connection).removed] == ["greeting"]
        assert Module.objects.get().removed_at is not None
        github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING})
        assert [module.path for module in publish(connection, "greeting").created] == ["greeting"]
        after = Module.objects.get()
        assert (after.ref, after.removed_at, after.current_version.number) == (before.ref, None, 2)

    def test_platform_variables_are_copied_to_the_version(self, alice, github):
        source = (
            'variable "credit_cost" { default = 12.5 }\nvariable "require_credit_purchases" { default = true }\n'
            'variable "module_services" { default = ["gke"] }\n'
            'variable "module_description" { default = "Says hello." }\n'
        )
        version = published(github, alice, source=source).current_version
        assert (version.credit_cost, version.purchased_only) == (125_000, True)
        assert (version.tags, version.description) == (["gke"], "Says hello.")

    def test_without_description_the_readme_speaks(self, alice, github):
        connection = connect(github, alice, files={"a/main.tf": "", "a/README.md": "# A\n\nSays\nhello.\n\nMore.\n"})
        (module,) = publish(connection, "a").created
        assert module.current_version.description == "Says hello."

    def test_invalid_or_unknown_folder_changes_nothing(self, alice, github):
        connection = connect(github, alice, files=TWO | {"broken/main.tf": "x = = 1\n"})
        row = scan(connection)
        with pytest.raises(services.NotPublishable) as refused:
            services.publish(connection, scan=row, paths={"greeting", "broken", "nowhere"}, by=alice)
        assert refused.value.paths == ["broken", "nowhere"]
        assert not Module.objects.exists()

    def test_published_module_that_broke_or_vanished_stays_at_its_version(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting", "other")
        github.commit(NAME, {"greeting/main.tf": "x = = 1\n"}, remove=["other/main.tf"])
        done = publish(connection, "greeting", "other")
        assert [module.path for module in done.unchanged] == ["greeting", "other"]
        assert list(Module.objects.published().values_list("path", "current_version__number")) == [
            ("greeting", 1),
            ("other", 1),
        ]

    def test_form_older_than_a_scan_is_refused_with_the_difference(self, alice, github):
        connection = connect(github, alice, files=TWO)
        old = scan(connection)
        github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING, "third/main.tf": ""}, remove=["other/main.tf"])
        new = scan(connection)
        with pytest.raises(services.StalePublication) as refused:
            services.publish(connection, scan=old, paths={"greeting"}, by=alice)
        assert refused.value.changes == [
            f"The repository was scanned again at commit {new.commit[:7]}.",
            "greeting has changed.",
            "other is no longer in the repository.",
            "third is new in the repository.",
        ]
        assert not Module.objects.exists()

    def test_form_older_than_a_publish_is_refused_with_the_difference(self, alice, github):
        connection = connect(github, alice, files=TWO)
        row = scan(connection)
        told = promised(connection, "other")
        services.publish(connection, scan=row, paths={"greeting"}, by=alice)
        with pytest.raises(services.StalePublication) as refused:
            services.publish(connection, scan=row, paths={"other"}, by=alice, promised=told)
        assert refused.value.changes == ["greeting was to be left as it is. Now it would be removed."]
        assert [module.path for module in Module.objects.published()] == ["greeting"]

    def test_stranger_may_not_publish(self, alice, bob, admin, github):
        connection = connect(github, alice, files=TWO)
        row = scan(connection)
        for person in (bob, admin):
            with pytest.raises(PermissionDenied):
                services.publish(connection, scan=row, paths={"greeting"}, by=person)

    def test_each_deed_is_audited(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING})
        publish(connection, "greeting")
        publish(connection)
        publish(connection, "greeting")
        deeds = AuditEvent.objects.filter(verb__startswith="module.").order_by("pk").values_list("verb", "by")
        assert list(deeds) == [
            ("module.published", "alice@example.com"),
            ("module.updated", "alice@example.com"),
            ("module.removed", "alice@example.com"),
            ("module.revived", "alice@example.com"),
        ]

    def test_another_repository_leaves_what_is_published(self, alice, github):
        publish(connect(github, alice, files=TWO), "greeting")
        other = connect(github, alice, name="alice-example/others", files={"greeting/main.tf": ""})
        publish(other, "greeting")
        assert Module.objects.published().count() == 2

    def test_what_comes_from_another_repository_is_named_and_can_be_removed(self, alice, bob, github):
        publish(connect(github, alice, files=TWO), "greeting", "other")
        other = connect(github, alice, name="alice-example/others", files={"greeting/main.tf": ""})
        assert [module.path for module in candidates.elsewhere(other)] == ["greeting", "other"]
        module = candidates.elsewhere(other)[0]
        with pytest.raises(PermissionDenied):
            services.remove(module, by=bob)
        removed = [services.remove(module, by=alice).removed_at for _ in range(2)]
        assert removed[0] == removed[1]
        assert [module.path for module in candidates.elsewhere(other)] == ["other"]
        assert AuditEvent.objects.filter(verb="module.removed").count() == 1

    def test_rolled_back_module_stays_there_until_its_content_changes(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING})
        publish(connection, "greeting")
        module = Module.objects.get()
        make_current(module.versions.get(semver="1.0.0"), by=alice)
        (row,) = [row for row in candidates.of_repository(connection, candidates.newest_scan(connection)) if row.module]
        assert (row.change, row.is_rolled_back, row.newest.semver) == ("unchanged", True, "1.0.1")
        publish(connection, "greeting")
        assert Module.objects.get().current_version.semver == "1.0.0"
        github.commit(NAME, {"greeting/main.tf": "# newer\n" + GREETING})
        publish(connection, "greeting")
        module.refresh_from_db()
        assert (module.current_version.number, module.current_version.semver) == (3, "1.0.2")

    def test_form_older_than_a_scan_that_found_the_same_is_published_from_the_newest(self, alice, github):
        connection = connect(github, alice, files=TWO | {"broken/main.tf": "x = = 1\n"})
        old = scan(connection)
        commit = github.commit(NAME, {"README.md": "new", "broken/main.tf": "y = = 1\n"})
        assert scan(connection) != old
        services.publish(connection, scan=old, paths={"greeting"}, by=alice)
        assert Module.objects.get().current_version.commit == commit

    def test_folder_that_became_valid_is_a_difference(self, alice, github):
        connection = connect(github, alice, files=TWO | {"broken/main.tf": "x = = 1\n"})
        old = scan(connection)
        github.commit(NAME, {"broken/main.tf": ""})
        scan(connection)
        with pytest.raises(services.StalePublication) as refused:
            services.publish(connection, scan=old, paths={"greeting"}, by=alice)
        assert refused.value.changes[1:] == ["broken has changed."]

    def test_form_that_knew_another_version_is_told_both(self, alice, github):
        connection = connect(github, alice, files=TWO)
        publish(connection, "greeting")
        github.commit(NAME, {"greeting/main.tf": "# new\n" + GREETING})
        row = scan(connection)
        told = promised(connection, "greeting")
        connection.tags.create(repository_id=row.repository_id, name="v4.0.0", commit=row.commit)
        with pytest.raises(services.StalePublication) as refused:
            services.publish(connection, scan=row, paths={"greeting"}, promised=told, by=alice)
        assert refused.value.changes == [
            "greeting was to be updated to 1.0.1. Now it would be updated to 4.0.0.",
        ]

    @pytest.mark.parametrize("deed", ["UPDATE {} SET title = 'Other'", "DELETE FROM {}"])
    def test_version_can_neither_be_changed_nor_deleted(self, alice, github, owner, deed):
        published(github, alice)
        Module.objects.update(current_version=None)
        with pytest.raises(InternalError, match="pgtrigger: Cannot"), transaction.atomic():
            connection.cursor().execute(deed.format(ModuleVersion._meta.db_table))
        assert ModuleVersion.objects.get().title == "Greeting"


def test_two_publishes_at_once_make_one_version(live_db, alice, github):
    found = connect(github, alice, files=TWO)
    row, told = scan(found), promised(found, "greeting")
    start, outcomes = threading.Barrier(4), []

    def submit():
        try:
            start.wait()
            mine = GitHubConnection.objects.get(pk=found.pk)
            services.publish(mine, scan=row, paths={"greeting"}, by=alice, promised=told)
            outcomes.append("published")
        except services.StalePublication:
            outcomes.append("stale")
        finally:
            connection.close()

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "stale", "stale", "stale"]
    assert ModuleVersion.objects.count() == 1
