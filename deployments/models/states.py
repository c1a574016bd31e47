import zlib

from django.db import models

from deployments.models.deployments import Deployment
from deployments.models.pieces import Piece
from deployments.models.runs import Run
from foundation import encryption


class StateVersion(models.Model):
    """Terraform's state at one serial, compressed and encrypted."""

    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="states")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="states")
    lineage = models.CharField(max_length=64)
    serial = models.PositiveBigIntegerField()
    data = models.BinaryField()
    size = models.PositiveIntegerField(help_text="Size in bytes, as Terraform wrote it.")
    resource_count = models.PositiveIntegerField(default=0)
    output_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-serial"]
        constraints = [models.UniqueConstraint(fields=["deployment", "serial"], name="one_state_per_serial")]

    def __str__(self) -> str:
        return f"serial {self.serial}"

    @property
    def content(self) -> bytes:
        """The state as Terraform wrote it; raises foundation.encryption.DecryptionFailed."""
        return zlib.decompress(encryption.decrypt(bytes(self.data), context=self.context))

    @content.setter
    def content(self, text: bytes) -> None:
        self.size = len(text)
        self.data = encryption.encrypt(zlib.compress(text, level=1), context=self.context)

    @property
    def context(self) -> str:
        """What its content, and that of its outputs, is bound to when it is encrypted."""
        return f"deployments.deployment:{self.deployment.ref}:state:{self.lineage}:{self.serial}"


class StateResource(models.Model):
    """A managed resource in a state. Of very many, the first ones."""

    state = models.ForeignKey(StateVersion, on_delete=models.CASCADE, related_name="resources")
    position = models.PositiveIntegerField(help_text="Place in the state, from 0.")
    address = models.TextField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["state", "position"], name="one_resource_per_position")]

    def __str__(self) -> str:
        return self.address


class Output(models.Model):
    """An output in a state. The value of a sensitive or large one is kept in parts, and only in the newest state."""

    state = models.ForeignKey(StateVersion, on_delete=models.CASCADE, related_name="outputs")
    name = models.CharField(max_length=500)
    type = models.JSONField(null=True, help_text="As Terraform writes it.")
    is_sensitive = models.BooleanField()
    is_large = models.BooleanField(help_text="Too large for a page.")
    size = models.PositiveIntegerField(help_text="Bytes of the value as JSON.")
    value = models.JSONField(null=True, help_text="Null if it is sensitive or large.")

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["state", "name"], name="one_output_per_name")]

    def __str__(self) -> str:
        return self.name


class OutputPart(Piece):
    """A part of an output's value as people see it, in UTF-8. Its content needs `output.state.deployment`."""

    output = models.ForeignKey(Output, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField(help_text="From 0.")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["output", "number"], name="one_part_per_number")]

    def __str__(self) -> str:
        return f"part {self.number}"

    @property
    def _context(self) -> str:
        return f"{self.output.state.context}:output:{self.number}:{self.output.name}"
