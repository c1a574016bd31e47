"""A module whose folder was renamed keeps its history and its address."""

import pytest

from modules.models import Module
from modules.publishing import candidates, folder_moves, services
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan

OTHER = 'variable "size" {\n  type = number\n}\n'
TRIVIAL = "locals { a = 1 }\n"


def rows(connection, *, apart=()):
    found = candidates.of_repository(connection, scan(connection), apart=apart)
    return [(row.path, row.renamed_from, row.status) for row in found]


@pytest.mark.django_db
class TestMoved:
    @pytest.fixture
    def connection(self, alice, github):
        connection = connect(github, alice, files={"greeting/main.tf": GREETING})
        publish(connection, "greeting")
        return connection

    def test_folder_renamed_from_the_root_to_modules_is_the_next_version_of_the_same_module(self, connection, github):
        before = Module.objects.get()
        github.commit(NAME, {"modules/Greeting/main.tf": GREETING}, remove=["greeting"])
        assert rows(connection) == [("modules/Greeting", "greeting", "renamed")]
        assert [module.ref for module in publish(connection, "modules/Greeting").updated] == [before.ref]
        after = Module.objects.get()
        assert (after.path, after.slug, after.ref) == ("modules/Greeting", "greeting", before.ref)
        versions = after.versions.values_list("semver", "path", "bump")
        assert list(versions) == [("1.0.1", "modules/Greeting", "patch"), ("1.0.0", "greeting", "first")]

    def test_renamed_folder_is_known_by_its_interface_and_takes_the_new_title(self, connection, github):
        github.commit(NAME, {"salute/main.tf": f"# renamed\n{GREETING}"}, remove=["greeting"])
        assert rows(connection) == [("salute", "greeting", "renamed")]
        publish(connection, "salute")
        module = Module.objects.get()
        assert (module.title, module.slug, module.current_version.semver) == ("Salute", "greeting", "1.0.1")

    def test_root_folder_that_becomes_a_folder_is_named_as_a_dot(self, alice, github):
        name = "alice-example/terraform-single"
        connection = connect(github, alice, name=name, files={"main.tf": GREETING})
        publish(connection, "")
        github.commit(name, {"modules/single/main.tf": GREETING}, remove=["main.tf"])
        assert rows(connection) == [("modules/single", ".", "renamed")]

    def test_moved_module_that_is_unticked_leaves_the_catalogue(self, connection, github):
        github.commit(NAME, {"salute/main.tf": GREETING}, remove=["greeting"])
        done = publish(connection)
        assert [module.path for module in done.removed] == ["greeting"]
        assert not Module.objects.published().exists()

    def test_old_path_ticks_the_moved_module_as_the_new_one_does(self, connection, github):
        github.commit(NAME, {"salute/main.tf": GREETING}, remove=["greeting"])
        assert [module.path for module in publish(connection, "greeting").updated] == ["salute"]

    def test_old_path_of_the_root_ticks_the_moved_module(self, alice, github):
        name = "alice-example/terraform-single"
        connection = connect(github, alice, name=name, files={"main.tf": GREETING})
        publish(connection, "")
        github.commit(name, {"modules/single/main.tf": GREETING}, remove=["main.tf"])
        assert [module.path for module in publish(connection, "").updated] == ["modules/single"]

    def test_old_path_is_no_folder_any_more_once_the_move_is_published(self, connection, github):
        github.commit(NAME, {"salute/main.tf": GREETING}, remove=["greeting"])
        publish(connection, "salute")
        with pytest.raises(services.NotPublishable) as refused:
            publish(connection, "salute", "greeting")
        assert refused.value.paths == ["greeting"]

    def test_apart_makes_two_modules(self, connection, github):
        github.commit(NAME, {"salute/main.tf": GREETING}, remove=["greeting"])
        assert rows(connection, apart={"salute"}) == [("greeting", "", "invalid"), ("salute", "", "new")]
        services.publish(
            connection,
            scan=candidates.newest_scan(connection),
            paths={"salute"},
            by=connection.owner,
            apart={"salute"},
        )
        old, new = Module.objects.order_by("pk")
        assert (old.path, old.removed_at is None, new.path, new.current_version.semver) == (
            "greeting",
            False,
            "salute",
            "1.0.0",
        )

    def test_two_candidates_are_joined_with_none(self, connection, github):
        github.commit(NAME, {"one/main.tf": GREETING, "two/main.tf": GREETING}, remove=["greeting"])
        assert rows(connection) == [("greeting", "", "invalid"), ("one", "", "new"), ("two", "", "new")]

    def test_another_name_and_interface_is_another_module(self, connection, github):
        github.commit(NAME, {"size/main.tf": OTHER}, remove=["greeting"])
        assert rows(connection) == [("greeting", "", "invalid"), ("size", "", "new")]

    def test_invalid_folder_takes_nothing_over(self, connection, github):
        github.commit(NAME, {"modules/greeting/main.tf": "x = = 1\n"}, remove=["greeting"])
        assert rows(connection) == [("greeting", "", "invalid"), ("modules/greeting", "", "invalid")]

    def test_module_that_was_removed_before_its_folder_vanished_is_left_alone(self, connection, github):
        publish(connection)
        github.commit(NAME, {"modules/greeting/main.tf": GREETING}, remove=["greeting"])
        assert rows(connection) == [("modules/greeting", "", "new")]

    def test_folder_that_stays_is_not_taken_over_by_its_copy(self, connection, github):
        github.commit(NAME, {"modules/greeting/main.tf": GREETING})
        assert rows(connection) == [("greeting", "", "unchanged"), ("modules/greeting", "", "new")]

    def test_removed_module_of_the_new_path_keeps_its_own_history(self, connection, github):
        github.commit(NAME, {"modules/greeting/main.tf": GREETING})
        publish(connection, "greeting", "modules/greeting")
        publish(connection, "greeting")
        github.commit(NAME, {"README.md": "x"}, remove=["greeting"])
        assert rows(connection) == [("greeting", "", "invalid"), ("modules/greeting", "", "removed")]


class TestPairs:
    def test_names_pair_whatever_their_case_and_place(self):
        assert folder_moves.by_name(["Web_App", "db"], ["modules/web_app", "modules/cache"]) == {
            "Web_App": "modules/web_app"
        }

    def test_a_name_that_stands_twice_on_either_side_pairs_nothing(self):
        assert folder_moves.by_name(["x"], ["a/x", "modules/X"]) == {}
        assert folder_moves.by_name(["a/x", "b/x"], ["modules/x"]) == {}

    def test_the_root_has_no_name(self):
        assert folder_moves.by_name([""], ["x"]) == folder_moves.by_name(["x"], [""]) == {}

    def test_names_on_both_sides_are_decided_by_name_alone(self):
        assert folder_moves.same_names(["x", "y"], ["a/x", "b/x", "z"]) == {"x", "a/x", "b/x"}

    @pytest.mark.parametrize(
        "other",
        [
            {"variables": [{"name": "size", "type": "string"}]},
            {"outputs": [{"name": "id"}]},
            {"resources": [{"address": "random_id.b"}]},
        ],
    )
    def test_interface_is_inputs_with_types_outputs_and_resources(self, other):
        schema = {
            "variables": [{"name": "size", "type": "number"}],
            "outputs": [],
            "resources": [{"address": "random_id.a"}],
        }
        assert folder_moves.by_interface({"x": schema}, {"y": dict(schema)}) == {"x": "y"}
        assert folder_moves.by_interface({"x": schema}, {"y": schema | other}) == {}

    def test_injected_input_and_outputs_alone_say_nothing(self):
        schema = {"variables": [{"name": "deployment_id", "type": "string", "injected": True}], "resources": []}
        schema["outputs"] = [{"name": "id"}]
        assert folder_moves.by_interface({"x": schema}, {"y": schema}) == {}
