"""What a publisher says of a version: that it is deprecated, or revoked."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import QueryDict

from modules.models import ModuleVersion

LONGEST_REASON = 300  # characters


class HttpsField(forms.URLField):
    """An address that may be linked to; one without a scheme is taken for https."""

    default_validators = [URLValidator(schemes=["https"])]
    default_error_messages = {"invalid": "Give an address that begins with https://."}


class DeprecateForm(forms.Form):
    reason = forms.CharField(max_length=LONGEST_REASON, help_text="Shown wherever this version is named.")
    link = HttpsField(required=False, max_length=300, assume_scheme="https", help_text="Where to read on, if anywhere.")

    def __init__(self, data: QueryDict | None = None, *, version: ModuleVersion) -> None:
        said = {"reason": version.deprecation_reason, "link": version.deprecation_link}
        super().__init__(data, auto_id="deprecate_%s", initial=said)


class RevokeForm(forms.Form):
    """Asks for the number of what is revoked."""

    reason = forms.CharField(max_length=LONGEST_REASON, help_text="Shown to everybody who sees the module.")
    confirm = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: QueryDict | None = None, *, version: ModuleVersion) -> None:
        super().__init__(data, auto_id="revoke_%s")
        self.semver = version.semver
        self.fields["confirm"].label = f"Type {version.semver} to confirm"

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"].strip() != self.semver:
            raise ValidationError(f"That is not {self.semver}. Nothing was revoked.")
        return self.semver
