"""Two people who change each other's rows at the same moment: one goes first, and nobody meets an error page."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.internal.flows.login import record_authentication
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.admin import PersonForm
from accounts.models import User
from billing import services as billing
from billing.models import Wallet
from billing.tests.money import credits, version_of
from deployments import services
from deployments.models import Run
from deployments.runs import leases, state
from deployments.tests.factories import make_deployment, make_run, make_version
from tests.people import make_admin, make_person

ROUNDS = 3


def together(*deeds):
    """What each deed returns, all of them begun at the same moment, in threads with connections of their own."""
    start = Barrier(len(deeds))

    def begin(deed):
        try:
            start.wait(timeout=20)
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [done.result(timeout=60) for done in [pool.submit(begin, deed) for deed in deeds]]


def browser_of(person) -> Client:
    """A browser in which the person typed their password just now; an exception answers 500, as for people."""
    client = Client(raise_request_exception=False)
    client.force_login(person)
    request = RequestFactory().get("/")
    request.session = client.session
    record_authentication(request, person, method="password")
    request.session.save()
    return client


def take_from(client, person, **changes):
    """Send the form of a person in the admin, with fields of it cleared."""
    ticked = {"is_staff": "on", "is_active": "on"} | changes
    names = {"first_name": "Somebody", "last_name": "Else"}
    fields = names | {name: value for name, value in ticked.items() if value}
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), fields)


def put_each_other_out(one, other, cleared, monkeypatch):
    """The answers to two admins, after both have passed the form's checks and before either has changed anything."""
    checked, check = Barrier(2), PersonForm.clean

    def clean(form):
        checked.wait(timeout=20)
        return check(form)

    ones, others = browser_of(one), browser_of(other)
    with monkeypatch.context() as patched:
        patched.setattr(PersonForm, "clean", clean)
        return together(
            lambda: take_from(ones, other, **{cleared: ""}), lambda: take_from(others, one, **{cleared: ""})
        )


@pytest.mark.parametrize("cleared", ["is_staff", "is_active"])
def test_two_admins_who_put_each_other_out_leave_one_and_a_sentence(live_db, monkeypatch, cleared):
    for number in range(ROUNDS):
        one, other = make_admin(f"one{number}"), make_admin(f"other{number}")
        answers = put_each_other_out(one, other, cleared, monkeypatch)
        assert sorted(answer.status_code for answer in answers) == [302, 403]
        refused = next(answer for answer in answers if answer.status_code == 403)
        assert "You are no longer an admin. Nothing was changed." in refused.text
        assert User.objects.filter(pk__in=[one.pk, other.pk], is_staff=True, is_active=True).count() == 1


def test_two_admins_who_give_each_other_credits_both_do(live_db):
    one, other = make_admin("one"), make_admin("other")

    def give(by, to, nonce):
        return billing.add_credits(
            to, amount=credits(5), source="award", reason="x", by=by, nonce=nonce, wallet_version=version_of(to)
        )

    for number in range(ROUNDS):
        together(lambda n=number: give(one, other, f"a{n}"), lambda n=number: give(other, one, f"b{n}"))
    assert [wallet.version for wallet in Wallet.objects.all()] == [ROUNDS, ROUNDS]


def test_cancelling_a_run_that_stores_its_state_disturbs_neither(live_db):
    carol = make_person("carol")
    version = make_version({"main.tf": ""}, owner=carol)
    for number in range(ROUNDS):
        run = leases.claim(make_run(make_deployment(version, owner=carol, name=f"shop-{number}")).pk, worker="here:1")
        run.advance(Run.Status.PLANNING, token=run.token)
        text = json.dumps({"lineage": "one", "serial": 1, "resources": []}).encode()
        recorder = state.StateRecorder(run)
        together(
            lambda each=recorder, t=text: each.store(t),
            lambda each=run: services.cancel_run(each, by=carol),
        )
        run.refresh_from_db()
        assert (run.states.count(), run.cancelled_by) == (1, carol)
