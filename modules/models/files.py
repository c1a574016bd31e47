"""Files of repositories, stored once by content, and the archives that refer to them."""

import pgtrigger
from django.db import models


class Blob(models.Model):
    """The content of a file, once for all archives that hold it."""

    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the content.")
    git = models.CharField(max_length=40, help_text="Git's object id, which the content hash of an archive is made of.")
    data = models.BinaryField(help_text="A member of a gzip stream.")
    size = models.PositiveIntegerField(help_text="Bytes, unpacked.")
    stored = models.PositiveIntegerField(help_text="Bytes, as stored.")

    def __str__(self) -> str:
        return self.digest[:12]


class Archive(models.Model):
    """The files of a module, or of a repository as far as its modules need them, once for each content."""

    content_hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 over paths, modes and blobs.")
    size = models.PositiveIntegerField(help_text="Bytes, unpacked.")
    files = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.content_hash[:12]


class ArchiveFile(models.Model):
    """A file of an archive."""

    archive = models.ForeignKey(Archive, on_delete=models.CASCADE, related_name="entries")
    path = models.TextField(help_text="In its repository.")
    executable = models.BooleanField(default=False)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["archive", "path"], name="one_file_per_archive_and_path")]
        triggers = [
            pgtrigger.Trigger(
                name="files_of_a_version_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Delete,
                declare=[("version", "bigint")],
                func="""
                    SELECT id INTO version FROM modules_moduleversion WHERE archive_id = OLD.archive_id LIMIT 1;
                    IF FOUND THEN
                        RAISE EXCEPTION 'archive % stays: version % names it', OLD.archive_id, version
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN OLD;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.path
