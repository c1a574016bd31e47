"""Invitations to create an account."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models

from foundation.refs import RefField


class InvitationQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Neither accepted nor revoked; they may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def acceptable(self, now: datetime) -> Self:
        """Waiting ones that have not expired, of the command line or of somebody who is still an admin."""
        inviter = models.Q(invited_by=None) | models.Q(invited_by__is_staff=True, invited_by__is_active=True)
        return self.waiting().filter(inviter, expires_at__gt=now)


class Invitation(models.Model):
    """A link that lets one person create an account once, with the e-mail address that was invited."""

    class Role(models.TextChoices):
        USER = "user", "User"
        PARTNER = "partner", "Partner"
        ADMIN = "admin", "Admin"

    ref = RefField()
    email = models.EmailField("e-mail address")
    role = models.CharField(max_length=10, choices=Role, default=Role.USER)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256, hexadecimal.")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="invitations"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="invitation"
    )
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_waiting_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False, revoked_at=None),
                name="an_accepted_invitation_has_its_person_and_is_not_revoked",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def state(self, now: datetime) -> str:
        if self.accepted_at:
            return "Accepted"
        if self.revoked_at:
            return "Revoked"
        if self.invited_by and not (self.invited_by.is_staff and self.invited_by.is_active):
            return "Not valid: who invited is no admin now"
        return "Waiting" if self.expires_at > now else "Expired"
