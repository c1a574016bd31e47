"""How often a page or a service opens and closes what is encrypted: never what it has in the open already."""

from collections import Counter

import pytest

from deployments import services
from deployments.models import Deployment, Run
from deployments.tests.factories import make_version
from deployments.tests.inputs.schemas import schema, variable
from deployments.tests.version_moves import url
from foundation import encryption
from modules.models import Module

FILLED = {"name": "web-shop", "in-greeting": "Hello", "in-token": "s3cret"}
SECRET = {"token": "s3cret"}


@pytest.fixture
def version(admin):
    """A free platform module that asks a greeting and a token."""
    asked = schema(variable("greeting"), variable("token", sensitive=True))
    version = make_version({"main.tf": ""}, owner=admin, schema=asked)
    Module.objects.update(owner=None, audience=Module.Audience.EVERYONE)
    version.module.refresh_from_db()
    return version


@pytest.fixture
def shop(carol, version):
    """Carol's deployment, whose first run has ended."""
    made = services.create_deployment(version, name="shop", inputs={"greeting": "Hi"}, secrets=SECRET, by=carol)
    made.runs.update(status=Run.Status.SUCCEEDED)
    return made


@pytest.fixture
def count(monkeypatch):
    """Counts calls of `encrypt` and `decrypt` since it was called last."""
    calls = Counter()

    def counted(name):
        real = getattr(encryption, name)

        def call(*args, **options):
            calls[name] += 1
            return real(*args, **options)

        monkeypatch.setattr(encryption, name, call)

    for name in ("encrypt", "decrypt"):
        counted(name)

    def since():
        counts = calls["encrypt"], calls["decrypt"]
        calls.clear()
        return counts

    return since


def fill(client, version, **changed):
    response = client.post(url("deployment-create", version.module.ref), FILLED | changed)
    assert response.status_code == 302, response.context["form"].errors
    return response.url


def test_a_new_deployment_opens_nothing_that_it_has_just_closed(count, carol, version):
    made = services.create_deployment(version, name="web-shop", inputs={}, secrets=SECRET, by=carol)
    assert count() == (2, 0)
    assert made.runs.get().all_inputs() == Deployment.objects.get().secrets() == SECRET


def test_a_run_with_other_secrets_opens_nothing(count, carol, shop):
    count()
    run = services.start_run(shop, action=Run.Action.UPDATE, by=carol, secrets={"token": "n3w"})
    assert count() == (2, 0)
    assert run.secrets() == Deployment.objects.get().secrets() == {"token": "n3w"}


def test_a_run_with_the_same_secrets_opens_them_once(count, carol, shop):
    count()
    run = services.start_run(shop, action=Run.Action.UPDATE, by=carol)
    assert count() == (1, 1)
    assert run.secrets() == SECRET


def test_the_review_opens_the_draft_once(count, client, carol, version):
    client.force_login(carol)
    review = fill(client, version)
    assert count() == (1, 0)
    client.get(review)
    assert count() == (0, 1)
    assert client.post(review, {"seen": "before"}).status_code == 422
    assert count() == (0, 1)
    assert client.post(review).status_code == 302
    assert count() == (2, 1)
    assert Deployment.objects.get().secrets() == SECRET


def test_a_form_that_is_sent_again_opens_the_draft_once(count, client, carol, version):
    client.force_login(carol)
    draft = fill(client, version).rstrip("/").rpartition("/")[2]
    count()
    fill(client, version, **{"draft": draft, "in-token": ""})
    assert count() == (1, 1)


def test_an_update_opens_draft_and_deployment_once(count, client, carol, shop):
    client.force_login(carol)
    review = client.post(url("deployment-update", shop.ref), {"in-greeting": "Hey", "in-token": "n3w"}).url
    count()
    client.get(review)
    assert count() == (0, 2)
    assert client.post(review, {"seen": "before"}).status_code == 409
    assert count() == (0, 2)
    assert client.post(review).status_code == 302
    assert count() == (2, 2)
    assert shop.runs.get(number=2).secrets() == {"token": "n3w"}
