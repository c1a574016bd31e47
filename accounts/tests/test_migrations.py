"""An installation with people keeps its open sign-up when it is updated; its admins learn of the choice once."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from partnerportal.database_roles import as_owner

BEFORE = [("accounts", "0004_words"), ("foundation", "0004_words")]
AFTER = [("accounts", "0006_sign_up_stays_open")]


@pytest.fixture
def migrated(live_db):
    """Applies migrations up to a target and gives the models as they were then."""

    def to(target):
        with as_owner():
            MigrationExecutor(connection).migrate(target)
        return MigrationExecutor(connection).loader.project_state(target).apps.get_model

    return to


def person(model, name, **roles):
    return model("accounts", "User").objects.create(ref=name, email=f"{name}@example.com", slug=name, **roles)


def test_an_installation_with_people_stays_open_and_tells_its_admins_once(migrated):
    model = migrated(BEFORE)
    person(model, "admin", is_staff=True)
    person(model, "gone", is_staff=True, is_active=False)
    person(model, "carol")
    model = migrated(AFTER)
    assert model("accounts", "PlatformSettings").objects.get().sign_up == "open"
    [mail] = model("foundation", "OutboxMessage").objects.all()
    assert (mail.to, mail.subject) == ("admin@example.com", "Choose who can create an account")
    assert "http://testserver/admin/accounts/platformsettings/1/change/" in mail.text
    assert (mail.sent_at, mail.next_try_at is None) == (None, False)


def test_an_installation_with_settings_keeps_them(migrated):
    model = migrated(BEFORE)
    person(model, "carol")
    model("accounts", "PlatformSettings").objects.create(private_mode=True)
    row = migrated(AFTER)("accounts", "PlatformSettings").objects.get()
    assert (row.private_mode, row.sign_up) == (True, "open")


def test_an_installation_without_people_starts_by_invitation(migrated):
    migrated(BEFORE)
    model = migrated(AFTER)
    assert not model("accounts", "PlatformSettings").objects.exists()
    assert not model("foundation", "OutboxMessage").objects.exists()
