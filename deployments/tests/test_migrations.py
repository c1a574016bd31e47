"""Rows of earlier releases know which sensitive values they hold."""

from importlib import import_module

import pytest
from django.apps import apps

from deployments.models import Deployment
from deployments.tests.factories import make_deployment, make_version
from deployments.tests.inputs.schemas import schema, variable

pytestmark = pytest.mark.django_db
SCHEMA = schema(variable("token", sensitive=True), variable("spare", sensitive=True, default=None), variable("plain"))


@pytest.fixture
def shop(alice):
    shop = make_deployment(make_version({"main.tf": ""}, owner=alice, schema=SCHEMA), owner=alice)
    shop.set_secrets({"token": "s3cret"})
    shop.secret_names = []
    shop.save()
    return shop


def names_after_migration():
    import_module("deployments.migrations.0006_fill_in_secret_names").forwards(apps, None)
    return Deployment.objects.get().secret_names


def test_a_secret_that_was_stored_before_is_still_listed(shop):
    assert names_after_migration() == ["token"]


def test_where_the_key_is_gone_all_that_may_be_stored_is_listed(shop, settings):
    settings.PORTAL_KEYS = "new:" + "bmV3IGtleSBvZiB0aGUgdGVzdHMgYWxvbmUsIDMyIUE="
    assert names_after_migration() == ["spare", "token"]
