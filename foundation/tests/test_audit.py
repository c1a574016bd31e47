import pytest
from django.db import InternalError, transaction

from foundation import audit
from foundation.models import AuditEvent


@pytest.fixture
def event(carol, admin):
    return audit.record("user.roles_set", by=admin, target=carol, partner=True)


def test_an_event_says_who_did_what_to_what(event, carol):
    event.refresh_from_db()
    assert (event.by, event.verb, event.target, event.detail) == (
        "admin@example.com",
        "user.roles_set",
        f"accounts.user:{carol.ref}",
        {"partner": True},
    )


def test_the_portal_itself_has_no_name(carol):
    assert audit.record("user.checked", by=None, target=carol).by == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda: AuditEvent.objects.update(by="somebody@example.com"),
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.first().delete(),
        lambda: AuditEvent.objects.first().save(),
    ],
)
def test_the_trail_is_append_only_even_for_the_owner_of_its_table(event, owner, change):
    with pytest.raises(InternalError, match="Cannot update or delete rows"), transaction.atomic():
        change()
    assert AuditEvent.objects.get().by == "admin@example.com"


def test_an_undone_deed_leaves_no_event(carol):
    @transaction.atomic
    def rename_and_fail():
        audit.record("user.renamed", by=carol, target=carol)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rename_and_fail()
    assert AuditEvent.objects.count() == 0
