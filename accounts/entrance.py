"""The forms of the pages around signing in: django-allauth's, in the portal's words."""

from typing import Any

from allauth.account import forms as allauth
from django import forms

LABELS = {  # allauth's, as the portal writes them
    "Login": "E-mail",
    "Email": "E-mail",
    "Remember Me": "Keep me signed in",
    "Password (again)": "Password, again",
    "Current Password": "Current password",
    "New Password": "New password",
    "New Password (again)": "New password, again",
}


class Worded(forms.Form):
    """Labels as in LABELS; a placeholder would only repeat them."""

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
