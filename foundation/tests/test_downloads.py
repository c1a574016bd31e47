import pytest

from foundation import downloads
from foundation.downloads import file_download
from modules.models import Archive
from tests.streaming import pieces

pytestmark = pytest.mark.django_db


def test_a_stored_file_is_sent_a_piece_at_a_time(monkeypatch):
    monkeypatch.setattr(downloads, "PIECE", 4)
    stored = Archive.objects.create(content_hash="a", data=b"\x1f\x8b\0\0123456", size=1, files=1)
    rows = Archive.objects.filter(pk=stored.pk)
    response = file_download(rows, "data", name="net-1.0.0.tar.gz", kind="application/gzip")
    assert pieces(response) == [b"\x1f\x8b\0\012", b"3456"]
    assert response["Content-Length"] == "8"
    assert response["Content-Disposition"] == 'attachment; filename="net-1.0.0.tar.gz"'
