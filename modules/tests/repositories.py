"""Repositories read without GitHub or database."""

from modules.reading.archive import archive_limits, read_tarball
from modules.reading.validation import Repository
from modules.terraform.hcl import read_file
from modules.tests.tarballs import tarball


def parse(sources):
    for source in sources:
        text = source.data.decode("utf-8" if source.is_json else "utf-8-sig")
        yield source.key, read_file(text, is_json=source.is_json)


def read(files, *, terraform="", **more):
    snapshot = read_tarball(tarball(files, **more), limits=archive_limits())
    repository = Repository(snapshot, "alice/x", parse, terraform=terraform)
    list(repository.read())
    return {folder: repository.module(folder) for folder in repository.folders}
