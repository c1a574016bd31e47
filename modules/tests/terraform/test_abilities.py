import json

import pytest
from django.template.loader import render_to_string

from modules.terraform import sources
from modules.terraform.abilities import abilities, widened
from modules.tests.repositories import read
from modules.tests.schemas import schema

LOCAL_EXEC = 'resource "terraform_data" "migrate" {\n  provisioner "local-exec" {\n    command = "make"\n  }\n}\n'


def told(schema):
    """What deserves a look: kind, name, file and line."""
    return [(each.kind, each.name, each.file, each.line) for each in abilities(schema) if each.is_warning]


def fine(schema):
    return [f"{each.text} {each.name}".strip() for each in abilities(schema) if not each.is_warning]


def test_harmless_module_says_what_it_creates_and_what_it_does_not_do():
    found = schema('resource "aws_vpc" "a" {}\nresource "aws_subnet" "b" {}\nresource "aws_subnet" "c" {}\n')
    assert fine(found) == [
        "Creates 2 kinds of resources with hashicorp/aws",
        "Runs no program of its own during apply",
        "Loads no module from another host",
        "Reads nothing over HTTP or from outside programs",
        "Asks for no secrets",
    ]
    assert told(found) == []


def test_provider_without_resources_is_named_and_terraforms_own_is_not():
    found = schema('provider "tls" {}\ndata "aws_region" "a" {}\nresource "random_id" "b" {}\n' + LOCAL_EXEC)
    assert fine(found)[:3] == [
        "Uses hashicorp/tls",
        "Uses hashicorp/aws",
        "Creates one kind of resource with hashicorp/random",
    ]


def test_programs_are_told_with_file_and_line():
    found = schema(
        LOCAL_EXEC + 'resource "aws_instance" "b" {\n  provisioner "remote-exec" {\n    inline = ["x"]\n  }\n'
        '  provisioner "file" {\n    source = "x"\n  }\n}\n'
        'provider "kubernetes" {\n  exec {\n    command = "aws"\n  }\n}\n'
        'provider "helm" {\n  kubernetes {\n    exec {\n      command = "aws"\n    }\n  }\n}\n'
    )
    assert told(found) == [
        ("program", "terraform_data.migrate", "main.tf", 2),
        ("program", "aws_instance.b", "main.tf", 7),
        ("program", "aws_instance.b", "main.tf", 10),
        ("program", "provider.kubernetes", "main.tf", 15),
        ("program", "provider.helm", "main.tf", 21),
    ]
    assert [each.text.rsplit(" ", 1)[-1] for each in abilities(found) if each.kind == "program"] == [
        "(local-exec)",
        "(remote-exec)",
        "(file)",
        "(exec)",
        "(exec)",
    ]


def test_json_syntax_is_told_as_well():
    content = {
        "resource": {"terraform_data": {"a": {"provisioner": [{"local-exec": {"command": "make"}}]}}},
        "provider": {"kubernetes": {"exec": {"command": "aws"}}},
        "moved": [{"from": "terraform_data.b", "to": "terraform_data.a"}],
    }
    found = read({"web/main.tf.json": json.dumps(content)})["web"].schema
    assert [row[:2] for row in told(found)] == [
        ("program", "terraform_data.a"),
        ("program", "provider.kubernetes"),
    ]
    assert [(row["from"], row["to"]) for row in found["moves"]] == [("terraform_data.b", "terraform_data.a")]


def test_outside_data_is_told():
    found = schema('data "http" "a" {\n}\ndata "external" "b" {\n}\nresource "http_thing" "c" {}\n')
    assert told(found) == [("http", "data.http.a", "main.tf", 1), ("external", "data.external.b", "main.tf", 3)]


def test_hosts_of_remote_modules_are_told_once_each():
    found = schema(
        'module "a" { source = "terraform-aws-modules/vpc/aws" }\n'
        'module "b" { source = "git::https://example.com/b.git" }\n'
        'module "c" { source = "terraform-aws-modules/s3-bucket/aws//modules/x" }\nmodule "d" { source = "./d" }\n'
    )
    assert told(found) == [
        ("remote", "registry.terraform.io", "main.tf", 1),
        ("remote", "example.com", "main.tf", 2),
    ]
    assert [each.text for each in abilities(found) if each.kind == "remote"] == [
        "Loads 2 modules from",
        "Loads a module from",
    ]


@pytest.mark.parametrize(
    ("source", "host"),
    [
        ("./db", ""),
        ("../db", ""),
        ("hashicorp/consul/aws", "registry.terraform.io"),
        ("hashicorp/consul/aws//modules/x", "registry.terraform.io"),
        ("app.terraform.io/example/consul/aws", "app.terraform.io"),
        ("portal.example.com:8443/alice/db/aws", "portal.example.com:8443"),
        ("github.com/hashicorp/example", "github.com"),
        ("GitHub.com/hashicorp/example?ref=v1", "github.com"),
        ("bitbucket.org/hashicorp/consul", "bitbucket.org"),
        ("git@github.com:hashicorp/example.git", "github.com"),
        ("git::https://example.com/vpc.git?ref=v1.2.0", "example.com"),
        ("git::ssh://username@example.com/storage.git", "example.com"),
        ("git::username@example.com:storage.git", "example.com"),
        ("hg::http://example.com/vpc.hg", "example.com"),
        ("https://example.com/vpc-module.zip?archive=zip", "example.com"),
        ("s3::https://s3-eu-west-1.amazonaws.com/b/vpc.zip", "s3-eu-west-1.amazonaws.com"),
        ("gcs::https://www.googleapis.com/storage/v1/m/foo.zip", "www.googleapis.com"),
        ("https://[bad", "https://[bad"),
        ("/srv/modules/db", "/srv/modules/db"),
        ("${var.host}/x", "${var.host}/x"),
        ("", ""),
    ],
)
def test_host_of_a_module_source(source, host):
    assert sources.host_of(source) == host


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("aws", "hashicorp/aws"),
        ("HashiCorp/AWS", "hashicorp/aws"),
        ("registry.terraform.io/hashicorp/aws", "hashicorp/aws"),
        ("example.com/acme/aws", "example.com/acme/aws"),
    ],
)
def test_provider_source_in_its_shortest_form(source, short):
    assert sources.provider(source) == short


def test_secrets_are_told_marked_or_not():
    found = schema(
        'variable "admin_password" {\n  type = string\n  sensitive = true\n}\n'
        'variable "seed" {\n  default = "x"\n  sensitive = true\n}\nvariable "api_key" {}\n'
        'variable "use_token" { type = bool }\nvariable "name" {}\n'
    )
    secrets = [(each.name, each.text, each.line) for each in abilities(found) if each.kind == "secret"]
    assert secrets == [
        ("admin_password", "Asks for a secret", 1),
        ("seed", "Asks for a secret, and has a default for it", 5),
        ("api_key", "Asks for what looks like a secret but is not marked as sensitive", 9),
    ]


FILES = {
    "web/main.tf": 'module "db" {\n  source = "../shared/db"\n}\n',
    "shared/db/main.tf": '# Database\nmodule "seed" {\n  source = "./seed"\n}\nresource "aws_db_instance" "a" {}\n',
    "shared/db/seed/run.tf": "\n" + LOCAL_EXEC + 'data "http" "x" {\n}\nmodule "r" { source = "a/b/aws" }\n',
    "other/main.tf": "",
}


def test_programs_of_called_folders_show_in_the_caller_with_their_file():
    found = read(FILES)
    seed = "module.db.module.seed"
    assert told(found["web"].schema) == [
        ("program", f"{seed}.terraform_data.migrate", "../shared/db/seed/run.tf", 3),
        ("http", f"{seed}.data.http.x", "../shared/db/seed/run.tf", 7),
        ("remote", "registry.terraform.io", "../shared/db/seed/run.tf", 9),
    ]
    assert fine(found["web"].schema)[0] == "Creates one kind of resource with hashicorp/aws"
    assert told(found["other"].schema) == []


def test_called_folders_are_kept_by_their_path_from_the_module():
    found = read(FILES)["web"].schema
    assert sorted(found["tree"]) == ["../shared/db", "../shared/db/seed"]
    assert [(call["name"], call["target"]) for call in found["calls"]] == [("db", "../shared/db")]
    inner = found["tree"]["../shared/db"]["calls"]
    assert [(call["source"], call["target"]) for call in inner] == [("./seed", "../shared/db/seed")]
    json.dumps(found)


def test_root_module_and_its_folders():
    found = read({"main.tf": 'module "a" {\n  source = "./modules/a"\n}\n', "modules/a/main.tf": LOCAL_EXEC})
    assert told(found[""].schema) == [("program", "module.a.terraform_data.migrate", "modules/a/main.tf", 2)]


def test_folder_that_is_called_twice_is_told_once():
    calls = 'module "a" {\n  source = "../db"\n}\nmodule "b" {\n  source = "../db"\n}\n'
    found = read({"web/main.tf": calls, "db/main.tf": LOCAL_EXEC})["web"].schema
    assert told(found) == [("program", "module.a.terraform_data.migrate", "../db/main.tf", 2)]


def test_folders_that_call_each_other_end():
    back = 'module "back" {\n  source = "../web"\n}\n'
    found = read({"web/main.tf": 'module "db" {\n  source = "../db"\n}\n', "db/main.tf": back + LOCAL_EXEC})
    assert told(found["web"].schema) == [("program", "module.db.terraform_data.migrate", "../db/main.tf", 5)]


def test_same_abilities_elsewhere_are_not_wider():
    after = LOCAL_EXEC + 'variable "token" {}\n'
    assert widened(schema(after), schema("\n\n" + after)) == []


def test_what_is_new_is_wider_and_what_it_no_longer_does_is_not():
    before = schema('resource "aws_vpc" "a" {}\nvariable "token" {}\n')
    after = schema(
        'resource "aws_vpc" "a" {}\nresource "aws_eip" "b" {}\nprovider "tls" {}\n'
        + LOCAL_EXEC
        + 'module "m" { source = "github.com/a/b" }\n'
    )
    assert [(each.kind, each.name) for each in widened(before, after)] == [
        ("provider", "hashicorp/tls"),
        ("program", "terraform_data.migrate"),
        ("remote", "github.com"),
    ]
    assert [each.name for each in widened(after, before)] == ["token"]


def test_second_program_on_one_resource_is_wider():
    twice = LOCAL_EXEC.replace("}\n}", '}\n  provisioner "local-exec" {\n    command = "more"\n  }\n}')
    assert [each.line for each in widened(schema(LOCAL_EXEC), schema(twice))] == [5]


def test_schema_from_before_programs_were_kept_claims_nothing_and_is_widened_by_them():
    now = schema(LOCAL_EXEC + 'data "http" "x" {\n}\n')
    before = {key: value for key, value in now.items() if key not in ("tree", "programs", "moves")}
    assert told(before) == [("http", "data.http.x", "main.tf", 6)]
    assert fine(before) == ["Uses hashicorp/http"]
    assert [each.name for each in widened(before, now)] == ["terraform_data.migrate"]


def test_list_shows_where_and_what_is_new():
    found = schema(LOCAL_EXEC + 'variable "token" {}\n')
    context = {"abilities": abilities(found), "widened": widened(schema('variable "token" {}\n'), found)}
    html = render_to_string("modules/_manifest.html", context)
    assert html.count("new with this version") == 1
    assert "<code>terraform_data.migrate</code>" in html
    assert "main.tf:2" in html
    assert html.count('data-tone="warn"') == 2
    assert html.count('data-tone="ok"') == 2
