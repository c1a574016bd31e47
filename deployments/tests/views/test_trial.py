"""The form of a folder that is not published yet, tried by its publisher."""

import re

import pytest
from django.urls import reverse

from deployments.models import Deployment, Draft
from deployments.tests.page_text import text_of
from foundation.models import AuditEvent
from modules.models import Module
from modules.tests.catalogues import NAME, connect, publish, scan

pytestmark = pytest.mark.django_db
PAGE = reverse("deployments:form-trial")
SOURCE = """
variable "size" {
  type        = number
  default     = 5
  description = "How big. {{UIMeta group=1 }}"
}
variable "zones" {
  type        = list(object({ name = string }))
  default     = []
  description = "Where. {{UIMeta group=2 }}"
}
variable "token" {
  type        = string
  sensitive   = true
  description = "{{UIMeta group=2 }}"
}
variable "project" {
  type        = string
  default     = "ours"
  description = "{{UIMeta group=0 }}"
}
"""
FILLED = {"in-size": "7", "in-token": "s3cret-of-nobody", "in-zones:set": "1"}


@pytest.fixture
def connection(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": SOURCE, "broken/main.tf": "x = = 1\n"})
    scan(connection)
    return connection


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def ask(browser, path="greeting", query="", **typed):
    address = f"{PAGE}?path={path}{query}"
    return browser.post(address, FILLED | typed) if typed else browser.get(address)


def inputs(response):
    return re.findall(r'id="box-id_in-(\w+)"', response.content.decode())


def test_the_form_is_the_one_of_deployers(browser, connection):
    response = ask(browser)
    trial = inputs(response)
    assert trial == ["size", "zones", "token"]
    commit = connection.scans.get().commit[:7]
    assert f"This is a trial. It shows greeting at {commit}" in text_of(response)
    assert re.findall(r"<h2 id=\"h-step-\d\">([^<]+)</h2>", response.content.decode()) == ["Step 1", "Step 2"]
    publish(connection, "greeting")
    deploying = browser.get(reverse("deployments:deployment-create", args=[Module.objects.get().ref]))
    assert [name for name in inputs(deploying) if name != "project"] == trial


def test_the_publisher_can_look_at_the_hidden_inputs_too(browser, connection):
    assert "as=publisher" in ask(browser).content.decode()
    response = ask(browser, query="&as=publisher")
    assert inputs(response) == ["project", "size", "zones", "token"]
    assert "Show what others see" in text_of(response)


def test_values_that_fit_are_praised_and_nothing_is_kept(browser, connection):
    events = AuditEvent.objects.count()
    response = ask(browser, **{"in-size": "8"})
    assert response.status_code == 200
    assert "All values are valid. Nothing was created." in text_of(response)
    assert 'value="8"' in response.content.decode()
    assert "s3cret-of-nobody" not in response.content.decode()
    assert not Draft.objects.exists()
    assert not Deployment.objects.exists()
    assert not Module.objects.exists()
    assert AuditEvent.objects.count() == events


def test_values_that_do_not_fit_are_told_at_their_fields(browser, connection):
    response = ask(browser, **{"in-size": "many", "in-token": ""})
    assert response.status_code == 422
    assert "Two inputs need a change. Nothing was created." in text_of(response)
    assert "reserved" not in text_of(response)
    assert 'id="id_in-size_error"' in response.content.decode()
    assert 'id="id_in-token_error"' in response.content.decode()
    assert 'value="many"' in response.content.decode()
    assert "All values are valid" not in text_of(response)


def test_rows_are_added_without_judging_the_rest(browser, connection):
    response = ask(browser, **{"in-size": "many", "add": "in-zones:row"})
    assert response.status_code == 200
    assert "Zone 1" in text_of(response)
    assert 'value="many"' in response.content.decode()
    assert "All values are valid" not in text_of(response)


@pytest.mark.parametrize("path", ["broken", "nowhere", "", "a%00b", "../greeting"])
def test_what_is_no_module_has_no_form(browser, connection, path):
    assert ask(browser, path).status_code == 404
    assert ask(browser, path, add="x").status_code == 404


def test_it_is_for_the_side_that_publishes_alone(client, connection, bob, carol, admin):
    for person, status in ((bob, 404), (carol, 403), (admin, 404)):
        client.force_login(person)
        assert ask(client).status_code == status
    client.logout()
    assert ask(client).url.startswith("/accounts/login/")


def test_before_the_first_scan_there_is_no_form(browser, alice, github):
    connect(github, alice, files={"greeting/main.tf": SOURCE})
    assert ask(browser).status_code == 404


def test_a_newer_scan_shows_the_newer_form(browser, connection, github):
    github.commit(NAME, {"greeting/main.tf": 'variable "colour" {\n  type = string\n}\n'})
    scan(connection)
    assert inputs(ask(browser)) == ["colour"]
