"""Forms to deprecate and to revoke a version."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import QueryDict

from modules.models import ModuleVersion

LONGEST_REASON = 300  # characters


class HttpsField(forms.URLField):
    """A URL that is safe to link to; https is added where the scheme is missing."""

    default_validators = [URLValidator(schemes=["https"])]
    default_error_messages = {"invalid": "Enter an address that starts with https://."}


class DeprecateForm(forms.Form):
    reason = forms.CharField(max_length=LONGEST_REASON, help_text="Everyone who sees this version sees the reason.")
    link = HttpsField(
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="A page that says more.",
    )

    def __init__(self, data: QueryDict | None = None, *, version: ModuleVersion) -> None:
        said = {"reason": version.deprecation_reason, "link": version.deprecation_link}
        super().__init__(data, auto_id="deprecate_%s", initial=said)


class RevokeForm(forms.Form):
    """Requires the number of the version, so that nobody revokes one by accident."""

    reason = forms.CharField(max_length=LONGEST_REASON, help_text="Everyone who sees this version sees the reason.")
    confirm = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: QueryDict | None = None, *, version: ModuleVersion) -> None:
        super().__init__(data, auto_id="revoke_%s")
        self.semver = version.semver
        self.fields["confirm"].label = f"Type {version.semver} to confirm"

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"].strip() != self.semver:
            raise ValidationError(f"This does not match. Nothing was revoked. Type {self.semver} to confirm.")
        return self.semver
