"""Files that a module cannot use as they are, each named in a finding."""

import pytest

from modules.reading.special_files import is_pointer, submodules
from modules.tests.repositories import read

POINTER = (
    "version https://git-lfs.github.com/spec/v1\n"
    "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\n"
    "size 12345\n"
)
GITMODULES = '[submodule "shared/network"]\n\tpath = shared/network\n\turl = https://github.com/alice/network.git\n'
CALL = 'module "net" {\n  source = "../shared/network"\n}\n'


def findings(found, *codes):
    return [(row["level"], row["file"], row["line"], row["message"]) for row in found.findings if row["code"] in codes]


class TestGitLFS:
    def test_a_picture_kept_by_lfs_is_named_and_the_module_stays_valid(self):
        found = read({"vpc/main.tf": "", "vpc/picture.png": POINTER})["vpc"]
        assert found.is_valid
        assert findings(found, "lfs") == [
            (
                "advice",
                "vpc/picture.png",
                None,
                "Git LFS keeps this file, so the module gets only a pointer to it. Commit the file itself.",
            )
        ]

    def test_a_tf_file_that_is_a_pointer_is_invalid_for_that_reason_alone(self):
        found = read({"vpc/main.tf": POINTER, "vpc/variables.tf": 'variable "a" {}\n'})["vpc"]
        assert [row for row in found.findings if row["level"] == "error"] == [
            {
                "level": "error",
                "code": "lfs",
                "message": (
                    "Git LFS keeps this file, so GitHub's archive has only a pointer to it. Commit the file itself."
                ),
                "file": "vpc/main.tf",
                "line": 1,
            }
        ]
        assert [row["name"] for row in found.schema["variables"]] == ["a"]

    def test_a_pointer_in_a_called_folder_makes_the_caller_invalid(self):
        files = {"vpc/main.tf": 'module "x" { source = "./inner" }\n', "vpc/inner/main.tf": POINTER}
        assert not read(files)["vpc"].is_valid

    def test_a_pointer_in_a_folder_that_is_not_called_is_a_suggestion(self):
        found = read({"vpc/main.tf": "", "vpc/examples/main.tf": POINTER})["vpc"]
        assert [row[0] for row in findings(found, "lfs")] == ["advice"]

    def test_a_readme_that_is_a_pointer_is_not_shown(self):
        assert read({"vpc/main.tf": "", "vpc/README.md": POINTER})["vpc"].readme == ""

    def test_a_text_about_pointers_is_none(self):
        assert is_pointer(POINTER.encode())
        assert not is_pointer(b"# Pointers begin with " + POINTER.encode())
        assert not is_pointer(POINTER.encode() + b"x" * 2000)


class TestSubmodules:
    def test_a_source_in_a_submodule_is_called_one(self):
        found = read({"vpc/main.tf": CALL, ".gitmodules": GITMODULES})["vpc"]
        assert findings(found, "source") == [
            (
                "error",
                "vpc/main.tf",
                2,
                "The source ../shared/network is in the Git submodule shared/network, which GitHub's archive leaves "
                "empty. Copy its files into this repository, or use its own Git address as the source.",
            )
        ]

    def test_a_folder_of_a_submodule_is_in_it(self):
        files = {"vpc/main.tf": CALL.replace("network", "network/subnets"), ".gitmodules": GITMODULES}
        ((*_, message),) = findings(read(files)["vpc"], "source")
        assert "is in the Git submodule shared/network" in message

    def test_a_missing_folder_beside_a_submodule_is_still_no_folder(self):
        files = {"vpc/main.tf": CALL.replace("network", "networks"), ".gitmodules": GITMODULES}
        ((*_, message),) = findings(read(files)["vpc"], "source")
        assert message == "The source ../shared/networks is not a folder of this repository. Check the path."

    def test_a_submodule_inside_a_module_is_named(self):
        found = read({"vpc/main.tf": "", ".gitmodules": GITMODULES.replace("shared/network", "vpc/scripts")})["vpc"]
        assert found.is_valid
        assert findings(found, "submodule") == [
            ("advice", "vpc/scripts", None, "This is a Git submodule. The module does not get its files.")
        ]

    def test_a_folder_that_was_a_submodule_once_is_read(self):
        files = {"vpc/main.tf": CALL, "shared/network/main.tf": "", ".gitmodules": GITMODULES}
        assert read(files)["vpc"].is_valid

    def test_the_paths_of_a_gitmodules_file_are_read_line_by_line(self):
        text = '[submodule "a"]\n\tpath = libs/a\n  path="libs/b b"\n\turl = ../path\n# path\npath =\n'
        assert submodules(text) == ["libs/a", "libs/b b"]
        assert submodules("path" + " " * 200_000 + "x\n" * 10) == []

    def test_of_thousands_the_first_are_known(self):
        names = [f"libs/{number}" for number in range(60_000)]
        assert submodules("".join(f"path = {name}\n" for name in ["x" * 5_000, *names])) == names[:1_000]


class TestOpenTofu:
    def test_a_folder_of_tofu_files_alone_is_found_and_needs_opentofu(self):
        found = read({"vpc/main.tofu": 'variable "a" {}\n', "vpc/variables.tofu.json": "{}"})["vpc"]
        assert findings(found, "opentofu") == [
            (
                "error",
                "vpc/main.tofu",
                1,
                "This needs OpenTofu: the folder has .tofu files and no .tf file. The portal runs Terraform.",
            )
        ]

    def test_a_tofu_file_beside_tf_files_is_ignored_with_a_word(self):
        found = read({"vpc/main.tf": 'variable "a" {}\n', "vpc/versions.tofu": "x = = 1\n"})["vpc"]
        assert found.is_valid
        assert findings(found, "opentofu") == [
            ("advice", "vpc/versions.tofu", None, "Terraform ignores this file. Only OpenTofu reads it.")
        ]

    def test_a_called_folder_of_tofu_files_alone_makes_its_caller_invalid(self):
        files = {"vpc/main.tf": 'module "x" { source = "./inner" }\n', "vpc/inner/main.tofu": ""}
        assert [row[:2] for row in findings(read(files)["vpc"], "opentofu")] == [("error", "vpc/inner/main.tofu")]


class TestOddNames:
    @pytest.mark.parametrize(
        ("names", "reason"),
        [
            (["icons/Icon\r"], "the path contains characters that cannot be shown."),
            (["docs/a\\b.md"], "the path contains a backslash."),
            (["docs/A.md", "docs/a.md"], "another path differs from this one only by case or Unicode form."),
        ],
    )
    def test_a_file_that_is_no_terraform_is_left_out_alone(self, names, reason):
        found = read({"vpc/main.tf": "", "vpc/text.txt": "", **{f"vpc/{name}": "" for name in names}})["vpc"]
        assert found.is_valid
        assert sorted(found.files) == ["vpc/main.tf", "vpc/text.txt"]
        shown = sorted(f"vpc/{name}".replace("\r", "\ufffd") for name in names)
        assert findings(found, "left-out") == [
            ("advice", path, None, f"Left out of the archive: {reason}") for path in shown
        ]

    @pytest.mark.parametrize("names", [["Main.tf", "main.tf"], ["x.tf.json", "X.tf.json"], ["a\u202e.tf"]])
    def test_a_terraform_file_with_such_a_name_makes_the_module_invalid(self, names):
        found = read({"vpc/other.tf": "", **{f"vpc/{name}": "" for name in names}})["vpc"]
        assert [row[0] for row in findings(found, "path")] == ["error"] * len(names)

    def test_a_twin_elsewhere_says_nothing_of_this_module(self):
        found = read({"vpc/main.tf": "", "vpc/README.md": "x", "docs/A": "", "docs/a": ""})["vpc"]
        assert findings(found, "left-out", "path") == []
