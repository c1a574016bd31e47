"""The demo world's modules deploy for real, with no network; the broken ones are broken."""

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from demo.local_github.seed import SOURCES

ROOT = Path(__file__).resolve().parents[2]
LAUNCHER = [sys.executable, str(ROOT / "embedded" / "terraform.py")]
TERRAFORM = [os.environ["TERRAFORM_BIN"]] if os.environ.get("TERRAFORM_BIN") else LAUNCHER
PLATFORM = "platform-example/platform-modules/modules"
ALICE = "alice-example/cloud-modules"
BOB = "bob-example/telemetry-modules"

# Each module that deploys: required inputs, number of resources, and an output to recognise it.
DEPLOYABLE = [
    (f"{PLATFORM}/static_site", {"site_name": "docs"}, 3, ("address", "https://docs.sites.example.com/")),
    (f"{PLATFORM}/Container_Service", {"project_name": "shop", "deployment_id": "a1"}, 2, ("deployment_id", "a1")),
    (f"{PLATFORM}/Postgres_Database", {"name": "orders"}, 4, ("endpoint", "orders.a.db.example.com:5432")),
    (f"{PLATFORM}/Warehouse_Starter", {"fail_at": 0}, 6, ("dashboard", "sales-dashboard")),
    (f"{PLATFORM}/Secret_Store", {"admin_password": "sixteen-letters!"}, 1, ("key_count", 0)),
    (f"{ALICE}/secure_web_app", {"app_name": "shop"}, 3, ("app_name", "shop")),
    (f"{ALICE}/message_bus", {}, 5, ("ports", [5672, 15672])),
    (f"{ALICE}/clinic_records", {}, 4, ("version_range", ["records", 4, True])),
    (f"{ALICE}/object_archive", {}, 1, ("archive", "archive-papers")),
    (f"{ALICE}/site_monitor", {}, 2, ("made_by", "cloud-modules")),
    (f"{ALICE}/status_page", {}, 2, ("page", "https://status.example.com/")),
    (f"{ALICE}/modules/release_notes", {}, 1, ("notes", "# 1.0.0\n* First release")),
    ("alice-example/terraform-local-greeting", {"name": "Carol"}, 1, ("greeting", "Hello, Carol!")),
    (f"{BOB}/telemetry_stack", {}, 3, ("store", "telemetry-30d")),
    (f"{BOB}/Sensor_Fleet", {"seconds": 0}, 20, ("count", 20)),
    (f"{BOB}/metrics_store", {}, 1, ("store", "metrics every 10 s")),
    (f"{BOB}/trace_viewer", {}, 1, ("viewer", "traces")),
    (f"{BOB}/weather_station", {"height": 4}, 1, ("station", "kulle at 4 m")),
    (f"{BOB}/log_probe", {}, 1, ("probe", "probe: warning, error")),
]
# Files that the portal drops from an archive, and the backend that overrides the module's.
LEFT_OUT = ("*.tfvars", ".terraform*", "terraform.d", "*.tfstate")
BACKEND = 'terraform {\n  backend "local" {}\n}\n'


class Workspace:
    """A copy of a repository, and Terraform in one of its folders."""

    def __init__(self, directory: Path, module: str):
        owner, name, *_ = module.split("/")
        shutil.copytree(
            SOURCES / owner / name,
            directory / owner / name,
            symlinks=True,
            ignore=shutil.ignore_patterns(*LEFT_OUT),
        )
        self.folder = directory / module
        self.home = directory
        (self.folder / "zz_override.tf").write_text(BACKEND)
        (directory / "terraformrc").write_text("disable_checkpoint = true\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [*TERRAFORM, *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.home),
                "TF_CLI_CONFIG_FILE": str(self.home / "terraformrc"),
            },
            capture_output=True,
            text=True,
            timeout=120,
        )

    def init(self) -> subprocess.CompletedProcess:
        return self.run("init", "-input=false", "-no-color")

    def apply(self, inputs: dict, *options: str) -> subprocess.CompletedProcess:
        (self.home / "inputs.tfvars.json").write_text(json.dumps(inputs))
        file = f"-var-file={self.home / 'inputs.tfvars.json'}"
        return self.run("apply", "-input=false", "-auto-approve", "-json", file, *options)

    def outputs(self) -> dict:
        return {name: row["value"] for name, row in json.loads(self.run("output", "-json").stdout).items()}


def summary(applied: subprocess.CompletedProcess) -> dict:
    """Return the numbers that Terraform added, changed and removed."""
    lines = [json.loads(line) for line in applied.stdout.splitlines()]
    changes = [line["changes"] for line in lines if line["type"] == "change_summary"]
    return {name: changes[-1][name] for name in ("add", "change", "remove")}


@pytest.mark.parametrize(("module", "inputs", "resources", "output"), DEPLOYABLE, ids=lambda value: str(value)[-24:])
def test_module_deploys_and_goes_away(tmp_path, module, inputs, resources, output):
    workspace = Workspace(tmp_path, module)
    assert workspace.init().returncode == 0
    applied = workspace.apply(inputs)
    assert applied.returncode == 0, applied.stdout
    assert summary(applied) == {"add": resources, "change": 0, "remove": 0}
    name, value = output
    assert workspace.outputs()[name] == value
    assert summary(workspace.apply(inputs, "-destroy"))["remove"] == resources


def test_slow_module_plans_its_twenty_parts(tmp_path):
    workspace = Workspace(tmp_path, f"{PLATFORM}/Network_Foundation")
    assert workspace.init().returncode == 0
    planned = workspace.run("plan", "-input=false", "-json")
    assert summary(planned) == {"add": 20, "change": 0, "remove": 0}


def test_failing_module_keeps_what_it_made_and_can_be_repaired(tmp_path):
    workspace = Workspace(tmp_path, f"{PLATFORM}/Warehouse_Starter")
    workspace.init()
    failed = workspace.apply({})
    assert failed.returncode == 1
    assert "quota exceeded: nightly-load" in failed.stdout
    kept = workspace.run("state", "list").stdout.split()
    assert [row.split(".")[1] for row in kept] == ["dataset", "loader_account", "nightly_load", "reader_account"]
    assert summary(workspace.apply({"fail_at": 0})) == {"add": 3, "change": 0, "remove": 1}
    assert workspace.outputs() == {"dashboard": "sales-dashboard", "warehouse": "sales-dataset"}


def test_sensors_are_written_down_as_they_are_made(tmp_path):
    workspace = Workspace(tmp_path, f"{BOB}/Sensor_Fleet")
    workspace.init()
    workspace.apply({"seconds": 0})
    journal = (workspace.folder / "journal.txt").read_text().split()
    assert journal == [f"sensor_{number:02}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("module", "inputs"),
    [
        ("secure_web_app", {"app_name": 'ä\n"${x}"', "budget": -0.1, "offset": -3, "indexed": False, "owner": ""}),
        (
            "message_bus",
            {"queues": [], "labels": {"a b": "ü"}, "batches": [[], [1]], "alarm_addresses": ["a@example.com"]},
        ),
        ("clinic_records", {"untyped": [1, "two", None], "extensions": "text", "successor": {"name": "Hill"}}),
    ],
)
def test_outputs_give_back_every_input(tmp_path, module, inputs):
    workspace = Workspace(tmp_path, f"{ALICE}/{module}")
    workspace.init()
    assert workspace.apply(inputs).returncode == 0
    outputs = workspace.outputs()
    given_back = outputs.pop("inputs")
    assert {name: given_back[name] for name in inputs} == inputs
    assert outputs == {name: value for name, value in given_back.items() if value is not None}


def test_optional_attributes_get_their_defaults(tmp_path):
    workspace = Workspace(tmp_path, f"{ALICE}/clinic_records")
    workspace.init()
    workspace.apply({"staff": [{"name": "Ida", "hours": 20}]})
    assert workspace.outputs()["staff"] == [
        {
            "name": "Ida",
            "role": "nurse",
            "hours": 20,
            "on_call": False,
            "languages": ["en"],
            "phone": None,
            "rights": {},
        }
    ]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"name": "Orders"}, "Start with a lower-case letter."),
        ({"name": "ab"}, "Enter 3 to 20 characters. This name has 2."),
        ({"name": "orders", "storage_gib": 25}, "Enter a multiple of 10 GiB."),
        ({"name": "orders", "backup_days": [7, 1]}, "Enter at least one number of days, in ascending order."),
        ({"name": "orders", "alarm_addresses": ["nobody"]}, "Enter e-mail addresses with an @."),
        ({"name": "orders", "maintenance": {"day": "sunday", "hour": 1.5}}, "Enter a whole hour from 0 to 23."),
        ({"name": "orders", "labels": {"Team": "x"}}, "Use lower-case letters and underscores in label names."),
    ],
)
def test_refused_input_is_told_in_the_modules_words(tmp_path, inputs, message):
    workspace = Workspace(tmp_path, f"{PLATFORM}/Postgres_Database")
    workspace.init()
    refused = workspace.apply(inputs)
    assert refused.returncode == 1
    assert message in refused.stdout


def test_secrets_are_given_back_as_sensitive(tmp_path):
    workspace = Workspace(tmp_path, f"{PLATFORM}/Secret_Store")
    workspace.init()
    workspace.apply({"admin_password": "correct horse battery", "api_keys": {"bob": "k-1"}, "print_hint": True})
    shown = json.loads(workspace.run("output", "-json").stdout)
    assert {name: row["sensitive"] for name, row in shown.items()} == {
        "store": False,
        "connection": True,
        "api_keys": True,
        "key_count": False,
    }
    assert shown["connection"]["value"] == "store://admin:correct+horse+battery@vault.example.com"


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        (f"{ALICE}/edge_cache", "Unterminated tuple constructor expression"),
        (f"{ALICE}/legacy_vpn", "Unreadable module directory"),
        (f"{ALICE}/partner_keys", "Failed to read file"),
        (f"{BOB}/Dashboards", "Duplicate variable declaration"),
        (f"{BOB}/Looping_Link", "Failed to read file"),
    ],
)
def test_broken_module_is_refused_by_terraform(tmp_path, module, complaint):
    refused = Workspace(tmp_path, module).init()
    assert refused.returncode == 1
    assert complaint in refused.stdout + refused.stderr


# `terraform fmt` would remove the byte order mark, which is the point of the weather station.
@pytest.mark.parametrize(
    "module",
    sorted({row[0] for row in DEPLOYABLE} - {f"{BOB}/weather_station"} | {f"{PLATFORM}/Network_Foundation"}),
)
def test_module_is_formatted(module):
    checked = subprocess.run([*TERRAFORM, "fmt", "-check", "-recursive", str(SOURCES / module)], capture_output=True)
    assert (checked.returncode, checked.stdout) == (0, b"")


def test_links_are_kept_as_links():
    links = {path.relative_to(SOURCES).as_posix() for path in SOURCES.rglob("*") if path.is_symlink()}
    owners = Counter("/".join(link.split("/")[2:-1]) for link in links)
    assert owners == {"site_monitor": 2, "status_page": 4, "partner_keys": 1, "Looping_Link": 2}
