from django import forms
from django.http import Http404

ROOT = "."  # a checkbox needs a value, and the root folder's path is blank


def folder_named(name: str | None) -> str:
    """The path of the folder that an address or a form names. Raises Http404 for what names none."""
    if not name or "\0" in name:
        raise Http404
    return "" if name == ROOT else name


class FolderField(forms.MultipleChoiceField):
    """Ticked folders; which of them may be published is the service's to say."""

    def valid_value(self, value):
        return True

    def clean(self, value):
        return {"" if path == ROOT else path for path in super().clean(value)}


class SeenField(forms.JSONField):
    """JSON of the page's own making; what was made elsewhere may be nested, or count, beyond what can be read."""

    def to_python(self, value):
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise forms.ValidationError("This form was changed on its way. Reload the page.") from error


class PublishForm(forms.Form):
    """The whole wanted set, and what the page knew when it was made."""

    modules = FolderField(required=False)
    apart = FolderField(required=False)
    scan = forms.CharField(max_length=10)
    seen = SeenField(required=False)

    def clean_seen(self):
        seen = self.cleaned_data["seen"] or {}
        if not isinstance(seen, dict) or not all(isinstance(number, int) for number in seen.values()):
            raise forms.ValidationError("This form was changed on its way. Reload the page.")
        return seen
