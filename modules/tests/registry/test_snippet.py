"""The card "Use from a terminal"."""

import html
import subprocess

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from deployments.inputs.fields import field_for
from modules.models import Module
from modules.pages.inputs_table import inputs_of
from modules.registry.snippet import snippet, token_variable
from modules.tests.published_versions import make_module, variable, version_of
from modules.versions import lifecycle
from modules.views import page_rows

SOURCE = "portal.example.com/alice/greeting/google"
REQUIRED = [
    variable("name", required=True),
    variable("replicas", type="number", required=True),
    variable("password", required=True, sensitive=True),
    variable("rules", type="list(object({ from = string, to = string, port = optional(number) }))", required=True),
    variable("anything", type="any", required=True),
    variable("tone", default="warm"),
]
PASTED = """\
module "greeting" {
  source  = "portal.example.com/alice/greeting/google"
  version = "1.4.0"

  name     = ""   # string
  replicas = 0    # number
  password = ""   # string, sensitive
  rules    = []   # list, see Inputs
  anything = null # any
}"""


def test_defaults_within_a_secret_are_not_told():
    rows = [variable("login", type='object({ pin = optional(string, "4711") })', required=True, sensitive=True)]
    pasted = snippet(source=SOURCE, version="1.4.0", name="greeting", variables=rows)
    (group,) = inputs_of({"variables": rows}, with_hidden=True).groups
    assert "login = {} # object({ pin = optional(string) }), sensitive" in pasted
    assert group.inputs[0].type == "object({ pin = optional(string) })"
    assert "4711" not in str(field_for(rows[0]).help_text)


def test_what_is_pasted_names_each_required_input():
    assert snippet(source=SOURCE, version="1.4.0", name="greeting", variables=REQUIRED) == PASTED


def test_a_module_that_asks_for_nothing_has_a_short_one():
    pasted = snippet(source=SOURCE, version="1.4.0", name="2fast", variables=[variable("tone")])
    assert pasted == f'module "_2fast" {{\n  source  = "{SOURCE}"\n  version = "1.4.0"\n}}'


@pytest.mark.parametrize("variables", [REQUIRED, []])
def test_terraform_would_lay_it_out_the_same_way(variables, tmp_path):
    pasted = snippet(source=SOURCE, version="1.4.0", name="greeting", variables=variables) + "\n"
    command = [*settings.TERRAFORM_COMMAND, "fmt", "-no-color", "-"]
    shaped = subprocess.run(command, input=pasted, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert shaped.stdout == pasted


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("portal.example.com", "TF_TOKEN_portal_example_com"),
        ("my-portal.example.com", "TF_TOKEN_my__portal_example_com"),
        ("portal.example.com:8443", ""),
    ],
)
def test_the_variable_of_a_hosts_token(host, name):
    assert token_variable(host) == name


@pytest.fixture
def module(alice):
    schemas = [{"variables": [variable("name", required=True)]}]
    return make_module(alice, versions=2, schemas=schemas, slug="greeting", audience=Module.Audience.EVERYONE)


def card(person, module, semver="1.1.0", *, host="portal.example.com", secure=True):
    request = RequestFactory().get("/", headers={"Host": host}, secure=secure)
    request.user = person
    context = {"module": module, "version": page_rows.shown(person, module.ref, semver)}
    return html.unescape(render_to_string("modules/_terminal.html", context, request))


@pytest.fixture(autouse=True)
def hosts(settings):
    settings.ALLOWED_HOSTS = ["portal.example.com", "portal.example.com:8443"]


def test_the_card_shows_what_to_paste_for_its_version(carol, module):
    text = card(carol, module, "1.0.0")
    assert (
        'source  = "portal.example.com/alice/greeting/terraform"\n  version = "1.0.0"\n\n  name = "" # string' in text
    )
    assert "TF_TOKEN_portal_example_com" in text
    assert 'credentials "portal.example.com" { token = "pp_…" }' in text
    assert '<a href="/profile/#tokens">API token</a>' in text
    assert "over plain HTTP" not in text


def test_a_host_with_a_port_takes_the_file_alone(carol, module):
    text = card(carol, module, host="portal.example.com:8443")
    assert 'credentials "portal.example.com:8443"' in text
    assert "TF_TOKEN" not in text


def test_over_plain_http_it_says_that_terraform_asks_for_more(carol, module):
    assert "Terraform needs HTTPS and a host name with a dot." in card(carol, module, secure=False)


def test_there_is_no_card_for_what_terraform_would_not_get(alice, module):
    lifecycle.revoke(version_of(module, "1.0.0"), reason="It lost data.", by=alice)
    assert card(alice, module, "1.0.0").strip() == ""
    module.removed_at = timezone.now()
    module.save()
    assert card(alice, module).strip() == ""
