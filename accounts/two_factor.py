"""How two-factor sign-in differs from allauth.mfa: secrets are encrypted, and admins may have to use it."""

import base64
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import PlatformSettings, TwoFactor, User
from foundation import encryption
from foundation.encryption import DecryptionFailed

UNREADABLE = "The portal's keys cannot decrypt your codes. Ask an admin to remove your second factor."
SECRETS = "allauth.mfa.authenticator"  # allauth does not say whose secret it is, so it is bound to no row
OWN_ACCOUNT = "accounts/"  # where somebody without a second factor sets one up, or signs out


class TwoFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_generate_recovery_codes": "Set up an app or a passkey first. Then there are recovery codes.",
        "incorrect_code": "This is not correct, or was used already. Try again.",
    }

    def encrypt(self, text: str) -> str:
        return base64.b64encode(encryption.encrypt(text.encode(), context=SECRETS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        try:
            return encryption.decrypt(base64.b64decode(encrypted_text), context=SECRETS).decode()
        except DecryptionFailed as error:
            # Never a code that somebody could guess: nobody gets past with a secret that cannot be read.
            messages.error(context.request, UNREADABLE)
            raise ImmediateHttpResponse(redirect("account_login")) from error

    def build_totp_svg(self, url: str) -> str:
        """The picture alone, without an XML declaration: it stands in a page."""
        return super().build_totp_svg(url).partition("?>")[2].strip()

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}


class RequiredOfAdmins(MiddlewareMixin):
    """Lets an admin, where a second factor is required, enter nothing but their own account without one.

    Addresses of machines are left alone: they act for a token or a signature, and their session is not even read.
    """

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        match = request.resolver_match
        is_of_machines = getattr(view, "csrf_exempt", False)
        if match is None or is_of_machines or match.route.startswith(OWN_ACCOUNT) or not is_missing(request):
            return None
        address, text = _way_in(request)
        messages.info(request, text)
        is_htmx = "HX-Request" in request.headers
        return HttpResponseClientRedirect(address) if is_htmx else redirect(address)


def is_missing(request: HttpRequest) -> bool:
    """Whether this session needs a second factor, and has none: used at sign-in, or confirmed since."""
    user = request.user
    if not settings.MFA_SUPPORTED_TYPES or not (user.is_authenticated and user.is_staff) or was_used(request):
        return False
    return PlatformSettings.load().two_factor == TwoFactor.ADMINS


def was_used(request: HttpRequest) -> bool:
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def _way_in(request: HttpRequest) -> tuple[str, str]:
    """Where an admin sets up or confirms a second factor, and why."""
    types = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
    if not types - {Authenticator.Type.RECOVERY_CODES}:
        return reverse("mfa_activate_totp"), "Two-factor sign-in is required of admins. Set it up to continue."
    name = "mfa_reauthenticate" if Authenticator.Type.TOTP in types else "mfa_reauthenticate_webauthn"
    next_page = request.get_full_path() if request.method == "GET" else reverse("start")
    address = f"{reverse(name)}?{urlencode({'next': next_page})}"
    return address, "Two-factor sign-in is required of admins. Confirm it's you to continue."
