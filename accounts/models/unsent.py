"""Forms whose session ended before they were sent."""

from django.conf import settings
from django.db import models

from foundation import encryption
from foundation.refs import RefField


class UnsentForm(models.Model):
    """What a person typed into a form that could not be taken, kept until they open it again. Encrypted."""

    MOST = 5  # of one person: the oldest give way

    ref = RefField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    data = models.BinaryField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"unsent form {self.ref}"

    @property
    def content(self) -> str:
        """The form, URL-encoded; raises foundation.encryption.DecryptionFailed."""
        return encryption.decrypt(bytes(self.data), context=self._context).decode()

    @content.setter
    def content(self, text: str) -> None:
        self.data = encryption.encrypt(text.encode(), context=self._context)

    @property
    def _context(self) -> str:
        return f"accounts.unsentform:{self.ref}:content"
