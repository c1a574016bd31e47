"""What was published before semantic versions keeps its order, its address, its folder and its named people."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from partnerportal.database_roles import as_owner

BEFORE = [("modules", "0002_incremental_scans")]
AFTER = [("modules", "0007_fill_in_folders")]


@pytest.fixture
def migrated(live_db):
    """Applies migrations up to a target and gives the models as they were then."""

    def to(target):
        with as_owner():
            MigrationExecutor(connection).migrate(target)
        return MigrationExecutor(connection).loader.project_state(target).apps.get_model

    return to


def test_versions_shares_and_addresses_come_from_what_stood_before(migrated):
    model = migrated(BEFORE)
    alice, carol = (_person(model, name) for name in ("alice", "carol"))
    archive = model("modules", "Archive").objects.create(content_hash="a" * 64, data=b"", size=0, files=0)
    for repository, path in ((1, "web_app"), (2, "modules/Web_App")):
        module = model("modules", "Module").objects.create(
            ref=f"mod{repository}", owner=alice, repository_id=repository, repository_name="alice/x", path=path
        )
        module.named_people.add(carol)
        for number in (1, 2):
            _version(model, module, archive, number, by=alice)

    model = migrated(AFTER)

    found = model("modules", "ModuleVersion").objects.filter(module__path="web_app").order_by("number")
    assert [(version.semver, version.bump) for version in found] == [("1.0.0", "first"), ("1.1.0", "minor")]
    assert set(model("modules", "ModuleVersion").objects.values_list("ref", "path")) == {
        ("mod1v1", "web_app"),
        ("mod1v2", "web_app"),
        ("mod2v1", "modules/Web_App"),
        ("mod2v2", "modules/Web_App"),
    }
    assert list(model("modules", "Module").objects.order_by("pk").values_list("slug", flat=True)) == [
        "web_app",
        "web_app-mod2",
    ]
    assert set(model("modules", "Share").objects.values_list("email", flat=True)) == {"carol@example.com"}
    assert model("modules", "Share").objects.count() == 2


def _person(model, name):
    return model("accounts", "User").objects.create(ref=name, email=f"{name}@example.com", slug=name)


def _version(model, module, archive, number, *, by):
    return model("modules", "ModuleVersion").objects.create(
        ref=f"{module.ref}v{number}",
        module=module,
        number=number,
        commit="c" * 40,
        content_hash=archive.content_hash,
        archive=archive,
        schema={},
        title="Web App",
        published_by=by,
    )
