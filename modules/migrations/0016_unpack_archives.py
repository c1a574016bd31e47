"""Turns each archive into files that are stored once by content, and deletes archives that no version has.

What was found by the newest scan of a connection stays publishable: its archives together are the files of the scan.
"""

import gzip
import hashlib
import io
import tarfile

from django.db import migrations

AT_ONCE = 500


def unpack(apps, schema_editor):
    Archive, Scan = apps.get_model("modules", "Archive"), apps.get_model("modules", "Scan")
    Version, Found = apps.get_model("modules", "ModuleVersion"), apps.get_model("modules", "ScannedModule")
    Prepared = apps.get_model("modules", "PreparedModule")
    published = set(Version.objects.values_list("archive", flat=True))
    scans = {scan.pk: {} for scan in newest(Scan)}
    found = Found.objects.filter(scan__in=scans, is_valid=True).exclude(archive=None)
    needed = published | set(found.values_list("archive", flat=True))
    for archive in Archive.objects.filter(pk__in=needed).iterator(chunk_size=10):
        fill(apps, archive, members(bytes(archive.data)))
    for row in found.select_related("archive"):
        entries = row.archive.entries.values_list("path", "executable", "blob", "blob__git", "blob__size")
        scans[row.scan_id] |= {entry[0]: entry for entry in entries}
        row.folders = outermost(entry[0].rpartition("/")[0] for entry in entries)
        row.save(update_fields=["folders"])
        Prepared.objects.filter(found=row, adds_version=True).update(archive=row.archive)
    for pk, entries in scans.items():
        Scan.objects.filter(pk=pk).update(archive=whole(apps, sorted(entries.values())))
    Found.objects.exclude(archive=None).update(archive=None)
    kept = published | set(Scan.objects.exclude(archive=None).values_list("archive", flat=True))
    kept |= set(Prepared.objects.exclude(archive=None).values_list("archive", flat=True))
    Archive.objects.exclude(pk__in=kept).delete()


def newest(Scan):
    """The scans whose folders the newest succeeded scan of each connection has."""
    last = Scan.objects.filter(status="succeeded").order_by("connection", "-pk").distinct("connection")
    return Scan.objects.filter(pk__in=[scan.same_as_id or scan.pk for scan in last])


def members(data):
    """Path, executable bit and content of each file."""
    if not data:
        return
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        for member in tar:
            yield member.name, bool(member.mode & 0o100), tar.extractfile(member).read()


def fill(apps, archive, files):
    Blob, File = apps.get_model("modules", "Blob"), apps.get_model("modules", "ArchiveFile")
    rows = [(path, executable, hashlib.sha256(data).hexdigest(), data) for path, executable, data in files]
    contents = {digest: data for _, _, digest, data in rows}
    known = set(Blob.objects.filter(digest__in=contents).values_list("digest", flat=True))
    Blob.objects.bulk_create((blob(Blob, digest, contents[digest]) for digest in contents.keys() - known), AT_ONCE)
    keys = dict(Blob.objects.filter(digest__in=contents).values_list("digest", "pk"))
    File.objects.bulk_create(
        (File(archive=archive, path=path, executable=bit, blob_id=keys[digest]) for path, bit, digest, _ in rows),
        AT_ONCE,
    )


def blob(Blob, digest, data):
    git = hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
    stored = gzip.compress(data, compresslevel=6, mtime=0)
    return Blob(digest=digest, git=git, data=stored, size=len(data), stored=len(stored))


def whole(apps, entries):
    """The archive of a scan, of path, executable bit, key, git's id and size of each of its files."""
    Archive, File = apps.get_model("modules", "Archive"), apps.get_model("modules", "ArchiveFile")
    digest = hashlib.sha256()
    for path, executable, _, git, _ in entries:
        digest.update(f"{path}\0{'100755' if executable else '100644'}\0{git}\n".encode())
    facts = {"size": sum(entry[4] for entry in entries), "files": len(entries)}
    archive, is_new = Archive.objects.get_or_create(content_hash=digest.hexdigest(), defaults=facts)
    if is_new:
        rows = (File(archive=archive, path=path, executable=bit, blob_id=key) for path, bit, key, _, _ in entries)
        File.objects.bulk_create(rows, AT_ONCE)
    return archive


def outermost(folders):
    folders = set(folders)
    return sorted(each for each in folders if not any(above in folders for above in parents(each)))


def parents(folder):
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


class Migration(migrations.Migration):
    dependencies = [("modules", "0015_files_are_stored_once")]
    operations = [migrations.RunPython(unpack, migrations.RunPython.noop, elidable=False)]
