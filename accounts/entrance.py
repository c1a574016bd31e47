"""django-allauth's forms (sign-in, sign-up, passwords, addresses) with the portal's labels."""

from typing import Any

from allauth.account import forms as allauth
from django import forms

from accounts import sign_up
from accounts.models import PlatformSettings

LABELS = {  # allauth's label to the portal's
    "Login": "E-mail",
    "Email": "E-mail",
    "Remember Me": "Keep me signed in",
    "Password (again)": "Password, again",
    "Current Password": "Current password",
    "New Password": "New password",
    "New Password (again)": "New password, again",
}


class Worded(forms.Form):
    """Replaces labels as in LABELS and drops placeholders, which would only repeat them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = LABELS.get(str(field.label), field.label)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Worded, allauth.LoginForm):
    pass


class SignupForm(Worded, allauth.SignupForm):
    def clean_email(self) -> str:
        email: str = super().clean_email()
        platform = PlatformSettings.load()
        if not platform.admits(email):
            raise forms.ValidationError(sign_up.refusal(platform))
        return email


class AddEmailForm(Worded, allauth.AddEmailForm):
    pass


class ChangePasswordForm(Worded, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(Worded, allauth.SetPasswordForm):
    pass


class ResetPasswordForm(Worded, allauth.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(Worded, allauth.ResetPasswordKeyForm):
    pass


class AcceptanceForm(Worded, allauth.SetPasswordForm):
    """Name and password of somebody who was invited; `user` is not saved yet, and has the invited address."""

    first_name = forms.CharField(max_length=150, required=False)
    last_name = forms.CharField(max_length=150, required=False)

    field_order = ["first_name", "last_name"]


class ReauthenticateForm(Worded, allauth.ReauthenticateForm):
    pass
