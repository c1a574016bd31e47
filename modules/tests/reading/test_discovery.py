import pytest

from modules.reading.discovery import (
    SourceLeaves,
    called_folder,
    find_folders,
    outermost,
    targets_of,
    titles_of,
    with_targets,
)
from modules.reading.left_out import is_override, left_out


def test_modules_are_the_root_top_folders_and_those_of_the_shelf():
    paths = [
        "main.tf",
        "README.md",
        "vpc/main.tf",
        "json_only/main.tf.json",
        "modules/db/main.tf",
        "modules/db/deeper/main.tf",
        "docs/readme.md",
        "examples/a/main.tf",
        "examples/main.tf",
        "test/main.tf",
        "modules/tests/main.tf",
        ".github/main.tf",
        "vpc/tests/main.tf",
        "editor/.main.tf",
        "backup/main.tf~",
    ]
    assert find_folders(paths) == ["", "json_only", "modules/db", "vpc"]


@pytest.mark.parametrize(
    ("folder", "repository", "title"),
    [
        ("Cloudrun_Open_EMR", "alice/x", "Cloudrun Open EMR"),
        ("modules/web-hosting", "alice/x", "Web Hosting"),
        ("AKS_GKE", "alice/x", "AKS GKE"),
        ("", "alice/terraform-aws-vpc", "Vpc"),
        ("", "alice/terraform-greeting", "Greeting"),
        ("", "alice/cloud-modules", "Cloud Modules"),
        ("__", "alice/x", "__"),
    ],
)
def test_title_is_the_folder_in_start_case(folder, repository, title):
    assert titles_of([folder], repository) == {folder: title}


@pytest.mark.parametrize("folder", ["_" * 230, "a" * 230, "a_" * 115])
def test_title_of_a_long_folder_is_one_that_can_be_stored(folder):
    assert len(titles_of([folder], "acme/modules")[folder]) == 200


@pytest.mark.parametrize(
    ("folder", "source", "target"),
    [
        ("modules/a", "../b", "modules/b"),
        ("modules/a", "./inner/", "modules/a/inner"),
        ("a", "..", ""),
        ("a", "hashicorp/consul/aws", None),
        ("a", "git::https://example.com/x.git", None),
        ("a", "", None),
    ],
)
def test_local_source_names_a_folder(folder, source, target):
    assert called_folder(folder, source) == target


@pytest.mark.parametrize("source", ["../../x", "../..", "./../../../etc"])
def test_source_beyond_the_root_is_refused(source):
    with pytest.raises(SourceLeaves):
        called_folder("a", source)


def test_outermost_folders_leave_out_what_lies_inside_others():
    assert outermost(["a/b", "a", "ab", "c/d"]) == ["a", "ab", "c/d"]
    assert outermost(["a", ""]) == [""]


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("a/terraform.tfvars", "a/terraform.tfvars"),
        ("a/terraform.tfvars.json", "a/terraform.tfvars.json"),
        ("a/prod.auto.tfvars", "a/prod.auto.tfvars"),
        ("a/terraform.tfstate.backup", "a/terraform.tfstate.backup"),
        ("a/.terraform/providers/x", "a/.terraform"),
        ("a/.terraform.lock.hcl", "a/.terraform.lock.hcl"),
        ("a/terraform.d/plugins/x", "a/terraform.d"),
        ("a/.terraformrc", "a/.terraformrc"),
        ("a/Terraform.D/plugins/x", "a/Terraform.D"),
        ("a/.git/config", "a/.git"),
        ("a/main.tf", ""),
        ("a/prod.tfvars", ""),
        ("a/.gitignore", ""),
    ],
)
def test_gate_leaves_out_what_terraform_would_load_unasked(path, part):
    assert left_out(path) == part


def test_override_files_are_known_by_name():
    names = ["override.tf", "a_override.tf", "override.tf.json", "x_override.tf.json", "overrides.tf", "override.md"]
    assert [is_override(name) for name in names] == [True, True, True, True, False, False]


class Counted(dict):
    """Counts how often a key is looked up."""

    looked_up = 0

    def __getitem__(self, key):
        self.looked_up += 1
        return super().__getitem__(key)


def test_thousands_of_links_were_gone_through_for_each_of_them():
    links = {f"lib/l{number}": f"../d{number + 1}/x" for number in range(5_000)}
    targets = Counted(targets_of(links))
    assert len(with_targets(["lib", "m"], targets)) == 5_002
    assert targets.looked_up <= 3 * 5_000


@pytest.mark.parametrize(
    ("links", "parts", "all_parts"),
    [
        ({"a/x": "../b", "b/y": "../c/z"}, ["a"], ["a", "b", "c/z"]),
        ({"a": "b"}, ["a/lib"], ["a", "b"]),
        ({"a/x": "../../outside", "a/y": "/etc/passwd"}, ["a"], ["a"]),
        ({"a/x": ".."}, ["a"], [""]),
        ({"other/x": "../b"}, ["a"], ["a"]),
        ({"a/x": "../b", "b/x": "../a"}, ["a"], ["a", "b"]),
    ],
)
def test_a_module_is_made_of_what_its_links_lead_to(links, parts, all_parts):
    assert with_targets(parts, targets_of(links)) == all_parts
