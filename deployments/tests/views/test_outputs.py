"""Outputs on the page: a large one is cut there and whole in its download."""

import pytest
from django.urls import reverse

from deployments.models import OutputPart
from deployments.runs import results
from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from deployments.tests.inputs.schemas import schema
from deployments.tests.page_text import text_of
from foundation.models import AuditEvent
from tests.streaming import pieces

pytestmark = pytest.mark.django_db
LONG = "".join(f'line {number} "quoted" é 😀\n' for number in range(10_000))
OUTPUTS = {
    "kubeconfig": {"value": LONG, "type": "string"},
    "vault": {"value": LONG, "type": "string", "sensitive": True},
    "zones": {"value": ["a" * 70_000, {"b": 1}], "type": "dynamic"},
}


@pytest.fixture
def shop(alice):
    deployment = make_deployment(make_version({"main.tf": ""}, owner=alice, schema=schema()), owner=alice)
    deployment.state = make_state(make_run(deployment, status="succeeded"), outputs=OUTPUTS)
    deployment.save()
    return deployment


def url(shop, name, view="output-file"):
    return reverse(f"deployments:{view}", args=[shop.ref, name])


def test_a_page_with_an_output_of_megabytes_was_as_large(client, alice, shop):
    client.force_login(alice)
    page = client.get(shop.get_absolute_url())
    assert len(page.content) < 300_000
    assert "line 100 " in page.text
    assert "line 9999 " not in page.text
    assert "The beginning of" in text_of(page)


def test_its_download_is_whole(client, alice, shop):
    client.force_login(alice)
    response = client.get(url(shop, "kubeconfig"))
    assert b"".join(pieces(response)).decode() == LONG
    assert response["Content-Disposition"] == f'attachment; filename="{shop.ref}-kubeconfig.txt"'
    assert b"".join(pieces(client.get(url(shop, "zones")))).startswith(b'["aaa')


def test_a_sensitive_one_is_downloaded_by_its_owner_alone_and_that_is_logged(client, alice, admin, shop):
    client.force_login(alice)
    assert client.get(url(shop, "vault")).status_code == 404
    assert "line 100 " in client.post(url(shop, "vault", "output-reveal")).text
    response = client.post(url(shop, "vault", "output-reveal"), {"file": ""})
    assert b"".join(pieces(response)).decode() == LONG
    assert AuditEvent.objects.filter(verb="output.revealed", by="alice@example.com").count() == 2
    client.force_login(admin)
    assert client.post(url(shop, "vault", "output-reveal"), {"file": ""}).status_code == 403


def test_of_an_old_state_only_what_pages_show_is_kept(client, alice, shop):
    results.forget_values(shop.state_id)
    assert OutputPart.objects.filter(output__is_sensitive=True).count() == 0
    assert set(OutputPart.objects.values_list("output__name", "number")) == {("kubeconfig", 0), ("zones", 0)}


def test_a_large_one_that_was_revealed_offers_its_download(client, alice, shop):
    client.force_login(alice)
    page = client.post(url(shop, "vault", "output-reveal"))
    assert "The beginning of" in text_of(page)
    assert "Download (logged) vault" in text_of(page)
