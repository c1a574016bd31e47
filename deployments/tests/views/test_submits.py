"""Submits at the same time, on real commits."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from billing import services as billing
from deployments import drafts, quotes, services
from deployments.forms import DeploymentForm
from deployments.models import Deployment, Draft
from deployments.tests.factories import make_version
from foundation.credits import CREDIT
from foundation.refs import new_ref
from modules.models import Module


@pytest.fixture
def version(admin):
    version = make_version({"main.tf": ""}, owner=admin, credit_cost=10 * CREDIT)
    Module.objects.filter(pk=version.module_id).update(owner=None)
    version.module.refresh_from_db()
    return version


def give(person, credits, admin):
    billing.add_credits(
        person, amount=credits * CREDIT, source="goodwill", reason="test", by=admin, nonce="n", wallet_version=0
    )


def submit(version, name, by, nonce, shown=None):
    try:
        made = services.create_deployment(version, name=name, inputs={}, secrets={}, by=by, nonce=nonce, shown=shown)
        return made.pk
    except (services.NotEnoughCredits, services.Refused) as error:
        return type(error).__name__
    finally:
        connection.close()


def at_once(calls):
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda arguments: submit(*arguments), calls))


def test_parallel_submits_of_one_form_create_one_deployment(live_db, carol, admin, version):
    give(carol, 100, admin)
    nonce = new_ref()
    created = at_once([(version, "web-shop", carol, nonce)] * 16)
    assert len(set(created)) == 1
    assert Deployment.objects.count() == 1
    assert billing.balance(carol).held == 10 * CREDIT


def test_parallel_submits_spend_no_credit_twice(live_db, carol, admin, version):
    give(carol, 35, admin)
    answers = at_once([(version, f"shop-{at}", carol, new_ref()) for at in range(16)])
    assert answers.count("NotEnoughCredits") == 13
    assert Deployment.objects.count() == 3
    assert billing.balance(carol).available == 5 * CREDIT


def test_parallel_submits_of_one_name_create_one_deployment(live_db, carol, admin, version):
    give(carol, 100, admin)
    answers = at_once([(version, "web-shop", carol, new_ref()) for _ in range(8)])
    assert answers.count("NameTaken") == 7
    assert Deployment.objects.count() == 1


def test_a_form_sent_twice_at_once_makes_one_draft(live_db, carol, version):
    ref = new_ref()
    both = [drafts.find(ref, owner=carol, version=version) for _ in range(2)]
    for draft, name in zip(both, ("first", "second"), strict=True):
        drafts.keep(draft, DeploymentForm(version.schema, owner=carol, data={"name": name}), secrets={})
    assert Draft.objects.get().name == "second"


def test_a_price_that_is_being_set_is_waited_for(live_db, carol, admin, version):
    give(carol, 100, admin)
    shown = quotes.quote(version, carol)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Module.objects.filter(pk=version.module_id).update(own_credit_cost=15 * CREDIT)
            confirmed = pool.submit(submit, version, "web-shop", carol, None, shown)
            with pytest.raises(TimeoutError):
                confirmed.result(1)
        assert confirmed.result(20) == "PriceChanged"
    assert not Deployment.objects.exists()
