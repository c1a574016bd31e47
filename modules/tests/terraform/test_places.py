"""Every place of Terraform's language that may hold a provider, a program or an outside read, and what we tell of it.

The places are those of Terraform 1.15: its file, `terraform` and nested block schemas (internal/configs). Each stands
in native syntax and in JSON, as a folder of its own, and Terraform itself says which providers it needs.
"""

import json
import re
import subprocess
from dataclasses import dataclass, field

import pytest
from django.conf import settings

from deployments.sandbox import commands
from modules.terraform.abilities import abilities, widened
from modules.terraform.hcl import read_file
from modules.tests.repositories import read

EXEC_JSON = {"command": "aws"}
SIGNS_IN = "Runs a program on the portal's worker to sign in (exec): provider."


@dataclass(frozen=True)
class Place:
    """A place in the language: native text, the same as JSON, the providers that Terraform names, what we warn of."""

    name: str
    native: str
    json: dict
    providers: list[str] = field(default_factory=list)  # as `terraform providers` names them
    warnings: list[str] = field(default_factory=list)
    is_root: bool = False  # Terraform allows it in the root module alone


PLACES = [
    Place(
        "resource",
        'resource "aws_vpc" "a" {}\n',
        {"resource": {"aws_vpc": {"a": {}}}},
        ["hashicorp/aws"],
    ),
    Place(
        "resource with provider",
        'resource "google_vpc" "a" {\n  provider = beta.eu\n}\nprovider "beta" {\n  alias = "eu"\n}\n',
        {
            "resource": {"google_vpc": {"a": {"provider": "beta.eu"}}},
            "provider": {"beta": {"alias": "eu"}},
        },
        ["hashicorp/beta"],
    ),
    Place(
        "data source",
        'data "aws_region" "a" {}\n',
        {"data": {"aws_region": {"a": {}}}},
        ["hashicorp/aws"],
    ),
    Place(
        "data source with provider",
        'data "aws_region" "a" {\n  provider = gov\n}\n',
        {"data": {"aws_region": {"a": {"provider": "gov"}}}},
        ["hashicorp/gov"],
    ),
    Place(
        "data source that runs a program",
        'data "external" "a" {\n  program = ["x"]\n}\n',
        {"data": {"external": {"a": {"program": ["x"]}}}},
        ["hashicorp/external"],
        ["Runs a program on the portal's worker during plan (external): data.external.a"],
    ),
    Place(
        "data source that runs a command",
        'data "local_command" "a" {\n  command = "x"\n}\n',
        {"data": {"local_command": {"a": {"command": "x"}}}},
        ["hashicorp/local"],
        ["Runs a program on the portal's worker during plan (local_command): data.local_command.a"],
    ),
    Place(
        "data source that reads over HTTP",
        'data "http" "a" {\n  url = "https://example.com"\n}\n',
        {"data": {"http": {"a": {"url": "https://example.com"}}}},
        ["hashicorp/http"],
        ["Reads an address over HTTP during plan (http): data.http.a"],
    ),
    Place(
        "data source that reads another state",
        'data "terraform_remote_state" "a" {\n  backend = "http"\n}\n',
        {"data": {"terraform_remote_state": {"a": {"backend": "http"}}}},
        [],
        [
            "Reads the state of another configuration during plan (terraform_remote_state):"
            " data.terraform_remote_state.a"
        ],
    ),
    Place(
        "ephemeral resource",
        'ephemeral "vault_token" "a" {}\n',
        {"ephemeral": {"vault_token": {"a": {}}}},
        ["hashicorp/vault"],
    ),
    Place(
        "check with a data source",
        'check "up" {\n  data "http" "a" {\n    url = "https://example.com"\n  }\n'
        '  assert {\n    condition     = data.http.a.status_code == 200\n    error_message = "Down."\n  }\n}\n',
        {
            "check": {
                "up": {
                    "data": {"http": {"a": {"url": "https://example.com"}}},
                    "assert": {"condition": "${data.http.a.status_code == 200}", "error_message": "Down."},
                }
            }
        },
        ["hashicorp/http"],
        ["Reads an address over HTTP during plan (http): data.http.a"],
    ),
    Place(
        "check with a data source that runs a program, of another provider",
        'check "up" {\n  data "external" "a" {\n    provider = ext\n    program  = ["x"]\n  }\n'
        '  assert {\n    condition     = data.external.a.id != ""\n    error_message = "Down."\n  }\n}\n',
        {
            "check": {
                "up": {
                    "data": {"external": {"a": {"provider": "ext", "program": ["x"]}}},
                    "assert": [{"condition": '${data.external.a.id != ""}', "error_message": "Down."}],
                }
            }
        },
        ["hashicorp/ext"],
        ["Runs a program on the portal's worker during plan (external): data.external.a"],
    ),
    Place(
        "labels without quotes, and lists at every level of JSON",
        "check up {\n  data http a {\n    url = 1\n  }\n  assert {\n    condition = data.http.a.id != 1\n"
        '    error_message = "Down."\n  }\n}\nresource aws_vpc a {}\n',
        {
            "//": "resources",
            "check": [
                {
                    "up": [
                        {
                            "data": [{"http": [{"a": [{"url": 1, "//": "why"}]}]}],
                            "assert": [{"condition": "${data.http.a.id != 1}", "error_message": "Down."}],
                        }
                    ]
                }
            ],
            "resource": [{"aws_vpc": [{"a": [{}]}]}],
        },
        ["hashicorp/aws", "hashicorp/http"],
        ["Reads an address over HTTP during plan (http): data.http.a"],
    ),
    Place(
        "ephemeral resource with provider",
        'ephemeral "random_password" "a" {\n  provider = rnd\n}\n',
        {"ephemeral": {"random_password": {"a": {"provider": "rnd"}}}},
        ["hashicorp/rnd"],
    ),
    Place(
        "conditions, which only look at what is there",
        'variable "a" {\n  default = "x"\n  validation {\n    condition     = var.a != ""\n'
        '    error_message = "No."\n  }\n}\n'
        'output "a" {\n  value = 1\n  precondition {\n    condition     = var.a != ""\n    error_message = "No."\n'
        '  }\n}\nresource "terraform_data" "a" {\n  lifecycle {\n    postcondition {\n'
        '      condition     = self.id != ""\n      error_message = "No."\n    }\n  }\n}\n',
        {
            "variable": {"a": {"default": "x", "validation": {"condition": '${var.a != ""}', "error_message": "No."}}},
            "output": {"a": {"value": 1, "precondition": {"condition": '${var.a != ""}', "error_message": "No."}}},
            "resource": {
                "terraform_data": {
                    "a": {"lifecycle": {"postcondition": {"condition": '${self.id != ""}', "error_message": "No."}}}
                }
            },
        },
    ),
    Place(
        "action",
        'action "aws_lambda_invoke" "a" {\n  config {\n    function_name = "x"\n  }\n}\n',
        {"action": {"aws_lambda_invoke": {"a": {"config": {"function_name": "x"}}}}},
        ["hashicorp/aws"],
        ["Runs an action of its provider during apply (aws_lambda_invoke): action.aws_lambda_invoke.a"],
    ),
    Place(
        "action that runs a command, of another provider",
        'action "local_command" "a" {\n  provider = machine\n  config {\n    command = "x"\n  }\n}\n',
        {"action": {"local_command": {"a": {"provider": "machine", "config": {"command": "x"}}}}},
        ["hashicorp/machine"],
        ["Runs a program on the portal's worker during apply (local_command): action.local_command.a"],
    ),
    Place(
        "action trigger",
        'resource "aws_vpc" "a" {\n  lifecycle {\n    action_trigger {\n      events  = [after_create]\n'
        '      actions = [action.aws_stop.a]\n    }\n  }\n}\naction "aws_stop" "a" {}\n',
        {
            "resource": {
                "aws_vpc": {
                    "a": {
                        "lifecycle": {"action_trigger": {"events": ["after_create"], "actions": ["action.aws_stop.a"]}}
                    }
                }
            },
            "action": {"aws_stop": {"a": {}}},
        },
        ["hashicorp/aws"],
        ["Runs an action of its provider during apply (aws_stop): action.aws_stop.a"],
    ),
    *(
        Place(
            f"provisioner {kind}",
            f'resource "terraform_data" "a" {{\n  provisioner "{kind}" {{\n    {argument} = ["x"]\n  }}\n'
            '  connection {\n    host = "example.com"\n  }\n}\n',
            {
                "resource": {
                    "terraform_data": {
                        "a": {"provisioner": [{kind: {argument: ["x"]}}], "connection": {"host": "example.com"}}
                    }
                }
            },
            [],
            [f"{text}: terraform_data.a"],
        )
        for kind, argument, text in [
            ("local-exec", "interpreter", "Runs a program on the portal's worker during apply (local-exec)"),
            ("remote-exec", "inline", "Runs a program on another machine during apply (remote-exec)"),
            ("file", "source", "Copies files to another machine during apply (file)"),
        ]
    ),
    Place(
        "removed with a provisioner",
        'removed {\n  from = aws_vpc.a\n  provisioner "local-exec" {\n    when    = destroy\n'
        '    command = "make"\n  }\n}\n',
        {"removed": [{"from": "aws_vpc.a", "provisioner": {"local-exec": {"when": "destroy", "command": "make"}}}]},
        [],
        ["Runs a program on the portal's worker during apply (local-exec): aws_vpc.a"],
    ),
    Place("moved", "moved {\n  from = a_b.c\n  to   = d_e.f\n}\n", {"moved": {"from": "a_b.c", "to": "d_e.f"}}),
    Place(
        "import",
        'import {\n  to = aws_vpc.a\n  id = "x"\n}\n',
        {"import": {"to": "aws_vpc.a", "id": "x"}},
        ["hashicorp/aws"],
        is_root=True,
    ),
    Place(
        "import with provider",
        'import {\n  to       = tls_key.a\n  id       = "x"\n  provider = gov.east\n}\n',
        {"import": [{"to": "tls_key.a", "id": "x", "provider": "gov.east"}]},
        ["hashicorp/gov"],
        is_root=True,
    ),
    Place(
        "provider block",
        'provider "tls" {\n  x = 1\n}\n',
        {"provider": {"tls": {"x": 1}}},
        ["hashicorp/tls"],
    ),
    Place(
        "provider that runs a program to sign in",
        'provider "kubernetes" {\n  exec {\n    command = "aws"\n  }\n}\n',
        {"provider": {"kubernetes": {"exec": EXEC_JSON}}},
        ["hashicorp/kubernetes"],
        [f"{SIGNS_IN}kubernetes"],
    ),
    Place(
        "provider that runs it in a block in a block",
        'provider "helm" {\n  kubernetes {\n    exec {\n      command = "aws"\n    }\n  }\n}\n',
        {"provider": {"helm": {"kubernetes": [{"exec": [EXEC_JSON]}]}}},
        ["hashicorp/helm"],
        [f"{SIGNS_IN}helm"],
    ),
    Place(
        "provider that runs it in an attribute",
        'provider "helm" {\n  kubernetes = { "exec" = { command = "aws" } }\n}\n',
        {"provider": {"helm": [{"kubernetes": {"token": None, "exec": EXEC_JSON}}]}},
        ["hashicorp/helm"],
        [f"{SIGNS_IN}helm"],
    ),
    Place(
        "provider that runs what a local value says",
        'provider "kubectl" {\n  exec = local.exec\n}\nlocals {\n  exec = { command = "aws" }\n}\n',
        {"provider": {"kubectl": {"exec": "${local.exec}"}}, "locals": {"exec": EXEC_JSON}},
        ["hashicorp/kubectl"],
        [f"{SIGNS_IN}kubectl"],
    ),
    Place(
        "provider that runs it in a dynamic block",
        'provider "kubernetes" {\n  dynamic "exec" {\n    for_each = [1]\n    content {\n      command = "aws"\n    }\n'
        "  }\n}\n",
        {"provider": {"kubernetes": {"dynamic": {"exec": {"for_each": [1], "content": EXEC_JSON}}}}},
        ["hashicorp/kubernetes"],
        [f"{SIGNS_IN}kubernetes"],
    ),
    Place(
        "provider that runs it in an escaped block",
        'provider "kubernetes" {\n  _ {\n    exec {\n      command = "aws"\n    }\n  }\n}\n',
        {"provider": {"kubernetes": {"_": {"exec": EXEC_JSON}}}},
        ["hashicorp/kubernetes"],
        [f"{SIGNS_IN}kubernetes"],
    ),
    Place(
        "required_providers",
        'terraform {\n  required_providers {\n    a = {\n      source = "example.com/acme/a"\n    }\n'
        '    random = "~> 3.0"\n  }\n}\n',
        {"terraform": [{"required_providers": {"a": {"source": "example.com/acme/a"}, "random": "~> 3.0"}}]},
        ["example.com/acme/a", "hashicorp/random"],
    ),
    Place(
        "resource of a required provider with another name",
        'terraform {\n  required_providers {\n    cloud = {\n      source = "acme/things"\n    }\n  }\n}\n'
        'resource "cloud_vm" "a" {}\n',
        {
            "terraform": {"required_providers": {"cloud": {"source": "acme/things"}}},
            "resource": {"cloud_vm": {"a": {}}},
        },
        ["acme/things"],
    ),
    Place(
        "function of a provider",
        'terraform {\n  required_providers {\n    time = {\n      source = "hashicorp/time"\n    }\n  }\n}\n'
        'output "a" {\n  value = provider::time::rfc3339_parse("x")\n}\n',
        {
            "terraform": {"required_providers": {"time": {"source": "hashicorp/time"}}},
            "output": {"a": {"value": '${provider::time::rfc3339_parse("x")}'}},
        },
        ["hashicorp/time"],
    ),
    Place(
        "function of Terraform's own provider",
        'terraform {\n  required_providers {\n    terraform = {\n      source = "terraform.io/builtin/terraform"\n'
        '    }\n  }\n}\noutput "a" {\n  value = provider::terraform::encode_expr("x")\n}\n',
        {
            "terraform": {"required_providers": {"terraform": {"source": "terraform.io/builtin/terraform"}}},
            "output": {"a": {"value": '${provider::terraform::encode_expr("x")}'}},
        },
    ),
    Place(
        "provider_meta",
        'terraform {\n  provider_meta "acme" {\n    a = 1\n  }\n}\n',
        {"terraform": {"provider_meta": {"acme": {"a": 1}}}},
    ),
    Place(
        "functions that read files, which the sandbox bounds",
        'locals {\n  a = file("/etc/passwd")\n  b = templatefile("a.tpl", {})\n  c = fileset("/", "*")\n}\n',
        {"locals": {"a": '${file("/etc/passwd")}', "b": '${templatefile("a.tpl", {})}', "c": '${fileset("/", "*")}'}},
    ),
    Place(
        "backend, which the portal replaces",
        'terraform {\n  backend "http" {\n    address = "https://example.com"\n  }\n}\n',
        {"terraform": {"backend": {"http": {"address": "https://example.com"}}}},
        is_root=True,
    ),
    Place(
        "cloud, which the portal replaces",
        'terraform {\n  cloud {\n    organization = "acme"\n  }\n}\n',
        {"terraform": {"cloud": {"organization": "acme"}}},
        is_root=True,
    ),
]
CALLS = [
    Place(
        "module of a registry",
        'module "a" {\n  source  = "acme/vpc/aws"\n  version = "1.0.0"\n}\n',
        {"module": {"a": {"source": "acme/vpc/aws", "version": "1.0.0"}}},
        [],
        ["Loads a module from registry.terraform.io"],
    ),
    Place(
        "module that gets providers, which its caller must have",
        'module "a" {\n  source = "acme/vpc/aws"\n  providers = {\n    aws = google.eu\n  }\n}\n'
        'provider "google" {\n  alias = "eu"\n}\n',
        {
            "module": {"a": {"source": "acme/vpc/aws", "providers": {"aws": "google.eu"}}},
            "provider": {"google": {"alias": "eu"}},
        },
        ["hashicorp/google"],
        ["Loads a module from registry.terraform.io"],
    ),
    Place(
        "module of an address",
        'module "a" {\n  source = "git::https://example.com/vpc.git"\n}\n',
        {"module": {"a": {"source": "git::https://example.com/vpc.git"}}},
        [],
        ["Loads a module from example.com"],
    ),
]
BOTH = [
    pytest.param(place, syntax, id=f"{place.name}, {syntax}") for place in PLACES + CALLS for syntax in ("tf", "json")
]
SUB = re.compile(r"module\.(\S+)")
PROVIDER = re.compile(r"provider\[(?:registry\.terraform\.io/)?([^]]+)\]")


def files_of(place: Place, syntax: str, folder: str) -> dict[str, str]:
    if syntax == "tf":
        return {f"{folder}/main.tf": place.native}
    return {f"{folder}/main.tf.json": json.dumps(place.json)}


@pytest.mark.parametrize(("place", "syntax"), BOTH)
def test_manifest_tells_of_the_place(place, syntax):
    found = read(files_of(place, syntax, "web"))["web"]
    told = abilities(found.schema)
    assert sorted(each.name for each in told if each.kind == "provider") == sorted(place.providers)
    assert [f"{each.lead} {each.name}" for each in told if each.is_warning] == place.warnings


@pytest.mark.parametrize(("place", "syntax"), BOTH)
def test_update_that_adds_the_place_is_not_published_automatically(place, syntax):
    before, after = (read(files)["web"].schema for files in ({"web/main.tf": ""}, files_of(place, syntax, "web")))
    told = {f"{each.lead} {each.name}" for each in widened(before, after)}
    assert told >= set(place.warnings)
    assert len(told) == len({*place.warnings, *place.providers})


@pytest.mark.parametrize("place", [pytest.param(place, id=place.name) for place in PLACES + CALLS])
def test_reader_that_tolerates_more_tells_the_same(place):
    strict, tolerant = (read_file(place.native, is_json=False, is_costly=is_costly) for is_costly in (False, True))
    for key in ("resources", "programs", "calls", "required_providers", "configured_providers"):
        assert tolerant[key] == strict[key]


@pytest.mark.parametrize(("place", "syntax"), BOTH)
def test_manifest_of_a_caller_tells_of_the_place_in_a_called_folder(place, syntax):
    files = {"web/main.tf": 'module "in" {\n  source = "../in"\n}\n'} | files_of(place, syntax, "in")
    told = abilities(read(files)["web"].schema)
    assert sorted(each.name for each in told if each.kind == "provider") == sorted(place.providers)
    names = [each.name.removeprefix("module.in.") for each in told if each.is_warning]
    assert names == [warning.rsplit(" ", 1)[1] for warning in place.warnings]


BESIDE = {  # files beside the configuration that hold providers too, and which a run of the portal does not read
    "list.tfquery.hcl": 'provider "query" {}\nlist "query_thing" "a" {\n  provider = query\n}\n',
    "mock.tfmock.hcl": 'mock_resource "aws_vpc" {}\n',
    "unit.tftest.hcl": 'run "unit" {\n  module {\n    source = "./setup"\n  }\n}\n',
    "tests/more.tftest.json": '{"run": {"more": {"module": {"source": "./setup"}}}}',
}


def test_files_that_no_run_reads_are_in_no_manifest(tmp_path):
    files = {"main.tf": 'resource "aws_vpc" "a" {}\n', "setup/main.tf": 'resource "tls_key" "a" {}\n'} | BESIDE
    told = abilities(read({f"web/{path}": text for path, text in files.items()})["web"].schema)
    assert [each.name for each in told if each.name] == ["hashicorp/aws"]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    commands.adopt(tmp_path)
    (tmp_path / commands.OVERRIDE_NAME).unlink()  # `terraform providers` would want its backend
    assert providers_of(tmp_path, {}) == {"": ["hashicorp/aws"]}


@pytest.mark.parametrize("name", ["override.tf", "main_override.tf.json"])
def test_override_file_makes_the_module_invalid(name):
    assert not read({"web/main.tf": "", f"web/{name}": "{}" if name.endswith("json") else ""})["web"].is_valid


def test_terraform_names_the_same_providers(tmp_path):
    pairs = {f"p{at}_{syntax}": (place, syntax) for at, place in enumerate(PLACES) for syntax in ("tf", "json")}
    children = {name: pair for name, pair in pairs.items() if not pair[0].is_root}
    root = "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in children)
    files = {"main.tf": root}
    for name, (place, syntax) in children.items():
        files |= files_of(place, syntax, name)
    found = providers_of(tmp_path, files)
    assert {name: found.get(name, []) for name in children} == {
        name: sorted(place.providers) for name, (place, _) in children.items()
    }


@pytest.mark.parametrize("syntax", ["tf", "json"])
def test_terraform_names_the_same_providers_of_what_only_a_root_may_hold(tmp_path, syntax):
    places = [place for place in PLACES if place.is_root and place.providers]
    text = [files_of(place, syntax, str(at)) for at, place in enumerate(places)]
    files = {name.replace("/", "_"): content for each in text for name, content in each.items()}
    assert providers_of(tmp_path, files)[""] == sorted(name for place in places for name in place.providers)


def providers_of(folder, files) -> dict[str, list[str]]:
    """What `terraform providers` names, by module, without Terraform's own provider."""
    for path, content in files.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(content)
    for arguments in (["get"], ["providers"]):
        command = [*settings.TERRAFORM_COMMAND, *arguments, "-no-color"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr
    found: dict[str, list[str]] = {}
    module = ""
    for line in run.stdout.splitlines():
        if name := SUB.search(line):
            module = name[1]
        elif (provider := PROVIDER.search(line)) and not provider[1].startswith("terraform.io/builtin/"):
            found.setdefault(module, []).append(provider[1])
    return {name: sorted(set(names)) for name, names in found.items()}
