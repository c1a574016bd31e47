from collections.abc import Iterable
from typing import Any, cast

from django import forms

from accounts import github_api
from accounts.models import GitHubConnection, User
from foundation.choices import ShownChoices


class Theme(ShownChoices):
    AUTO = "auto", "", "", "Same as my device"
    LIGHT = "light", "", "sun", "Light"
    DARK = "dark", "", "moon", "Dark"


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name"]


class TokenForm(forms.Form):
    """A personal access token. A password field renders without its value, so no page contains the token."""

    token = forms.CharField(
        label="Personal access token",
        max_length=255,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "placeholder": "ghp_…", "spellcheck": "false"}),
        help_text="A classic token needs the repo scope. A fine-grained token needs read access to contents. "
        "The portal stores it encrypted and never shows it again.",
        error_messages={"required": "Paste a token."},
    )

    def __init__(self, data: Any = None, *, replaces: bool = False) -> None:
        super().__init__(data)
        if replaces:
            self.fields["token"].label = "New token"

    def clean_token(self) -> str:
        token = self.cleaned_data["token"]
        if not github_api.SENDABLE.fullmatch(token):
            raise forms.ValidationError("A token has no spaces or special letters. Copy it again.")
        return token


class ApiTokenForm(forms.Form):
    """The name of a new API token."""

    name = forms.CharField(
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="Where you use it, for example “laptop” or “build server”.",
        error_messages={"required": "Give the token a name."},
    )


class RepositoryChoice(forms.ModelChoiceField):
    def label_from_instance(self, row: Any) -> str:
        return row.full_name if row.private else f"{row.full_name} (public)"


class RepositoryForm(forms.Form):
    """Repository and branch to read modules from. `matching` filters the dropdown's options, not what is accepted."""

    repository = RepositoryChoice(
        queryset=None,
        to_field_name="repository_id",
        empty_label="Choose a repository",
        error_messages={
            "required": "Choose a repository.",
            "invalid_choice": "The token can no longer read this repository. Choose another one, or refresh the list.",
        },
    )

    branch = forms.CharField(
        required=False, max_length=255, widget=forms.TextInput(attrs={"list": "branches", "autocomplete": "off"})
    )

    any_depth = forms.BooleanField(
        label="Find modules in folders at any depth",
        required=False,
        help_text="While this is off, modules are the root, top-level folders and folders in modules/. "
        "A folder that a module calls inside its own folder stays part of it.",
    )

    def __init__(self, data: Any = None, *, connection: GitHubConnection, matching: str = "") -> None:
        names = {"repository": "repository_id", "branch": "branch", "any_depth": "any_depth"}
        super().__init__(data, initial={field: getattr(connection, name) for field, name in names.items()})
        self.connection = connection
        self.fields["branch"].help_text = self._default_branch()
        field = cast(RepositoryChoice, self.fields["repository"])
        field.queryset = connection.repositories.all()
        self.found = field.queryset.filter(full_name__icontains=matching)
        if matching:
            # Filtered in the widget only: a POST may name any repository that the token can read.
            field.widget.choices = [(row.repository_id, field.label_from_instance(row)) for row in self.found]

    def clean(self) -> dict[str, Any]:
        """Resets the branch to the default one when the repository changes, unless another branch was typed as well."""
        chosen = self.cleaned_data.get("repository")
        if chosen and chosen.repository_id != self.connection.repository_id and "branch" not in self.changed_data:
            self.cleaned_data["branch"] = ""
        return self.cleaned_data

    def _default_branch(self) -> str:
        chosen = self.connection.repository_id
        row = chosen and self.connection.repositories.filter(repository_id=chosen).first()
        return (
            f"Leave blank for the default branch, {row.default_branch}."
            if row
            else "Leave blank for the default branch."
        )


class RemovalForm(forms.Form):
    """Confirms the removal of a connection: its name has to be typed."""

    confirm = forms.CharField(widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, data: Any = None, *, connection: GitHubConnection) -> None:
        super().__init__(data)
        self.expected = connection.repository_name or connection.login
        self.fields["confirm"].label = f"Type {self.expected} to confirm"

    def clean_confirm(self) -> str:
        typed = self.cleaned_data["confirm"].strip()
        if typed != self.expected:
            raise forms.ValidationError(f"This is not {self.expected}. Nothing was removed. Type it again.")
        return typed


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=Theme, widget=forms.RadioSelect)

    @property
    def options(self) -> list[tuple[forms.BoundField, Theme]]:
        """The radio buttons, each with the choice that it selects."""
        return list(zip(cast(Iterable[forms.BoundField], self["theme"]), Theme, strict=True))
