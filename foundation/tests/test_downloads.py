import pytest

from foundation import downloads
from foundation.downloads import file_download, parts_download
from modules.models import Blob
from tests.streaming import pieces

pytestmark = pytest.mark.django_db


def test_a_stored_file_is_sent_a_piece_at_a_time(monkeypatch):
    monkeypatch.setattr(downloads, "PIECE", 4)
    stored = Blob.objects.create(digest="a", git="a", data=b"\x1f\x8b\0\0123456", size=1, stored=8)
    rows = Blob.objects.filter(pk=stored.pk)
    response = file_download(rows, "data", name="net-1.0.0.tar.gz", kind="application/gzip")
    assert pieces(response) == [b"\x1f\x8b\0\012", b"3456"]
    assert response["Content-Length"] == "8"
    assert response["Content-Disposition"] == 'attachment; filename="net-1.0.0.tar.gz"'


def test_a_file_of_parts_is_sent_a_part_at_a_time():
    parts = [b"one", b"two"]
    response = parts_download(
        lambda number: parts[number] if number < 2 else b"", length=6, name="a.tar.gz", kind="x/y"
    )
    assert pieces(response) == parts
    assert response["Content-Length"] == "6"
