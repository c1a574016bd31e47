"""States that were put aside: what the owner and the admins can do with them."""

import io
import json

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.test import RequestFactory

from deployments.models import AsideState, Deployment, Run
from deployments.runs import aside, reaper
from deployments.runs.ending import finish_run
from deployments.runs.leases import claim
from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from foundation.models import AuditEvent, OutboxMessage

pytestmark = pytest.mark.django_db


def text(serial, *names, lineage="one"):
    found = [{"mode": "managed", "type": "a", "name": name, "instances": [{}]} for name in names]
    return json.dumps({"version": 4, "lineage": lineage, "serial": serial, "resources": found}).encode()


@pytest.fixture
def sign_in(client):
    """Signs a person in, with a password entered just now."""

    def sign_in(person):
        client.force_login(person)
        request = RequestFactory().get("/")
        request.session = client.session
        record_authentication(request, person, method="password")
        request.session.save()

    return sign_in


@pytest.fixture
def lost(carol, admin, runs_dir):
    """A state with a.one and a.two that carol's run left, and that was put aside; a.one stands in the newest state."""
    deployment = make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)
    run = claim(make_run(deployment).pk, worker="here:1")
    make_state(run, "a.one", serial=5)
    found = aside.put(run, reason="serial", missing=["a.two"], file=io.BytesIO(text(2**63 - 1, "one", "two")))
    finish_run(run, token=run.token, status=Run.Status.FAILED, error="The serial doesn't follow.")
    return found


def address(lost, verb=""):
    return f"/deployments/{lost.deployment.ref}/states/{lost.ref}/{verb}"


def test_the_owner_and_the_admins_get_an_email_that_names_what_is_missing(lost):
    for message in OutboxMessage.objects.all():
        assert "- a.two" in message.text
    assert set(OutboxMessage.objects.values_list("to", flat=True)) == {"carol@example.com", "admin@example.com"}


def test_the_owner_sees_what_is_missing_and_downloads_the_state(client, sign_in, carol, lost):
    sign_in(carol)
    page = client.get(lost.deployment.get_absolute_url()).content.decode()
    assert "<code>a.two</code>" in page
    assert "Accept" not in page
    answer = client.post(address(lost))
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'{lost.ref}.tfstate"')
    assert AuditEvent.objects.get(verb="state.downloaded").by == "carol@example.com"


def test_an_admin_accepts_a_state_unread_and_a_worker_gives_it_the_next_serial(client, sign_in, admin, lost):
    sign_in(admin)
    assert "has a state put aside" in client.get("/").content.decode()
    assert client.post(address(lost)).status_code == 403
    assert client.post(address(lost, "accept/")).status_code == 302
    reaper.reap_runs()
    deployment = Deployment.objects.get()
    assert (deployment.state.serial, deployment.resource_count) == (6, 2)
    assert [row.address for row in deployment.state.resources.all()] == ["a.one", "a.two"]
    assert json.loads(deployment.state.content)["serial"] == 6
    assert "has a state put aside" not in client.get("/").content.decode()


def test_an_accepted_state_lost_the_digits_of_its_numbers(client, sign_in, admin, lost):
    numbers = b'"outputs": {"n": {"value": [0.12345678901234567890123, 1e400, %b]}}' % (b"9" * 5_000)
    content = text(2**63 - 1, "one").replace(b'"version"', numbers + b', "version"')
    exact = aside.put(lost.run, reason="serial", file=io.BytesIO(content))
    sign_in(admin)
    client.post(address(exact, "accept/"))
    reaper.reap_runs()
    kept = Deployment.objects.get().state.content
    assert json.loads(kept, parse_int=str)["serial"] == "6"
    assert numbers[12:-1] in kept


def test_an_accepted_state_waits_until_no_run_works_on_the_deployment(client, sign_in, admin, lost):
    sign_in(admin)
    client.post(address(lost, "accept/"))
    run = claim(make_run(lost.deployment).pk, worker="here:1")
    reaper.reap_runs()
    assert AsideState.objects.get().taken_at is None
    finish_run(run, token=run.token, status=Run.Status.CANCELLED)
    reaper.reap_runs()
    assert AsideState.objects.get().taken_at


def test_a_state_that_cannot_be_read_comes_back_to_the_admins(client, sign_in, admin, lost):
    broken = aside.put(lost.run, reason="unreadable", file=io.BytesIO(b"no state"))
    sign_in(admin)
    client.post(address(broken, "accept/"))
    reaper.reap_runs()
    broken.refresh_from_db()
    assert (broken.decision, broken.problem, broken.taken_at) == ("", "It can't be read.", None)


def test_of_two_decisions_the_first_one_counts(client, sign_in, admin, lost):
    sign_in(admin)
    assert client.post(address(lost, "dismiss/")).status_code == 302
    answer = client.post(address(lost, "accept/"))
    assert answer.status_code == 409
    assert "Somebody has decided about this state already." in answer.content.decode()
    assert AsideState.objects.get().decision == "dismissed"


def test_a_password_is_asked_for_first(client, carol, lost):
    client.force_login(carol)
    assert client.post(address(lost)).url.startswith("/accounts/reauthenticate/")
    assert not AuditEvent.objects.filter(verb="state.downloaded").exists()
