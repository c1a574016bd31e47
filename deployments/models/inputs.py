import json
from collections.abc import Container

from django.db import models

from foundation import encryption
from foundation.refs import RefField


class Inputs(models.Model):
    """Values of a module's variables: plain ones as JSON, sensitive ones encrypted and bound to the row."""

    ref: RefField  # each subclass declares it
    inputs = models.JSONField(default=dict)
    secret_inputs = models.BinaryField(default=b"", editable=False)
    secret_names = models.JSONField(default=list, editable=False, help_text="Names of the stored sensitive values.")

    class Meta:
        abstract = True

    def secrets(self) -> dict:
        """Sensitive values by variable name; raises foundation.encryption.DecryptionFailed."""
        if not self.secret_inputs:
            return {}
        return json.loads(encryption.decrypt(bytes(self.secret_inputs), context=self._secrets_context))

    def set_secrets(self, values: dict) -> None:
        """Set `secret_inputs` and `secret_names`; save both."""
        self.secret_names = sorted(values)
        self.secret_inputs = (
            encryption.encrypt(json.dumps(values).encode(), context=self._secrets_context) if values else b""
        )

    def all_inputs(self) -> dict:
        return self.inputs | self.secrets()

    def forget(self, names: Container[str]) -> None:
        """Drop the sensitive values of these variables; drops all when they can't be decrypted."""
        try:
            kept = {name: value for name, value in self.secrets().items() if name not in names}
        except encryption.DecryptionFailed:
            kept = {}
        self.set_secrets(kept)

    @property
    def _secrets_context(self) -> str:
        return f"{self._meta.label_lower}:{self.ref}:inputs"
