"""A key is missing from the ring: pages say which one, admins are told, and no page breaks."""

import io

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.test import RequestFactory
from django.urls import reverse

from deployments.models import AsideState, Run
from deployments.runs import aside, reaper
from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from deployments.tests.inputs.schemas import schema
from deployments.tests.page_text import text_of
from foundation.models import AuditEvent, Fault

pytestmark = pytest.mark.django_db
OUTPUTS = {
    "key": {"value": "s3cret", "type": "string", "sensitive": True},
    "kubeconfig": {"value": "line\n" * 20_000, "type": "string"},
}
MISSING = "can't be decrypted: the key “test” is missing. Ask an admin to put it back into PORTAL_KEYS."


@pytest.fixture
def shop(alice):
    """A live deployment of alice, made while the key "test" was there, with a state put aside."""
    deployment = make_deployment(make_version({"main.tf": ""}, owner=alice, schema=schema()), owner=alice)
    run = make_run(deployment, status=Run.Status.SUCCEEDED)
    deployment.state = make_state(run, outputs=OUTPUTS)
    deployment.save()
    aside.put(run, reason="serial", file=io.BytesIO(b"{}"))
    return deployment


@pytest.fixture
def signed_in(client, alice, shop, settings):
    """Alice, with her password entered just now, after the key was lost."""
    client.force_login(alice)
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, alice, method="password")
    request.session.save()
    settings.PORTAL_KEYS = "newer:" + "bmV3IGtleSBvZiB0aGUgdGVzdHMgYWxvbmUsIDMyIUE="
    return client


def url(view, shop, *args):
    return reverse(f"deployments:{view}", args=[shop.ref, *args])


def check_told(answer, what):
    assert answer.status_code == 409
    assert f"{what} {MISSING}" in text_of(answer)
    assert str(Fault.objects.get()) == "A key is missing: test"


def test_the_page_of_an_output_that_cannot_be_revealed_names_the_key(signed_in, shop):
    check_told(signed_in.post(url("output-reveal", shop, "key")), "The output key")
    assert not AuditEvent.objects.filter(verb="output.revealed").exists()


def test_the_page_of_a_state_that_cannot_be_downloaded_names_the_key(signed_in, shop):
    check_told(signed_in.post(url("aside-download", shop, shop.asides.get().ref)), "The state")
    assert not AuditEvent.objects.filter(verb="state.downloaded").exists()


def test_the_download_of_a_large_output_broke_off_without_a_word(signed_in, shop):
    check_told(signed_in.get(url("output-file", shop, "kubeconfig")), "The output kubeconfig")


def test_the_page_of_a_deployment_with_a_large_output_broke(signed_in, shop):
    page = signed_in.get(shop.get_absolute_url())
    assert page.status_code == 200
    assert f"The value {MISSING}" in text_of(page)


def test_admins_read_which_key_an_accepted_state_needs(signed_in, shop, admin):
    AsideState.objects.update(decision="accepted", decided_by=admin)
    reaper.reap_runs()
    found = AsideState.objects.get()
    assert (found.decision, found.problem) == ("", f"It {MISSING}")
    assert str(Fault.objects.get()) == "A key is missing: test"


@pytest.mark.parametrize("view", ["output-reveal", "aside-download"])
def test_what_was_changed_names_no_key(client, signed_in, shop, settings, view):
    settings.PORTAL_KEYS = "test:" + "bmV3IGtleSBvZiB0aGUgdGVzdHMgYWxvbmUsIDMyIUE="
    name = "key" if view == "output-reveal" else shop.asides.get().ref
    answer = signed_in.post(url(view, shop, name))
    assert "can't be decrypted. Ask an admin to check the portal's keys." in text_of(answer)
    assert not Fault.objects.exists()
