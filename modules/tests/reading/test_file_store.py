"""Files are stored once by content, archives of what nobody published are not kept, and an owner's room is limited."""

import gzip
import io
import random
import tarfile
from itertools import count, takewhile

import pytest
from django.db import connections
from django.db.models import Sum

from accounts.models import GitHubConnection
from modules.models import Archive, ArchiveFile, Blob, ModuleVersion, Scan
from modules.publishing import services
from modules.reading import file_store
from modules.reading.archive import content_hash_of, new_file, unpack
from modules.scanning import story
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.tarballs import pack

pytestmark = pytest.mark.django_db
CALL = f'module "s" {{\n  source = "../shared"\n}}\n{GREETING}'
NOISE = random.Random(1).randbytes(100_000).hex()  # 100 KB, compressed


def files(number=3, *, noise=NOISE) -> dict:
    """Folders that all call one that is large."""
    return {f"m{n}/main.tf": CALL for n in range(number)} | {"shared/main.tf": "", "shared/noise.txt": noise}


def stored() -> int:
    return Blob.objects.aggregate(bytes=Sum("stored"))["bytes"] or 0


def paths(archive) -> list[str]:
    return sorted(archive.entries.values_list("path", flat=True))


def test_folder_that_three_modules_call_is_stored_once(alice, github):
    publish(connect(github, alice, files=files()), "m0", "m1", "m2")
    archives = [version.archive for version in ModuleVersion.objects.order_by("path")]
    assert [paths(archive) for archive in archives] == [
        [f"m{n}/main.tf", "shared/main.tf", "shared/noise.txt"] for n in range(3)
    ]
    assert Blob.objects.count() == 3
    assert stored() < 120_000


def test_archive_is_the_same_tar_whatever_else_is_stored(tmp_path):
    made = {
        "b/run.sh": new_file(b"#!/bin/sh\n", executable=True),
        "a.tf": new_file(b"x" * 1_000),
        "empty": new_file(b""),
    }
    archive = file_store.keep(made)
    assert archive.content_hash == content_hash_of((path, file.executable, file.blob) for path, file in made.items())
    assert (archive.files, archive.size) == (3, 1_010)
    assert file_store.packed(archive) == pack(made)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file_store.packed(archive)))) as tar:
        assert [(member.name, member.size, oct(member.mode)) for member in tar] == [
            ("a.tf", 1_000, "0o644"),
            ("b/run.sh", 10, "0o755"),
            ("empty", 0, "0o644"),
        ]
    unpack(file_store.packed(archive), tmp_path)
    assert (tmp_path / "b/run.sh").read_text() == "#!/bin/sh\n"


def test_a_piece_of_an_archive_was_fifty_whole_files():
    made = {f"{number}.txt": new_file(random.Random(number).randbytes(900_000)) for number in range(3)}
    made |= {f"small{number}.tf": new_file(b"x" * number) for number in range(200)}
    packed = file_store.Packed(file_store.keep(made))
    parts = list(takewhile(bool, map(packed.part, count())))
    assert b"".join(parts) == pack(made)
    assert max(map(len, parts)) < 280_000  # with what stands before each file
    assert len(parts) < 3 * 4 + 200 // 50 + 3


def test_same_files_are_one_archive():
    assert file_store.keep({"a": new_file(b"x")}) == file_store.keep({"a": new_file(b"x")})
    assert (Archive.objects.count(), Blob.objects.count()) == (1, 1)


def test_files_of_what_was_never_published_are_gone_after_the_next_scan(alice, github):
    connection = connect(github, alice, files=files())
    publish(connection, "m0")
    github.commit(NAME, {"m1/main.tf": f"{CALL}# a\n", "shared/noise.txt": NOISE[::-1]})
    scan(connection)
    assert stored() > 220_000
    github.commit(NAME, {"shared/noise.txt": "short"})
    last = scan(connection)
    assert stored() < 120_000  # what m0 was published with
    assert list(Scan.objects.exclude(archive=None)) == [last]
    assert paths(ModuleVersion.objects.get().archive) == ["m0/main.tf", "shared/main.tf", "shared/noise.txt"]


def test_an_unchanged_repository_keeps_the_files_that_publishing_needs(alice, github):
    connection = connect(github, alice, files=files())
    scan(connection)
    publish(connection, "m2")
    assert paths(ModuleVersion.objects.get().archive) == ["m2/main.tf", "shared/main.tf", "shared/noise.txt"]


def test_a_module_that_was_carried_over_is_published_with_its_files(alice, github):
    connection = connect(github, alice, files=files())
    scan(connection)
    github.commit(NAME, {"m0/main.tf": f"{CALL}# changed\n"})
    publish(connection, "m1")
    assert paths(ModuleVersion.objects.get().archive) == ["m1/main.tf", "shared/main.tf", "shared/noise.txt"]


def test_files_of_a_removed_connection_are_deleted_and_those_of_versions_kept(alice, github):
    connection = connect(github, alice, files={"a/main.tf": GREETING, "b/main.tf": CALL})
    publish(connection, "a")
    GitHubConnection.objects.all().delete()
    file_store.forget_unused()
    assert [paths(archive) for archive in Archive.objects.all()] == [["a/main.tf"]]
    assert Blob.objects.count() == 1


def test_nothing_is_deleted_while_somebody_stores_files():
    file_store.keep({"a": new_file(b"x")})
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [file_store.lock_number(file_store.keep)])
        file_store.forget_unused()
        assert ArchiveFile.objects.count() == 1
        cursor.execute("ROLLBACK")
    other.close()
    file_store.forget_unused()
    assert (ArchiveFile.objects.count(), Archive.objects.count(), Blob.objects.count()) == (0, 0, 0)


def test_a_scan_that_needs_too_much_room_fails_with_a_sentence_and_stores_nothing(alice, github, settings):
    connection = connect(github, alice, files=files())
    publish(connection, "m0")
    settings.OWNER_BYTES = 150_000
    before = stored()
    github.commit(NAME, {"shared/noise.txt": NOISE[::-1]})
    row = scan(connection)
    assert (row.status, row.error) == (
        "failed",
        "The files of your published versions and of this repository take up 225 KB, of 146 KB at most. "
        "What is published stays. Remove large files from the repository, or ask an admin for more room.",
    )
    assert stored() == before


def test_publishing_beyond_the_room_fails_with_a_sentence_and_publishes_nothing(alice, github, settings):
    connection = connect(github, alice, files=files())
    row = scan(connection)
    settings.OWNER_BYTES = 50_000
    with pytest.raises(services.StalePublication):
        services.publish(connection, scan=row, paths={"m0"}, by=alice)
    assert not ModuleVersion.objects.exists()


def test_the_publish_page_says_how_much_room_is_used(alice, github):
    connection = connect(github, alice, files=files())
    publish(connection, "m0")
    row = scan(connection)
    assert story.text(row, connection).endswith("Your files use 113 KB of 500 MB.")


def test_bytes_are_counted_once_for_all_versions_of_an_owner(alice, bob):
    archives = [file_store.keep({f"m{n}": new_file(b"x" * n), "shared": new_file(NOISE.encode())}) for n in (1, 2)]
    sizes = dict(Blob.objects.values_list("size", "stored"))
    assert file_store.stored_bytes(alice, archives[0]) == sizes[1] + sizes[200_000] + 2 * 200
    assert file_store.stored_bytes(bob, None) == 0
