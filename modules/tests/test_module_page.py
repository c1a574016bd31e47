import re

import pytest
from django.urls import reverse

from modules.models import Module
from modules.tests.catalogues import GREETING, NAME, connect, publish, published

pytestmark = pytest.mark.django_db
SOURCE = """
variable "credit_cost" { default = 40 }
variable "module_services" { default = ["gke"] }
variable "module_description" { default = "Says hello." }
variable "module_documentation" { default = "javascript:alert(1)" }
variable "name" {
  description = "Whom to greet. {{UIMeta group=4 order=1 }}"
  type        = string
}
variable "tone" {
  description = "{{UIMeta group=1 order=1 }}"
  default     = "warm"
}
variable "project" {
  description = "{{UIMeta group=0 order=1 }}"
  default     = "hidden-project"
}
variable "password" {
  default   = "first-secret"
  sensitive = true
}
output "text" {
  description = "The greeting."
  value       = 1
  sensitive   = true
}
resource "terraform_data" "a" {
  provisioner "local-exec" { command = "x" }
}
"""
README = "# Greeting\n\n<script>alert(1)</script>\n\n![pixel](https://evil.example/p.png) [site](https://example.com)\n"


@pytest.fixture
def module(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": SOURCE, "greeting/README.md": README})
    (module,) = publish(connection, "greeting").created
    Module.objects.update(audience="everyone")
    return module


def page(client, person, module, query=""):
    client.force_login(person)
    return client.get(module.get_absolute_url() + query)


def text_of(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_deployer_sees_inputs_in_the_order_of_the_form_without_the_hidden_group(client, carol, module):
    text = text_of(page(client, carol, module))
    assert "Step 1 tone any &quot;warm&quot;" in text
    assert text.index("Step 1") < text.index("Step 2 name string required Whom to greet.") < text.index("More inputs")
    assert "hidden-project" not in text
    assert "1 required, 2 optional" in text


def test_owner_sees_the_hidden_group_and_where_it_comes_from(client, alice, module):
    text = text_of(page(client, alice, module))
    assert "hidden-project" in text
    assert f"{NAME}/greeting" in text
    assert "nothing, it is yours" in text


def test_facts_outputs_and_programs_are_shown(client, carol, module):
    text = text_of(page(client, carol, module))
    assert "Deploy for 40 credits" in text
    assert "text Sensitive. The greeting." in text
    assert "terraform_data.a runs a program on the portal&#x27;s worker (local-exec). greeting/main.tf:28" in text
    assert "first-secret" not in text


def test_readme_is_harmless(client, carol, module):
    html = page(client, carol, module).content.decode()
    assert "<script>alert" not in html
    assert "evil.example" not in html
    assert '<a href="https://example.com" rel="noopener noreferrer nofollow">site</a>' in html
    assert "javascript:" not in html


def test_deploy_leads_to_the_form(client, carol, module):
    address = reverse("deployments:deployment-create", args=[module.ref])
    assert address in page(client, carol, module).content.decode()


def test_older_version_is_shown_as_such(client, carol, alice, github, module):
    github.commit(NAME, {"greeting/main.tf": GREETING})
    publish(alice.github_connection, "greeting")
    text = text_of(page(client, carol, module, "?version=1"))
    assert "This is version 1." in text
    assert "Deploy for" not in text
    assert "Says hello." in text


@pytest.mark.parametrize(
    "query", ["?version=9", "?version=x", "?version=-1", "?version=²", "?version=99999999999999999999"]
)
def test_version_that_is_none_is_404(client, carol, module, query):
    assert page(client, carol, module, query).status_code == 404


def test_module_that_is_not_visible_is_404(client, bob, carol, alice, admin, module):
    Module.objects.update(audience="exclusive")
    assert [page(client, person, module).status_code for person in (alice, admin, bob, carol)] == [200, 200, 404, 404]
    assert client.get("/modules/nothinghere/").status_code == 404
    assert client.get("/modules/nothing%00here/").status_code == 404


def test_removed_module_is_there_for_its_owner_without_deploying(client, alice, carol, module):
    publish(alice.github_connection)
    assert page(client, carol, module).status_code == 404
    text = text_of(page(client, alice, module))
    assert "Removed from the catalogue" in text
    assert "Deploy for" not in text


def test_stranger_is_asked_to_sign_in(client, module):
    response = client.get(module.get_absolute_url())
    assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login"))


def test_module_without_anything_has_a_page(client, alice, github):
    module = published(github, alice, source="locals { a = 1 }\n")
    text = text_of(page(client, alice, module))
    assert "It asks for nothing." in text
    assert "This module brings no README." in text
