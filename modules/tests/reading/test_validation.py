import pytest

from modules.reading import found, validation
from modules.tests.repositories import read


def errors(found):
    return [(row["code"], row["file"], row["line"]) for row in found.findings if row["level"] == "error"]


def test_module_has_all_its_files_and_its_readme():
    found = read(
        {"vpc/main.tf": 'variable "a" {}\n', "vpc/templates/x.tpl": "x", "vpc/readme.MD": "# VPC", "b.txt": ""}
    )
    vpc = found["vpc"]
    assert (vpc.is_valid, vpc.title, vpc.readme) == (True, "Vpc", "# VPC")
    assert list(vpc.files) == ["vpc/main.tf", "vpc/readme.MD", "vpc/templates/x.tpl"]
    assert [(row["name"], row["file"], row["line"]) for row in vpc.schema["variables"]] == [("a", "main.tf", 1)]


def test_folder_that_our_own_code_fails_at_is_told_and_spoils_no_other(monkeypatch, caplog):
    module = validation.Repository._module

    def fail(repository, folder):
        if folder == "b":
            raise RecursionError("maximum recursion depth exceeded")
        return module(repository, folder)

    monkeypatch.setattr(validation.Repository, "_module", fail)
    found = read({f"{folder}/main.tf": "" for folder in "abc"})
    assert {path: each.is_valid for path, each in found.items()} == {"a": True, "b": False, "c": True}
    (finding,) = found["b"].findings
    assert (finding["code"], finding["file"], finding["message"]) == (
        "unexpected",
        "b",
        "The portal could not read this folder because of an error of its own (RecursionError). Other folders are not "
        "affected. Scan again. Tell an admin if that fails too.",
    )
    assert [(record.getMessage(), record.folder) for record in caplog.records] == [("folder not read", "b")]


def test_file_whose_calls_our_own_code_fails_at_spoils_its_folder_alone(monkeypatch):
    calls = validation.Repository._calls

    def fail(repository, path, root):
        if path == "b/main.tf":
            raise KeyError("source")
        return calls(repository, path, root)

    monkeypatch.setattr(validation.Repository, "_calls", fail)
    found = read({f"{folder}/main.tf": "" for folder in "abc"})
    assert {path: each.is_valid for path, each in found.items()} == {"a": True, "b": False, "c": True}


def test_siblings_are_followed_and_belong_to_the_archive():
    found = read(
        {
            "a/main.tf": 'module "b" { source = "../b" }\n',
            "b/main.tf": 'module "c" { source = "../shared/c" }\n',
            "shared/c/main.tf": 'variable "x" {}\n',
            "shared/d/main.tf": "",
        }
    )
    assert sorted(found["a"].files) == ["a/main.tf", "b/main.tf", "shared/c/main.tf"]
    assert sorted(found["b"].files) == ["b/main.tf", "shared/c/main.tf"]


def test_modules_that_call_each_other_end():
    found = read({"a/main.tf": 'module "b" { source = "../b" }\n', "b/main.tf": 'module "a" { source = "../a" }\n'})
    assert found["a"].is_valid
    assert found["a"].content_hash == found["b"].content_hash


def test_chain_of_hundreds_of_modules_is_refused_where_it_is_longer_than_the_limit():
    files = {f"m{number}/main.tf": f'module "n" {{ source = "../m{number + 1}" }}\n' for number in range(302)}
    found = read(files | {"m302/main.tf": ""})
    assert errors(found["m2"]) == []
    assert len(found["m2"].files) == 301
    assert errors(found["m1"]) == [("source", "m1/main.tf", 1)]
    assert list(found["m1"].files) == ["m1/main.tf"]


def test_error_in_a_sibling_makes_its_caller_invalid():
    found = read({"a/main.tf": 'module "b" { source = "../b/inner" }\n', "b/inner/main.tf": "x = = 1\n"})
    assert errors(found["a"]) == [("syntax", "b/inner/main.tf", 1)]


@pytest.mark.parametrize("source", ["../../vpn", "../missing"])
def test_source_that_is_not_in_the_repository_is_refused_with_its_line(source):
    found = read({"a/main.tf": f'# VPN\nmodule "v" {{\n  source = "{source}"\n}}\n', "b/main.tf": ""})
    assert errors(found["a"]) == [("source", "a/main.tf", 3)]
    assert found["b"].is_valid


def test_refused_path_makes_its_module_invalid_and_no_other():
    found = read({"a/main.tf": "", "b/main.tf": ""}, links={"a/keys.tf": "../../keys.tf"})
    assert errors(found["a"]) == [("path", "a/keys.tf", None)]
    assert found["b"].is_valid


def test_linked_files_are_read_where_they_appear():
    found = read({"common/tags.tf": 'variable "tags" {}\n', "a/main.tf": ""}, links={"a/tags.tf": "../common/tags.tf"})
    assert [row["name"] for row in found["a"].schema["variables"]] == ["tags"]


def test_what_nobody_misses_is_left_out_without_a_word():
    files = {
        "main.tf": "",
        "README.md": "# A",
        ".terraform-docs.yml": "",
        ".terraform-version": "",
        "examples/a/terraform.tfvars": "",
        "examples/a/.terraform.lock.hcl": "",
        "examples/a/terraform.tfstate": "",
    }
    found = read(files)[""]
    assert sorted(found.files) == ["README.md", "main.tf"]
    assert [(row["code"], row["file"]) for row in found.findings] == [("left-out", "examples/a/terraform.tfstate")]


def test_gate_leaves_out_with_advice_and_refuses_overrides():
    found = read(
        {
            "a/main.tf": "",
            "a/README.md": "# A",
            "a/terraform.tfvars": "x = 1",
            "a/.terraform/modules/x/main.tf": "",
            "a/.terraform/modules/y/main.tf": "",
            "b/main.tf": "",
            "b/x_override.tf": "",
        }
    )
    assert list(found["a"].files) == ["a/README.md", "a/main.tf"]
    assert [(row["level"], row["file"]) for row in found["a"].findings] == [
        ("advice", "a/.terraform"),
        ("advice", "a/terraform.tfvars"),
    ]
    assert errors(found["b"]) == [("override", "b/x_override.tf", 1)]


def test_content_hash_changes_with_what_belongs_to_the_module_alone():
    files = {"a/main.tf": 'module "b" { source = "../b" }\n', "b/main.tf": "", "c/main.tf": "", "README.md": ""}
    before = read(files)["a"].content_hash
    assert read(files | {"c/main.tf": "# other", "README.md": "other"})["a"].content_hash == before
    assert read(files | {"b/main.tf": "# other"})["a"].content_hash != before
    assert read(files | {"a/x.txt": ""})["a"].content_hash != before
    assert read(files, executables={"a/main.tf"})["a"].content_hash != before
    assert read(files | {"a/terraform.tfvars": "x = 1"})["a"].content_hash == before


def test_root_module_holds_the_whole_repository():
    found = read({"main.tf": "", "a/main.tf": "", "text.md": ""})
    assert sorted(found[""].files) == ["a/main.tf", "main.tf", "text.md"]
    assert found[""].title == "X"


def test_helper_folder_without_inputs_and_outputs_is_valid():
    assert read({"helper/main.tf": "locals { a = 1 }\n"})["helper"].is_valid


def test_repository_whose_folders_all_call_each_other_is_not_read_to_the_end(monkeypatch):
    monkeypatch.setattr(validation, "MOST_STEPS", 20)
    files = {f"modules/m{at}/main.tf": f'module "x" {{\n  source = "../m{at + 1}"\n}}\n' for at in range(9)}
    found = read(files | {"modules/m9/main.tf": 'variable "x" {}\n'})
    refused = [row for row in found["modules/m1"].findings if "too often" in row["message"]]
    assert [row["message"] for row in refused] == [
        "The folders of this repository call each other too often to read them all."
    ]
    assert all("too often" not in row["message"] for row in found["modules/m9"].findings)


RESOURCES = "".join(f'resource "terraform_data" "r{at}" {{}}\n' for at in range(100))
CALLS_LIB = 'module "lib" {\n  source = "../lib"\n}\n'


def messages(found):
    return {path: [row["message"] for row in each.findings if row["level"] == "error"] for path, each in found.items()}


def test_what_one_folder_declares_was_stored_with_every_module_that_calls_it(monkeypatch):
    monkeypatch.setattr(found, "ALL_BYTES", 40_000)
    modules = read({f"m{at}/main.tf": CALLS_LIB for at in range(9)} | {"lib/main.tf": RESOURCES})
    sentence = "The modules of this repository declare too much, each with the folders that it calls."
    assert messages(modules) == {"lib": []} | {f"m{at}": [] if at < 4 else [sentence] for at in range(9)}
    assert modules["m8"].parts == [""]  # so that it is read again after any change, as of the folder that it calls


def test_a_module_that_calls_folders_without_end_was_stored_with_all_that_they_declare(monkeypatch):
    monkeypatch.setattr(found, "MOST_BYTES", 1024**2)
    lib = {f"lib{at}/main.tf": RESOURCES * 20 for at in range(9)}
    calls = "".join(f'module "l{at}" {{\n  source = "../lib{at}"\n}}\n' for at in range(9))
    sentence = "This module and the folders that it calls declare more than 1 MB. Split it."
    assert messages(read(lib | {"m/main.tf": calls}))["m"] == [sentence]


def test_findings_and_paths_of_a_folder_count_as_what_it_declares(monkeypatch):
    monkeypatch.setattr(found, "MOST_BYTES", 20_000)
    lib = "".join(f'module "a{at}" {{\n  source = "../{"x" * 800}{at}"\n}}\n' for at in range(30))
    assert "declare more than" in messages(read({"m/main.tf": CALLS_LIB, "lib/main.tf": lib}))["m"][0]


def test_each_of_a_hundred_providers_is_found_where_it_is_required():
    lines = "".join(f'    p{at} = {{ source = "a/p{at}" }}\n' for at in range(100))
    found = read({"main.tf": f"terraform {{\n  required_providers {{\n{lines}  }}\n}}\n"})[""].findings
    places = {row["line"] for row in found if row["code"] == "provider-version"}
    assert len(places) > 90


@pytest.mark.parametrize(("number", "wanted"), [(1_000, []), (1_002, [("variables", "vpc/main.tf", 1_001)])])
def test_more_variables_than_a_form_can_ask_for_are_told_at_the_scan(number, wanted):
    text = "".join(f'variable "v{at}" {{ type = string }}\n' for at in range(number))
    found = read({"vpc/main.tf": text})["vpc"]
    assert errors(found) == wanted
    if wanted:
        (told,) = [row["message"] for row in found.findings if row["code"] == "variables"]
        assert told == "This module declares 1,002 variables. A form can ask for 1,000 at most."
