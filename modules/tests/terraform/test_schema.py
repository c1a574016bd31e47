from modules.terraform.declarations import combine
from modules.terraform.hcl import read_file
from modules.terraform.schema import LONGEST_MESSAGE, as_seen, asked, finding, is_injected


def schema_of(**files):
    return combine({f"{name}.tf": read_file(text, is_json=False) for name, text in files.items()})


def test_platform_variables_are_values_and_not_inputs():
    schema, findings = schema_of(
        main='variable "credit_cost" { default = 12.5 }\nvariable "module_services" { default = ["gke"] }\n'
        'variable "region" {}\n'
    )
    assert schema["platform"] == {"credit_cost": 12.5, "module_services": ["gke"]}
    assert [row["name"] for row in schema["variables"]] == ["region"]
    assert findings == []


def test_platform_variable_without_a_usable_default_is_asked_with_advice():
    schema, findings = schema_of(main='variable "credit_cost" { default = "lots" }\nvariable "public_access" {}\n')
    assert schema["platform"] == {}
    assert [row["name"] for row in schema["variables"]] == ["credit_cost", "public_access"]
    assert [(row["level"], row["code"], row["file"], row["line"]) for row in findings] == [
        ("advice", "platform", "main.tf", 1),
        ("advice", "platform", "main.tf", 2),
    ]


def test_absurd_credit_cost_is_not_taken():
    assert schema_of(main='variable "credit_cost" { default = 1e12 }')[0]["platform"] == {}


def test_deployment_id_is_injected_and_so_no_input():
    schema, _ = schema_of(main='variable "deployment_id" { default = null }\nvariable "region" {}\n')
    assert [is_injected(row) for row in schema["variables"]] == [True, False]
    assert [row["name"] for row in asked(schema)] == ["region"]


def test_inputs_of_the_hidden_group_are_left_out_for_those_who_do_not_see_them():
    schema, _ = schema_of(
        main='variable "project" { description = "{{UIMeta group=0}}" }\n'
        'variable "region" { description = "{{UIMeta group=1}}" }\nvariable "size" {}\n'
    )
    names = {
        sees_hidden: [row["name"] for row in as_seen(schema, sees_hidden=sees_hidden)["variables"]]
        for sees_hidden in (True, False)
    }
    assert names == {True: ["project", "region", "size"], False: ["region", "size"]}


def test_variable_declared_twice_is_an_error_at_both_places():
    _, findings = schema_of(a='variable "x" {}\n', b='\nvariable "x" {}\n')
    assert [(row["level"], row["code"], row["file"], row["line"]) for row in findings] == [
        ("error", "duplicate", "a.tf", 1),
        ("error", "duplicate", "b.tf", 2),
    ]


def test_providers_are_required_configured_or_implied_once_each():
    schema, _ = schema_of(
        main='terraform {\n  required_providers {\n    aws = { source = "hashicorp/aws", version = "~> 5.0" }\n  }\n}\n'
        'provider "tls" {}\nresource "aws_vpc" "a" {}\nresource "random_id" "b" {}\nresource "terraform_data" "c" {}\n'
        'data "google_project" "d" {}\n'
    )
    assert schema["providers"] == [
        {"name": "aws", "source": "hashicorp/aws", "version": "~> 5.0"},
        {"name": "tls", "source": "hashicorp/tls", "version": ""},
        {"name": "random", "source": "hashicorp/random", "version": ""},
        {"name": "google", "source": "hashicorp/google", "version": ""},
    ]


def test_finding_about_an_expression_of_any_length_has_a_message_that_can_be_shown():
    message = finding("error", "reference", "“b" + "[0]" * 100_000 + "” is not declared.")["message"]
    assert (len(message), message[:5], message[-1]) == (LONGEST_MESSAGE + 1, "“b[0]", "…")
