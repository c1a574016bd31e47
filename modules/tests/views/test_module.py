import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.services import set_private_mode, set_roles
from deployments.tests.factories import make_deployment, make_run, make_version
from modules.models import Alarm, Module
from modules.tests.catalogues import NAME, connect, publish, published
from modules.tests.published_versions import EMPTY, add_version, make_module, variable, version_of
from modules.versions import lifecycle, texts

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


def test_its_owner_reads_who_can_deploy_an_exclusive_module_in_private_mode(client, alice, admin, module):
    Module.objects.update(audience="exclusive")
    assert "Exclusive to its owner Resources" in text_of(page(client, alice, module))

    set_private_mode(True, by=admin)

    assert "Exclusive to its owner In Private Mode, everyone" in text_of(page(client, alice, module))


def test_owner_sees_the_hidden_group_and_where_it_comes_from(client, alice, module):
    text = text_of(page(client, alice, module))
    assert "hidden-project" in text
    assert f"{NAME}/greeting" in text
    assert "Cost Free for you. Others pay 40 credits." in text


def test_publisher_who_is_a_partner_no_more_sees_the_hidden_group_still(client, alice, admin, carol, module):
    set_roles(alice, is_partner=False, is_staff=False, by=admin)
    assert "hidden-project" in text_of(page(client, alice, module))
    version = client.get(module.current_version.get_absolute_url())
    assert "hidden-project" in text_of(version)
    assert not module.shows_hidden_inputs_to(carol)


def test_facts_outputs_and_programs_are_shown(client, carol, module):
    text = text_of(page(client, carol, module))
    assert "Deploy for 40 credits" in text
    assert "text Sensitive. The greeting." in text
    assert "terraform_data.a runs a program on the portal&#x27;s worker (local-exec). greeting/main.tf:28" in text
    assert "first-secret" not in text


def test_readme_is_harmless(client, carol, module):
    texts.render_missing()
    html = page(client, carol, module).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html
    assert 'href="https://evil.example/p.png" rel="noopener noreferrer nofollow">pixel</a>' in html
    assert '<a href="https://example.com" rel="noopener noreferrer nofollow">site</a>' in html
    assert "javascript:" not in html


def test_deploy_leads_to_the_form(client, carol, module):
    address = reverse("deployments:deployment-create", args=[module.ref])
    assert address in page(client, carol, module).content.decode()


def test_older_address_of_a_version_leads_to_its_page(client, carol, module):
    response = page(client, carol, module, "?version=1")
    assert (response.status_code, response.url) == (302, f"/modules/{module.ref}/versions/1.0.0/")


@pytest.mark.parametrize(
    "query", ["?version=9", "?version=x", "?version=-1", "?version=²", "?version=99999999999999999999", "?version=%00"]
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
    assert "This module has no inputs." in text
    assert "This module has no README." in text


class TestVersions:
    @pytest.fixture
    def module(self, alice):
        module = make_module(alice, audience="everyone", schemas=[EMPTY | {"variables": [variable("name")]}])
        add_version(module, number=4, semver="2.0.0", bump="major")
        return module

    def test_table_tells_change_and_use_to_everybody(self, client, bob, carol, module):
        deployment = make_deployment(version_of(module, "1.2.0"), owner=bob)
        for status in ("succeeded", "failed", "succeeded"):
            make_run(deployment, action="update", status=status)
        lifecycle.deprecate(version_of(module, "1.1.0"), reason="Slow", by=module.owner)
        lifecycle.revoke(version_of(module, "2.0.0"), reason="Leaks", by=module.owner)
        text = text_of(page(client, carol, module))
        rows = text[text.index("Deployed Succeeded") :].split("Facts")[0]
        moment = re.compile(r"\d+ \w+ \d+:\d+")
        assert moment.sub("·", rows) == (
            "Deployed Succeeded 2.0.0 · 4444444 Breaking Revoked 0 – 1.2.0 current · 3333333 Compatible 1 66 % "
            "1.1.0 · 2222222 Compatible Deprecated 0 – 1.0.0 · 1111111 First version 0 – "
        )

    def test_price_in_effect_is_shown_with_that_of_the_repository_to_the_publisher(self, client, alice, carol, module):
        module.own_credit_cost = 300_000
        module.own_purchased_only = True
        module.save()
        text = text_of(page(client, carol, module))
        assert "30 credits, Purchased only" in text
        assert "Deploy for 30 credits" in text
        assert "The repository says" not in text
        assert "Others pay 30 credits. The repository says 0." in text_of(page(client, alice, module))

    def test_rolled_back_module_shows_the_current_version(self, client, carol, module):
        lifecycle.make_current(version_of(module, "1.0.0"), by=module.owner)
        text = text_of(page(client, carol, module))
        assert "Version 1.0.0," in text
        assert "Inputs 1" in text

    def test_module_of_revoked_versions_cannot_be_deployed(self, client, carol, alice):
        module = make_module(alice, versions=1, audience="everyone")
        lifecycle.revoke(version_of(module, "1.0.0"), reason="It leaks", by=alice)
        response = page(client, carol, module)
        text = text_of(response)
        assert "Version 1.0.0 was revoked on" in text
        assert "Existing deployments are not affected. You can&#x27;t create new ones. “It leaks”" in text
        assert reverse("deployments:deployment-create", args=[module.ref]) not in response.content.decode()

    def test_queries_do_not_grow_with_versions(self, client, carol, module):
        page(client, carol, module)
        with CaptureQueriesContext(connection) as few:
            page(client, carol, module)
        for number in range(5, 15):
            deployment = make_deployment(add_version(module, number=number), owner=carol, name=f"shop-{number}")
            make_run(deployment, status="succeeded")
        with CaptureQueriesContext(connection) as many:
            page(client, carol, module)
        assert len(many) == len(few)

    def test_versions_come_by_pages(self, client, carol, module):
        for number in range(5, 31):
            add_version(module, number=number)
        start = page(client, carol, module)
        first, second = text_of(start), text_of(page(client, carol, module, f"?after={start.context['page'].older}"))
        assert ("1.29.0" in first, "1.0.0 " in first) == (True, False)
        assert ("1.29.0" in second, "1.0.0 " in second) == (False, True)


@pytest.mark.parametrize(
    ("kind", "found", "words"),
    [
        ("tag_moved", "f" * 40, "Version 1.0.0 was published from commit 1111111 . Its tag v1 now points to fffffff ."),
        ("tag_gone", "", "Version 1.0.0 got its number from the tag v1 . That tag is no longer in the repository."),
        (
            "commit_gone",
            "main",
            "The code of version 1.0.0 (commit 1111111 ) is no longer on its branch main .",
        ),
    ],
)
def test_alarm_is_told_to_whom_it_concerns(client, alice, admin, bob, carol, kind, found, words):
    first = {"number": 1, "semver": "1.0.0", "commit": "1" * 40, "tag": "v1", "branch": "main"}
    version = make_version({"main.tf": ""}, owner=alice, schema=EMPTY, **first)
    Module.objects.update(audience="everyone")
    Alarm.objects.create(version=version, kind=kind, found=found)
    for person in (alice, admin):
        assert f"{words} Existing deployments are not affected." in text_of(page(client, person, version.module))
    for person in (bob, carol):
        assert "Existing deployments are not affected." not in text_of(page(client, person, version.module))


def test_dismissed_alarm_is_gone(client, alice, bob):
    module = make_module(alice, audience="everyone")
    alarm = Alarm.objects.create(version=version_of(module, "1.0.0"), kind="tag_gone")
    address = reverse("modules:alarm-dismiss", args=[module.ref, alarm.ref])
    client.force_login(bob)
    assert client.post(address).status_code == 403
    assert "Existing deployments are not affected." in text_of(page(client, alice, module))
    assert client.post(address).url == module.get_absolute_url()
    assert "Existing deployments are not affected." not in text_of(page(client, alice, module))
    other = make_module(alice)
    assert client.post(reverse("modules:alarm-dismiss", args=[other.ref, alarm.ref])).status_code == 404


def test_publisher_alone_is_led_to_settings_and_publishing(client, alice, admin, carol, module):
    settings = f'{reverse("modules:publish-module")}?path=greeting"'
    assert settings in page(client, alice, module).content.decode()
    for person in (admin, carol):
        assert reverse("modules:publish-module") not in page(client, person, module).content.decode()


def test_settings_of_a_platform_module_are_on_the_platforms_side(client, admin, github):
    module = published(github, None, by=admin, name="platform-example/test-modules")
    assert "?path=greeting&amp;for=platform" in page(client, admin, module).content.decode()


class TestModulesToDeployFirst:
    @pytest.fixture
    def needing(self, alice, bob, github):
        """Alice's module that names three others: one of hers for everyone, her exclusive one, and one of bob's."""
        names = '["network", "Secrets", "Bobs"]'
        files = {
            "app/main.tf": f'variable "module_dependency" {{ default = {names} }}',
            "network/main.tf": "# network",
            "secrets/main.tf": "# secrets",
        }
        connection = connect(github, alice, files=files)
        publish(connection, "app", "network", "secrets")
        published(github, bob, name="bob-example/test-modules", path="bobs", audience="everyone")
        Module.objects.filter(path__in=["app", "network"]).update(audience="everyone")
        return Module.objects.get(path="app")

    def test_those_of_the_publisher_are_links_for_whoever_sees_them(self, client, alice, carol, needing):
        addresses = {path: Module.objects.get(path=path).get_absolute_url() for path in ("network", "secrets", "bobs")}
        for person, seen in ((alice, {"network", "secrets"}), (carol, {"network"})):
            answer = page(client, person, needing)
            html, text = answer.content.decode(), text_of(answer).replace(" ,", ",")
            assert "Deploy first network, Secrets, Bobs" in text
            assert {path for path, address in addresses.items() if f'<a href="{address}">' in html} == seen
