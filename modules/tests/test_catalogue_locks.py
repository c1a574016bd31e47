"""Locks of the catalogue's rows: those of changes, and those of new deployments."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import GitHubConnection
from modules.models import Module
from modules.tests.published_versions import make_module

pytestmark = pytest.mark.django_db


def asked(queryset) -> list[str]:
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        list(queryset)
    return [query["sql"] for query in queries]


def test_whoever_changes_a_module_locks_its_row_alone(alice):
    make_module(alice)
    (sql,) = asked(Module.objects.locked().select_related("owner"))
    assert sql.endswith('FOR NO KEY UPDATE OF "modules_module"')


def test_whoever_deploys_shares_the_row_then_reads_it(alice):
    module = make_module(alice)
    with CaptureQueriesContext(connection) as queries:
        assert Module.objects.filter(pk=module.pk).held_still().get() == module
    lock, read = (query["sql"] for query in queries)
    assert lock.endswith(f'FROM "modules_module" WHERE "modules_module"."id" = {module.pk} FOR SHARE')
    assert "FOR SHARE" not in read


def test_connection_is_locked_so_that_its_scans_may_still_be_added(alice):
    (sql,) = asked(GitHubConnection.objects.locked())
    assert sql.endswith("FOR NO KEY UPDATE")
