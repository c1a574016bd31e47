"""What the portal wants of django-allauth beside its settings."""

import time

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from django.db import IntegrityError, transaction
from django.shortcuts import redirect


class PortalAdapter(DefaultAccountAdapter):
    def is_reauthentication_required(self, *, app: str, **kwargs) -> bool:
        """Sensitive deeds need a password typed in the last ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

        allauth counts only the question itself; here the sign-in counts too, else a person who has just
        signed in would be asked again at once.
        """
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT

    def save_user(self, request, user, form, commit=True):
        """A sign-up that is sent twice at the same moment is answered as one for an address that is known already."""
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError as error:
            raise ImmediateHttpResponse(redirect("account_email_verification_sent")) from error
