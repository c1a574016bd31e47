"""Keys of people to the registry protocol."""

from django.conf import settings
from django.db import models

from foundation.refs import RefField


class ApiToken(models.Model):
    """A person's key to Terraform's registry protocol; shown once, kept as a hash."""

    ref = RefField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, hexadecimal.")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "API token"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                condition=models.Q(revoked_at=None),
                name="one_api_token_per_name_while_it_works",
            ),
        ]

    def __str__(self) -> str:
        return self.name
