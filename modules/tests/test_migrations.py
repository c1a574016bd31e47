"""What was published by earlier releases keeps its order, its address, its folder, its named people, and its files."""

import io
import tarfile

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from modules.models import Archive, Blob, ModuleVersion, Scan, ScannedModule
from modules.reading import file_store
from modules.reading.archive import content_hash_of, new_file
from modules.tests.tarballs import member, pack
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


def test_archives_are_unpacked_into_files_and_only_what_is_needed_stays(migrated):
    model = migrated([("modules", "0013_publications")])
    alice = _person(model, "alice")
    connection = model("accounts", "GitHubConnection").objects.create(
        ref="aconnectio", owner=alice, login="alice", checked_at="2026-01-01T00:00Z", repository_id=1
    )
    archives = {path: _archive(model, _files(path)) for path in ("old", "published", "fresh")}
    module = model("modules", "Module").objects.create(
        ref="amodule", owner=alice, repository_id=1, repository_name="alice/x", path="published", slug="published"
    )
    _version(model, module, archives["published"], 1, by=alice)
    scan = model("modules", "Scan").objects.create(
        ref="ascan", connection=connection, repository_id=1, status="succeeded", commit="c" * 40
    )
    for path in ("published", "fresh"):
        facts = {"is_valid": True, "archive": archives[path], "content_hash": archives[path].content_hash}
        model("modules", "ScannedModule").objects.create(scan=scan, path=path, **facts)
    model("modules", "Scan").objects.create(  # an older one, and the newest that found the same
        ref="anewerscan", connection=connection, repository_id=1, status="succeeded", commit="d" * 40, same_as=scan
    )

    migrated([("modules", "0017_archives_hold_no_data")])

    version = ModuleVersion.objects.only("archive").get()
    whole = Scan.objects.only("archive").get(ref="ascan").archive
    assert [sorted(each.entries.values_list("path", flat=True)) for each in (version.archive, whole)] == [
        ["published/main.tf", "shared/x.tf"],
        ["fresh/main.tf", "published/main.tf", "shared/x.tf"],
    ]
    assert (Archive.objects.count(), Blob.objects.count()) == (2, 3)
    found = ScannedModule.objects.get(path="fresh")
    assert found.folders == ["fresh", "shared"]
    part = file_store.Whole(whole).part(found.folders, content_hash=found.content_hash)
    assert sorted(part.entries.values_list("path", flat=True)) == ["fresh/main.tf", "shared/x.tf"]
    assert file_store.packed(part) == pack({path: new_file(data) for path, data in _files("fresh").items()})


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


def _files(path):
    return {f"{path}/main.tf": path.encode(), "shared/x.tf": b"x" * 10}


def _archive(model, files):
    """As releases up to 0.3.0 stored one: a gzipped tar."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        for path, data in sorted(files.items()):
            tar.addfile(member(path, size=len(data)), io.BytesIO(data))
    made = {path: new_file(data) for path, data in files.items()}
    content_hash = content_hash_of((path, file.executable, file.blob) for path, file in made.items())
    return model("modules", "Archive").objects.create(
        content_hash=content_hash, data=stream.getvalue(), size=sum(map(len, files.values())), files=len(files)
    )
