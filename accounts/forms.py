from django import forms

from accounts import github_api
from accounts.models import GitHubConnection, User

THEMES = [("auto", "Same as my device"), ("light", "Light"), ("dark", "Dark")]


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name"]


class TokenForm(forms.Form):
    """A personal access token, which a page never gets back: a password field renders without its value."""

    token = forms.CharField(
        label="Personal access token",
        max_length=255,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "placeholder": "ghp_…", "spellcheck": "false"}),
        help_text="Needs the repo scope, or read access to contents when it is fine-grained. "
        "It is checked against GitHub, then stored encrypted and never shown again.",
        error_messages={"required": "Paste a token first."},
    )

    def __init__(self, data=None, *, replaces: bool = False):
        super().__init__(data)
        if replaces:
            self.fields["token"].label = "New token"

    def clean_token(self):
        token = self.cleaned_data["token"]
        if not github_api.SENDABLE.fullmatch(token):
            raise forms.ValidationError("A token holds letters, digits and signs only. Copy it again, without spaces.")
        return token


class ApiTokenForm(forms.Form):
    """The name by which a person will know an API token again."""

    name = forms.CharField(
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Where it will be used, as in “laptop” or “build server”.",
        error_messages={"required": "Give the token a name."},
    )


class RepositoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, row):
        return row.full_name if row.private else f"{row.full_name} (public)"


class RepositoryForm(forms.Form):
    """Where modules come from; `matching` narrows what the dropdown offers, not what is accepted."""

    repository = RepositoryChoice(
        queryset=None,
        to_field_name="repository_id",
        empty_label="Choose a repository",
        error_messages={
            "required": "Choose a repository.",
            "invalid_choice": "The token cannot read this repository any more. Choose another, or refresh the list.",
        },
    )

    branch = forms.CharField(
        required=False, max_length=255, widget=forms.TextInput(attrs={"list": "branches", "autocomplete": "off"})
    )

    def __init__(self, data=None, *, connection: GitHubConnection, matching: str = ""):
        super().__init__(data, initial={"repository": connection.repository_id, "branch": connection.branch})
        self.connection = connection
        self.fields["branch"].help_text = self._default_branch()
        field = self.fields["repository"]
        field.queryset = connection.repositories.all()
        self.found = field.queryset.filter(full_name__icontains=matching)
        if matching:
            # Narrowed in the widget alone: a post may name any repository of the token.
            field.widget.choices = [(row.repository_id, field.label_from_instance(row)) for row in self.found]

    def clean(self):
        """Another repository begins with its default branch, unless another branch was typed as well."""
        chosen = self.cleaned_data.get("repository")
        if chosen and chosen.repository_id != self.connection.repository_id and "branch" not in self.changed_data:
            self.cleaned_data["branch"] = ""
        return self.cleaned_data

    def _default_branch(self) -> str:
        chosen = self.connection.repository_id
        row = chosen and self.connection.repositories.filter(repository_id=chosen).first()
        return f"Blank for the repository's default branch{f': {row.default_branch}' if row else ''}."


class RemovalForm(forms.Form):
    """The name of what is removed, typed again."""

    confirm = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data=None, *, connection: GitHubConnection):
        super().__init__(data)
        self.expected = connection.repository_name or connection.login
        self.fields["confirm"].label = f"Type {self.expected} to confirm"

    def clean_confirm(self):
        typed = self.cleaned_data["confirm"].strip()
        if typed != self.expected:
            raise forms.ValidationError(f"This is not {self.expected}. Nothing was removed.")
        return typed


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=THEMES, widget=forms.RadioSelect)
