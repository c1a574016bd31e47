"""allauth.mfa's forms with the portal's labels; credentials that no browser makes are refused like wrong ones."""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms

from accounts.entrance import Worded

# What fido2 raises for JSON or CBOR of another shape, cut short or nested deeply, and cryptography for no keys.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError, struct.error)
NAME = 60


class CredentialField(forms.JSONField):
    """What the browser made of a passkey, as JSON."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (RecursionError, ValueError) as error:  # nested deeply, or a number of thousands of digits
            raise forms.ValidationError("This is not correct. Try again.") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial  # shown again, it would be of no use: each is for one challenge


class CodeForm(Worded):
    """Asks for the code of an app, or a recovery code."""

    code_label = "Code from your app, or a recovery code"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = self.code_label
        field.max_length = 20  # type: ignore[attr-defined]
        field.widget.attrs |= {"autofocus": True, "inputmode": "numeric", "maxlength": 20}


class AuthenticateForm(CodeForm, codes.AuthenticateForm):
    pass


class ReauthenticateForm(CodeForm, codes.ReauthenticateForm):
    pass


class ActivateTOTPForm(CodeForm, totp.ActivateTOTPForm):
    code_label = "Code from your app"


class PasskeyForm(forms.Form):
    """Signs in, or confirms who one is."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        try:
            return super().clean_credential()  # type: ignore[misc]  # of allauth's form, beside this one
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class AuthenticateWebAuthnForm(PasskeyForm, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticateWebAuthnForm(PasskeyForm, webauthn.ReauthenticateWebAuthnForm):
    pass


class LoginWebAuthnForm(PasskeyForm, webauthn.LoginWebAuthnForm):
    pass


class AddWebAuthnForm(webauthn.AddWebAuthnForm):
    name = forms.CharField(
        max_length=NAME, required=False, help_text="So that you can tell your passkeys apart, for example “laptop”."
    )
    passwordless = forms.BooleanField(
        label="Sign in with this passkey alone",
        required=False,
        initial=True,
        help_text="It replaces your password, too. It needs a PIN, a fingerprint or your face.",
    )
    credential = CredentialField()

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error


class EditWebAuthnForm(webauthn.EditWebAuthnForm):
    name = forms.CharField(max_length=NAME)
