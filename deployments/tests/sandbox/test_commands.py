import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from deployments.sandbox import bubblewrap, commands
from deployments.sandbox.commands import ModuleRefused, UnsafeFile


def test_command_lines_are_what_terraform_documents():
    assert commands.init() == ["init", "-input=false", "-no-color", "-json"]
    assert commands.plan() == [
        *("plan", "-input=false", "-no-color", "-json"),
        *("-var-file=/inputs.tfvars.json", "-out=/state/plan"),
    ]
    assert commands.plan(destroy=True)[-1] == "-destroy"
    assert commands.apply() == [
        *("apply", "-input=false", "-no-color", "-json"),
        *("-var-file=/inputs.tfvars.json", "/state/plan"),
    ]
    assert commands.show_plan() == ["show", "-no-color", "-json", "/state/plan"]
    assert commands.output() == ["output", "-no-color", "-json"]


def test_terraform_tells_its_version(settings):
    assert re.fullmatch(r"1\.15\.\d+", bubblewrap.terraform_version())
    settings.TERRAFORM_COMMAND = ["/usr/bin/false"]
    assert bubblewrap.terraform_version() == ""


def test_our_override_is_read_after_every_other(tmp_path):
    (tmp_path / "main.tf").write_text('terraform {\n  cloud {\n    organization = "theirs"\n  }\n}\n')
    for name in ("override.tf", "zz_override.tf", "~_override.tf"):
        (tmp_path / name).write_text('terraform {\n  backend "http" {\n    address = "http://127.0.0.1:9/"\n  }\n}\n')
    commands.write_override(tmp_path)

    command = [*settings.TERRAFORM_COMMAND, "init", "-input=false", "-json"]
    subprocess.run(command, cwd=tmp_path, env={"CHECKPOINT_DISABLE": "1", "HOME": str(tmp_path)}, check=True)

    commands.check_backend(tmp_path)
    backend = json.loads((tmp_path / ".terraform" / "terraform.tfstate").read_text())["backend"]
    assert (backend["type"], backend["config"]["path"]) == ("local", "/state/terraform.tfstate")


def test_an_override_of_the_module_is_refused(tmp_path):
    (tmp_path / "main_override.tf.json").write_text("{}")
    with pytest.raises(ModuleRefused, match="main_override.tf.json would override the module"):
        commands.adopt(tmp_path)


def test_what_steers_terraform_is_dropped_and_the_rest_stays(tmp_path):
    for name in ("main.tf", "terraform.tfvars", "z.auto.tfvars", "z.auto.tfvars.json", "old.tfstate", "notes.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "environment").write_text("theirs")

    commands.adopt(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["main.tf", "notes.txt", "~~portal_override.tf"]


def test_tests_of_a_module_cannot_stop_its_init(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "main.tf").write_text("")
    (tmp_path / "tests" / "unit.tftest.hcl").write_text(
        'run "a" {\n  module {\n    source = "acme/setup/aws"\n  }\n}\n'
    )
    (tmp_path / "old.tftest.hcl").write_text("run {\n")
    (tmp_path / "tests" / "data.json").write_text("{}")

    commands.adopt(tmp_path)
    subprocess.run([*settings.TERRAFORM_COMMAND, "init", "-input=false"], cwd=tmp_path, check=True)

    assert [path.name for path in (tmp_path / "tests").iterdir()] == ["data.json"]


@pytest.mark.parametrize(
    "data",
    [
        '{"backend": {"type": "http", "config": {"address": "http://x"}}}',
        '{"backend": {"type": "local", "config": {"path": "elsewhere.tfstate"}}}',
        "{}",
        "no JSON",
    ],
)
def test_another_backend_is_refused(tmp_path, data):
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "terraform.tfstate").write_text(data)
    with pytest.raises(ModuleRefused, match="stores its state outside the portal"):
        commands.check_backend(tmp_path)


def test_a_selected_workspace_is_refused(tmp_path):
    (tmp_path / ".terraform").mkdir()
    (tmp_path / ".terraform" / "environment").write_text("theirs")
    with pytest.raises(ModuleRefused, match="working files"):
        commands.check_backend(tmp_path)


def test_providers_other_than_the_built_in_need_a_mirror():
    google = "registry.terraform.io/hashicorp/google"
    with pytest.raises(ModuleRefused, match=google):
        commands.check_providers({google, commands.BUILT_IN}, has_mirror=False)
    commands.check_providers({google}, has_mirror=True)
    commands.check_providers({commands.BUILT_IN}, has_mirror=False)


def test_a_file_of_the_run_is_never_read_through_a_link(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(UnsafeFile, match=f"{name} is not a plain file"):
            commands.read_untrusted(tmp_path / name, limit=100)
    with pytest.raises(UnsafeFile, match="larger than 5 bytes"):
        commands.read_untrusted(tmp_path / "secret", limit=5)
    assert commands.read_untrusted(tmp_path / "secret", limit=6) == b"secret"


def test_the_modules_folder_must_be_in_its_archive(tmp_path):
    (tmp_path / "modules" / "web").mkdir(parents=True)
    assert commands.module_folder(tmp_path, "modules/web") == tmp_path / "modules" / "web"
    assert commands.module_folder(tmp_path, "") == Path(tmp_path)
    for path in ("../elsewhere", "/etc", "modules/none"):
        with pytest.raises(ModuleRefused, match="folder is missing in the archive"):
            commands.module_folder(tmp_path, path)
