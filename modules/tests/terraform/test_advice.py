import json

import pytest

from modules.terraform.obstacles import obstacle
from modules.tests.repositories import read

README = {"a/README.md": "# A"}


def advice(files):
    found = read(README | files)["a"]
    assert found.is_valid
    return [(row["code"], row["file"], row["line"]) for row in found.findings]


def variable(name="size", *, body="", use=True):
    text = f'variable "{name}" {{\n  description = "Size."\n  type = string\n{body}}}\n'
    return text + (f"locals {{\n  o = var.{name}\n}}\n" if use else "")


ALIASED = """terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      version               = "~> 5.0"
      configuration_aliases = [aws.east, aws.west]
    }
  }
}
"""


def test_module_that_only_another_module_can_call_says_so():
    found = read(README | {"a/main.tf": ALIASED})["a"]
    assert [(row["code"], row["line"]) for row in found.findings] == [("caller", 3)]
    assert found.schema["unconfigured"] == ["aws.east", "aws.west"]
    assert obstacle(found.schema, "") == (
        "It needs a calling module that passes it the provider configuration aws.east, aws.west."
    )


def test_module_that_configures_its_aliases_itself_needs_no_caller():
    own = "".join(f'provider "aws" {{\n  alias = "{name}"\n}}\n' for name in ("east", "west"))
    assert advice({"a/main.tf": ALIASED + own}) == []


def test_aliases_in_json_syntax_need_a_caller_as_well():
    aws = {"source": "hashicorp/aws", "version": "~> 5.0", "configuration_aliases": ["aws.east"]}
    found = read(README | {"a/main.tf.json": json.dumps({"terraform": {"required_providers": {"aws": aws}}})})["a"]
    assert found.schema["unconfigured"] == ["aws.east"]
    assert [row["code"] for row in found.findings] == ["caller"]


def test_called_folder_gets_its_aliases_from_the_module():
    found = read(README | {"a/main.tf": 'module "in" {\n  source = "./in"\n}\n', "a/in/main.tf": ALIASED})["a"]
    assert obstacle(found.schema, "1.15.5") == ""


def version(constraint):
    return f'terraform {{\n  required_version = "{constraint}"\n}}\n'


def test_module_that_needs_another_terraform_says_so():
    call = 'module "in" {\n  source = "./in"\n}\n'
    files = README | {"a/main.tf": version(">= 2.0"), "a/call.tf": call, "a/in/main.tf": version("~> 1.4.0")}
    found = read(files, terraform="1.15.5")["a"]
    assert [(row["code"], row["file"], row["line"]) for row in found.findings] == [
        ("terraform", "a/in/main.tf", 2),
        ("terraform", "a/main.tf", 2),
    ]
    assert obstacle(found.schema, "1.15.5") == "It needs Terraform >= 2.0. This portal runs 1.15.5."
    assert obstacle(found.schema, "2.1.0") == "It needs Terraform ~> 1.4.0. This portal runs 2.1.0."
    assert obstacle(found.schema, "") == ""


def test_module_whose_terraform_runs_here_gets_no_advice():
    files = README | {"a/main.tf": version(">= 1.5, < 2"), "a/more.tf": version("!= 1.15.4")}
    assert read(files, terraform="1.15.5")["a"].findings == []


def test_module_in_good_order_gets_no_advice():
    assert advice({"a/main.tf": variable()}) == []


def test_variable_without_description_or_type_is_named():
    text = 'output "o" {\n  value = var.size\n}\nvariable "size" {}\n'
    assert advice({"a/main.tf": text}) == [("description", "a/main.tf", 4), ("untyped", "a/main.tf", 4)]


RAD = """variable "enable_rad_gcpproject" {
  description = "Hides the option GCP Project on RAD. {{UIMeta group=0 order=110 }}"
  type        = bool
  default     = false
}
variable "enable_vpc_sc" {
  description = "Adds a perimeter. {{UIMeta group=2 order=7 notradmanaged updatesafe }}"
  type        = bool
  default     = false
}
output "o" {
  value = var.enable_vpc_sc
}
"""


def test_what_rad_says_of_its_own_projects_is_known_and_no_finding():
    found = read(README | {"a/main.tf": RAD})["a"]
    assert found.findings == []
    assert found.schema["platform"] == {"enable_rad_gcpproject": False}
    (variable,) = found.schema["variables"]
    assert (variable["description"], variable["group"], variable["updatesafe"]) == ("Adds a perimeter.", 2, True)


def test_any_is_a_type():
    assert advice({"a/main.tf": variable().replace("string", "any")}) == []


def test_variable_that_nothing_uses_is_named():
    assert advice({"a/main.tf": variable(use=False)}) == [("unused", "a/main.tf", 1)]


def test_use_in_another_file_counts():
    assert (
        advice({"a/variables.tf": variable(use=False), "a/main.tf": 'output "o" {\n  value = "${var.size}"\n}\n'}) == []
    )


def test_use_in_its_own_validation_does_not_count():
    body = '  validation {\n    condition = var.size != ""\n    error_message = "Some."\n  }\n'
    assert advice({"a/main.tf": variable(body=body, use=False)}) == [("unused", "a/main.tf", 1)]


def test_platform_variables_need_no_use():
    text = (
        'variable "credit_cost" {\n  type = number\n  default = 3\n}\nvariable "deployment_id" {\n  type = string\n}\n'
    )
    assert advice({"a/main.tf": text}) == []


@pytest.mark.parametrize("name", ["password", "db_password", "API_KEY", "github_token", "private_key", "credentials"])
def test_input_that_looks_like_a_credential_should_be_sensitive(name):
    assert advice({"a/main.tf": variable(name)}) == [("secret", "a/main.tf", 1)]
    assert advice({"a/main.tf": variable(name, body="  sensitive = true\n")}) == []


@pytest.mark.parametrize("name", ["password_length", "secret_name", "token_ttl", "monkey", "key"])
def test_other_names_are_no_credentials(name):
    assert advice({"a/main.tf": variable(name)}) == []


def test_switch_is_no_credential():
    assert advice({"a/main.tf": variable("create_token").replace("string", "bool")}) == []


def required(version):
    return f'terraform {{\n  required_providers {{\n    google = {{ source = "hashicorp/google"{version} }}\n  }}\n}}\n'


@pytest.mark.parametrize("version", ["", ', version = ">= 4.0"', ', version = "!= 4.1, > 4"'])
def test_provider_version_without_upper_bound_is_named(version):
    assert advice({"a/main.tf": required(version)}) == [("provider-version", "a/main.tf", 3)]


@pytest.mark.parametrize("version", ["~> 4.0", "4.1.2", "= 4.1", ">= 4.0, < 6", "<= 5"])
def test_provider_version_with_upper_bound_is_fine(version):
    assert advice({"a/main.tf": required(f', version = "{version}"')}) == []


def test_provider_that_only_a_resource_names_is_unbounded():
    text = '\nresource "google_storage_bucket" "b" {}\n'
    assert advice({"a/main.tf": text}) == [("provider-version", "a/main.tf", 2)]


def test_missing_readme_is_named():
    found = read({"b/main.tf": ""})["b"]
    assert [(row["code"], row["file"], row["line"]) for row in found.findings] == [("readme", "b", None)]


def test_unknown_and_duplicate_keys_of_a_tag_are_named_with_their_line():
    text = variable().replace("Size.", "Size. {{UIMeta group=1 group=2 colour=red }}")
    assert advice({"a/main.tf": text}) == [("uimeta", "a/main.tf", 1)] * 2
