import zlib

from django.db import models

from foundation import encryption


class Piece(models.Model):
    """A piece of something large: its content is kept in `data`, compressed, encrypted and bound to the row."""

    data = models.BinaryField()

    class Meta:
        abstract = True

    @property
    def content(self) -> bytes:
        """Raises foundation.encryption.DecryptionFailed."""
        return zlib.decompress(encryption.decrypt(bytes(self.data), context=self._context))

    @content.setter
    def content(self, text: bytes) -> None:
        self.data = encryption.encrypt(zlib.compress(text, level=1), context=self._context)

    @property
    def _context(self) -> str:
        raise NotImplementedError  # each subclass has its own
