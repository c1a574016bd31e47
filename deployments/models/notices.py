from django.db import models


class RemovalNotice(models.Model):
    """The owners of live deployments were notified of one removal of a module."""

    module = models.ForeignKey("modules.Module", on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["module", "removed_at"], name="one_notice_per_removal")]

    def __str__(self) -> str:
        return f"{self.module} removed {self.removed_at:%Y-%m-%d %H:%M}"


class RevocationNotice(models.Model):
    """The owners of live deployments were notified of one revocation of a version."""

    version = models.ForeignKey("modules.ModuleVersion", on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField()
    told_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "revoked_at"], name="one_notice_per_revocation")]

    def __str__(self) -> str:
        return f"{self.version} revoked {self.revoked_at:%Y-%m-%d %H:%M}"
