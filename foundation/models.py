import pgtrigger
from django.db import models


class AuditEvent(models.Model):
    """Who did what to what. Append-only; people and targets are texts, so that it never points upward."""

    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=254, blank=True, help_text="E-mail of the person, blank for the portal itself.")
    verb = models.CharField(max_length=60)
    target = models.CharField(max_length=120, help_text="app.model:ref")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["target", "-at"], name="audit_by_target")]
        triggers = [
            pgtrigger.Protect(name="audit_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.by or 'portal'} {self.verb} {self.target}"


class Heartbeat(models.Model):
    """When each of the portal's periodic works last succeeded; `/healthz` and the admin read its lag."""

    name = models.CharField(max_length=60, primary_key=True)
    at = models.DateTimeField()

    def __str__(self):
        return self.name
