from django import forms

ROOT = "."  # a checkbox needs a value, and the root folder's path is blank


class FolderField(forms.MultipleChoiceField):
    """Ticked folders; which of them may be published is the service's to say."""

    def valid_value(self, value):
        return True

    def clean(self, value):
        return {"" if path == ROOT else path for path in super().clean(value)}


class PublishForm(forms.Form):
    """The whole wanted set, and what the page knew when it was made."""

    modules = FolderField(required=False)
    scan = forms.CharField(max_length=10)
    seen = forms.JSONField(required=False)

    def clean_seen(self):
        seen = self.cleaned_data["seen"] or {}
        if not isinstance(seen, dict) or not all(isinstance(number, int) for number in seen.values()):
            raise forms.ValidationError("This form was changed on its way. Reload the page.")
        return seen
