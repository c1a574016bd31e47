"""How the portal differs from django-allauth, beyond its settings."""

import time
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import clean_client_ip
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import PlatformSettings, User
from foundation import outbox
from foundation.refs import new_ref

OTHER_WAYS = {  # buttons that lead to another way to confirm who one is
    "reauthenticate": "Use your password",
    "mfa_reauthenticate": "Use a code",
    "mfa_reauthenticate:webauthn": "Use a passkey",
}

LONGEST_EMAIL = 254  # characters; RFC 5321 allows no more in a path, which has brackets around it
SECOND_FACTORS = {  # what an e-mail says of a change that somebody made to their own, by the name of allauth's template
    "mfa/email/totp_activated": "An app for two-factor sign-in was set up.",
    "mfa/email/totp_deactivated": "The app for two-factor sign-in was removed.",
    "mfa/email/webauthn_added": "A passkey was added.",
    "mfa/email/webauthn_removed": "A passkey was removed.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made. The old ones no longer work.",
}


class PortalAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is deactivated. Ask an admin to activate it again.",
        "cannot_remove_primary_email": "This is your primary address. Make another one primary first.",
        "duplicate_email": "This address is yours already.",
        "email_password_mismatch": "E-mail or password is not correct. Check both, then try again.",
        "email_too_long": "An e-mail address has at most 254 characters. Enter a shorter one.",
        "email_taken": "This address has an account already. Enter another one.",
        "enter_current_password": "Your current password is not correct. Type it again.",
        "incorrect_password": "The password is not correct. Type it again.",
        "invalid_password_reset": "The link expired or was used already. Get a new one.",
        "max_email_addresses": "You have %d addresses, the maximum. Remove one first.",
        "rate_limited": "Too many requests. Wait a minute, then try again.",
        "too_many_login_attempts": "Too many failed attempts. Wait a few minutes, then try again.",
        "unverified_primary_email": "Confirm this address first. Then you can make it your primary one.",
    }

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method | {"description": OTHER_WAYS[method["id"]]} for method in methods]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return PlatformSettings.load().is_sign_up_open

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Adds `is_sign_up_open`: no e-mail leads to a closed sign-up page. Every link begins with PORTAL_URL.

        allauth makes links of the request's Host header, which whoever sends the request chooses.
        """
        links = {name: outbox.link(_path(value)) for name, value in context.items() if name.endswith("_url") and value}
        is_open = PlatformSettings.load().is_sign_up_open
        super().send_mail(template_prefix, email, context | links | {"is_sign_up_open": is_open})

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tells people by the outbox of changes to their second factors, which whoever has their session could make."""
        if template_prefix not in SECOND_FACTORS:
            return
        profile = f"{outbox.link(reverse('accounts:profile'))}#two-factor"
        outbox.post(
            key=f"second-factors-changed:{user.ref}:{new_ref()}",
            to=user.email,
            subject="Your two-factor sign-in was changed",
            text=f"{SECOND_FACTORS[template_prefix]}\n\nYour profile shows what is set up:\n{profile}",
            why="the second factors of your account were changed",
            stop="Was it not you? Change your password, and tell an admin of this portal.",
        )

    def clean_email(self, email: str) -> str:
        """allauth's forms take longer addresses, which it cuts off, or which the database refuses."""
        if len(email) > LONGEST_EMAIL:
            raise ValidationError(self.error_messages["email_too_long"])
        cleaned: str = super().clean_email(email)
        return cleaned

    def get_client_ip(self, request: HttpRequest) -> str:
        """Whose attempts are counted: the address that the outermost of our proxies added to X-Forwarded-For.

        For a request that passed fewer proxies than PROXY_COUNT, or whose header holds no address there, the sender's.
        """
        try:
            return super().get_client_ip(request)
        except (ImproperlyConfigured, PermissionDenied):
            sender = clean_client_ip(request.META.get("REMOTE_ADDR", ""))
            if not sender:
                raise PermissionDenied("The request has no address.") from None
            return sender

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Sensitive actions need a password typed in the last ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

        allauth counts only the reauthentication; here the sign-in counts too, else a person who has just
        signed in would be asked again at once.
        """
        records = get_authentication_records(self.request, self.request.user)
        return not records or time.time() - records[-1]["at"] > app_settings.REAUTHENTICATION_TIMEOUT

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Answers the second of two simultaneous sign-ups with one address as if the address were already known."""
        try:
            with transaction.atomic():
                return super().save_user(request, user, form, commit)
        except IntegrityError as error:
            raise ImmediateHttpResponse(self.respond_email_verification_sent(request, None)) from error

    def respond_email_verification_sent(self, request: HttpRequest, user: User | None) -> HttpResponse:
        """The page that follows names the address that was typed, known or not."""
        request.session["confirmation_sent_to"] = request.POST.get("email") or request.POST.get("login", "")
        return super().respond_email_verification_sent(request, user)


def _path(url: str) -> str:
    """Path and query of a URL."""
    return urlunsplit(urlsplit(url)._replace(scheme="", netloc=""))
