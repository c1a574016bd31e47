"""django-allauth's forms (sign-in, sign-up, passwords, addresses) with the portal's labels."""

from typing import Any

from allauth.account import forms as allauth
from django import forms

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
    pass


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


class ReauthenticateForm(Worded, allauth.ReauthenticateForm):
    pass
