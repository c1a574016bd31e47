"""Modules in folders at any depth: which folders are modules, and which are helpers of one."""

import pytest

from modules.reading.archive import archive_limits, read_tarball
from modules.reading.discovery import find_folders, helpers_of, is_aside, is_usual, titles_of, without_helpers
from modules.reading.validation import Repository
from modules.tests.repositories import parse
from modules.tests.tarballs import tarball

ALB = 'variable "name" {}\noutput "name" { value = var.name }\n'


def calls(*sources):
    return "".join(f'module "m{number}" {{\n  source = "{source}"\n}}\n' for number, source in enumerate(sources))


def read(files, *, known=None, **more):
    snapshot = read_tarball(tarball(files, **more), limits=archive_limits())
    repository = Repository(snapshot, "alice/x", parse, known=known, any_depth=True)
    list(repository.read())
    return {folder: repository.module(folder) for folder in repository.folders}


def test_folders_with_terraform_files_are_modules_at_any_depth():
    paths = ["cloud/aws/alb/main.tf", "cloud/aws/README.md", "main.tf", "a/b/c/d/e/main.tf.json", "x/y/main.tofu"]
    paths += [".github/x/main.tf", "a/.terraform/modules/x/main.tf", "examples/complete/main.tf"]
    expected = ["", "a/b/c/d/e", "cloud/aws/alb", "examples/complete", "x/y"]
    assert find_folders(paths, any_depth=True) == expected
    assert find_folders(paths) == [""]


def test_a_folder_below_a_module_that_it_calls_stays_its_helper():
    found = read({"cloud/aws/alb/main.tf": calls("./listener"), "cloud/aws/alb/listener/main.tf": ""})
    assert list(found) == ["cloud/aws/alb"]
    assert found["cloud/aws/alb"].helpers == ["cloud/aws/alb/listener"]


def test_a_helper_of_a_helper_is_one_too():
    files = {"a/b/main.tf": calls("./c"), "a/b/c/main.tf": calls("../d/e"), "a/b/d/e/main.tf": ""}
    assert list(read(files)) == ["a/b"]


def test_a_folder_below_a_module_that_nobody_calls_is_a_module():
    assert list(read({"a/b/main.tf": "", "a/b/extra/main.tf": ""})) == ["a/b", "a/b/extra"]


def test_a_folder_beside_a_module_is_a_module_although_it_is_called():
    found = read({"aws/alb/main.tf": calls("../label"), "aws/label/main.tf": ""})
    assert list(found) == ["aws/alb", "aws/label"]
    assert sorted(found["aws/alb"].files) == ["aws/alb/main.tf", "aws/label/main.tf"]


def test_an_example_that_calls_the_module_above_it_makes_nobody_a_helper():
    found = read({"main.tf": "", "examples/complete/main.tf": calls("../..")})
    assert list(found) == ["", "examples/complete"]


def test_what_the_usual_rule_finds_is_found_at_any_depth_too():
    files = {"main.tf": calls("./modules/db", "./vpc"), "modules/db/main.tf": "", "vpc/main.tf": ""}
    assert list(read(files)) == ["", "modules/db", "vpc"]


def test_a_module_that_stops_calling_its_helper_makes_it_a_module():
    files = {"a/b/main.tf": "", "a/b/c/main.tf": "", "d/e/main.tf": ""}
    assert list(read(files, known={"d/e": []})) == ["a/b", "a/b/c"]


def test_a_helper_of_an_unchanged_module_stays_one():
    files = {"a/b/main.tf": calls("./c"), "a/b/c/main.tf": "", "d/e/main.tf": ""}
    assert list(read(files, known={"a/b": ["a/b/c"]})) == ["d/e"]


def test_a_linked_folder_is_read_where_it_appears():
    found = read({"shared/tags/main.tf": ALB}, links={"aws/eu/tags": "../../shared/tags"})
    assert list(found) == ["aws/eu/tags", "shared/tags"]


@pytest.mark.parametrize(
    ("folder", "usual", "aside"),
    [
        ("", True, False),
        ("vpc", True, False),
        ("modules/vpc", True, False),
        ("cloud/aws/alb", False, False),
        ("modules/vpc/deeper", False, False),
        ("examples/complete", False, True),
        ("modules/vpc/wrappers", False, True),
        ("a/Test-Fixtures/b", False, True),
        ("wrappers", True, True),
        ("latest/contest", False, False),
    ],
)
def test_usual_folders_and_those_aside(folder, usual, aside):
    assert (is_usual(folder), is_aside(folder)) == (usual, aside)


def test_two_modules_of_one_name_are_told_apart_by_their_parents():
    folders = ["cloud/aws/alb", "cloud/gcp/alb", "cloud/gcp/dns", "vpc", "modules/aws/vpc"]
    assert list(titles_of(folders, "alice/x").values()) == ["Aws Alb", "Gcp Alb", "Dns", "Vpc", "Aws Vpc"]


def test_as_many_parents_as_it_takes():
    folders = [f"{cloud}/{system}/kubernetes" for cloud in ("aws", "azure") for system in ("coreos", "flatcar")]
    assert list(titles_of(folders, "alice/x").values()) == [
        "Aws Coreos Kubernetes",
        "Aws Flatcar Kubernetes",
        "Azure Coreos Kubernetes",
        "Azure Flatcar Kubernetes",
    ]


def test_usual_folders_keep_their_titles_whatever_is_deeper():
    assert titles_of(["vpc", "modules/vpc"], "alice/x") == {"vpc": "Vpc", "modules/vpc": "Vpc"}
    assert titles_of(["modules/vpc", "a/vpc", "modules/a/vpc"], "alice/x") == {
        "modules/vpc": "Vpc",
        "a/vpc": "A Vpc",
        "modules/a/vpc": "A Vpc",
    }


def test_helpers_are_below_and_not_usual():
    assert helpers_of("a", ["a", "a/b", "ab", "c/d"]) == ["a/b"]
    assert helpers_of("", ["", "modules/db", "cloud/alb"]) == ["cloud/alb"]
    assert without_helpers(["a", "a/b", "c"], {"a": ["a/b"]}) == ["a", "c"]
