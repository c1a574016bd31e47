"""A real `terraform init` against a real portal over TLS, with nothing but this machine's loopback between them."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from django.conf import settings

from accounts import api_tokens
from accounts import services as accounts
from deployments.tests.factories import make_version
from embedded import processes
from foundation.models import AuditEvent
from modules.models import Module
from modules.tests.published_versions import EMPTY, add_version, version_of
from modules.versions import lifecycle

HOST = "127.0.0.1"  # Terraform takes no registry at a name without a dot, such as localhost
FOLDER = "modules/größe nach maß"
MAIN = """
variable "name" {
  type = string
}
module "words" {
  source = "../../shared/words"
}
resource "terraform_data" "greeting" {
  input = "${module.words.hello}, ${var.name}!"
}
output "text" {
  value = terraform_data.greeting.output
}
"""
FILES = {f"{FOLDER}/main.tf": MAIN, "shared/words/main.tf": 'output "hello" {\n  value = "Hello"\n}\n'}
CONFIGURATION = """
module "db" {
  source  = "%s/alice/greeting/terraform"
  version = "~> 1.0"
  name    = "Carol"
}
output "text" {
  value = module.db.text
}
"""


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def host(authority, start_child, tmp_path):
    """Host and port of a portal that serves HTTPS, as in production."""
    certificate = tmp_path / "portal.pem"
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    port = processes.free_port()
    child = start_child(
        *("uvicorn", "partnerportal.asgi:application", "--port", str(port), "--lifespan", "off", "--no-proxy-headers"),
        *("--ssl-certfile", str(certificate)),
        env={"INSECURE_HTTP": ""},
    )
    child.wait_for("Uvicorn running on https://")
    return f"{HOST}:{port}"


@dataclass
class Terminal:
    """A folder with a configuration that uses alice's module, and what Terraform is given there."""

    folder: Path
    environment: dict[str, str]

    def terraform(self, *arguments: str) -> subprocess.CompletedProcess:
        command = [*settings.TERRAFORM_COMMAND, *arguments, "-no-color"]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=120
        )

    def init(self) -> subprocess.CompletedProcess:
        return self.terraform("init", "-input=false")

    @property
    def installed(self) -> dict[str, str]:
        """The version of each module that was downloaded, by its name in the configuration."""
        manifest = json.loads((self.folder / ".terraform" / "modules" / "modules.json").read_text())
        return {row["Key"]: row["Version"] for row in manifest["Modules"] if row.get("Version")}


@pytest.fixture
def terminal(host, authority, tmp_path):
    """Gives a person's terminal: their token in the environment, or with `in_file` in the CLI's configuration."""
    trusted = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(trusted))

    def open_terminal(text: str, *, in_file: bool = False) -> Terminal:
        folder = tmp_path / f"terminal-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "main.tf").write_text(CONFIGURATION % host)
        settings_file = folder / "terraform.rc"
        credentials = f'credentials "{host}" {{ token = "{text}" }}\n' if in_file else ""
        settings_file.write_text(f"disable_checkpoint = true\n{credentials}")
        token = {} if in_file or not text else {f"TF_TOKEN_{host}": text}
        common = {"HOME": str(folder), "PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": str(settings_file)}
        return Terminal(folder, common | {"SSL_CERT_FILE": str(trusted)} | token)

    return open_terminal


@pytest.fixture
def module(live_db, alice):
    """Alice's module, exclusive to her, in the versions 1.0.0, 1.1.0 and 1.2.0; with 2.0.0 out of reach of ~> 1.0."""
    version = make_version(FILES, owner=alice, path=FOLDER, schema=EMPTY)
    module = version.module
    for number, semver in ((2, "1.1.0"), (3, "1.2.0"), (4, "2.0.0")):
        module.current_version = add_version(module, number=number, semver=semver, path=FOLDER)
    module.slug = "greeting"
    module.save()
    return module


def key_of(person):
    return api_tokens.create(person, name="terminal", by=person)


def test_a_configuration_uses_a_module_from_its_address_to_the_last_output(module, alice, terminal):
    _, text = key_of(alice)
    alices = terminal(text)

    init = alices.init()
    assert init.returncode == 0, init.stderr
    assert alices.installed == {"db": "1.2.0"}

    applied = alices.terraform("apply", "-input=false", "-auto-approve")
    assert applied.returncode == 0, applied.stderr
    assert "Plan: 1 to add" in applied.stdout
    assert alices.terraform("output").stdout.strip() == 'text = "Hello, Carol!"'
    downloads = AuditEvent.objects.filter(verb="version.downloaded")
    assert [(event.by, event.detail["semver"]) for event in downloads] == [(alice.email, "1.2.0")]


def test_a_revoked_version_is_not_offered(module, alice, terminal):
    lifecycle.revoke(version_of(module, "1.2.0"), reason="It lost data.", by=alice)
    _, text = key_of(alice)
    alices = terminal(text, in_file=True)
    assert alices.init().returncode == 0
    assert alices.installed == {"db": "1.1.0"}

    for semver in ("1.0.0", "1.1.0"):
        lifecycle.revoke(version_of(module, semver), reason="It lost data.", by=alice)
    assert "no available version of module" in " ".join(terminal(text).init().stderr.split())


def test_who_may_not_see_it_finds_nothing_until_private_mode_opens_it(module, carol, admin, terminal):
    _, text = key_of(carol)
    refused = terminal(text).init()
    assert refused.returncode == 1
    assert "Module not found" in refused.stderr

    accounts.set_private_mode(True, by=admin)
    carols = terminal(text)
    assert carols.init().returncode == 0
    assert carols.installed == {"db": "1.2.0"}

    accounts.set_private_mode(False, by=admin)
    assert "Module not found" in terminal(text).init().stderr


def test_a_token_that_is_missing_or_revoked_opens_nothing(module, alice, terminal):
    token, text = key_of(alice)
    assert "401 Unauthorized" in terminal("").init().stderr

    Module.objects.update(audience="everyone")
    api_tokens.revoke(token, by=alice)
    assert "401 Unauthorized" in terminal(text).init().stderr
