from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator

from accounts.models import User
from deployments.inputs.form import InputsForm
from deployments.models import Deployment
from deployments.offers import SORTS
from deployments.querysets import LIST_STATUSES
from modules.terraform.schema import Schema, ephemeral

SORT_LABELS = {"used": "Most used", "title": "Title", "cost": "Lowest cost", "newest": "Newest version"}


class DeploymentForm(InputsForm):
    """The name and inputs of a new deployment."""

    def __init__(self, schema: Schema, *, owner: User, name: str = "", **options: Any) -> None:
        super().__init__(schema, **options)
        self.owner = owner
        self.fields[self.NAME] = forms.CharField(
            max_length=60,
            label="Deployment name",
            help_text="Lowercase letters, digits and dashes.",
            validators=[
                RegexValidator(r"\A[a-z0-9]++(?:-++[a-z0-9]++)*+\Z", "Use lowercase letters, digits and dashes.")
            ],
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.initial[self.NAME] = name
        self.order_fields([self.NAME])

    def clean(self) -> dict[str, Any] | None:
        name = self.cleaned_data.get(self.NAME)
        if name and (free := Deployment.objects.free_name(self.owner, name)) != name:
            self.add_error(self.NAME, f"You already have a deployment named {name}. {free} is free.")
        return super().clean()

    @property
    def name_field(self) -> forms.BoundField:
        return self[self.NAME]


class DestroyForm(forms.Form):
    """Asks for the deployment's name to confirm its destruction, and for values of ephemeral variables (`anew`)."""

    confirm = forms.CharField(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, deployment: Deployment, sees_hidden: bool = False
    ) -> None:
        super().__init__(data)
        self.name = deployment.name
        schema = deployment.version.schema
        self.anew = InputsForm(schema | {"variables": ephemeral(schema)}, data=data, sees_hidden=sees_hidden)
        self.fields["confirm"].label = f"Type {deployment.name} to confirm"

    def is_valid(self) -> bool:
        return all([super().is_valid(), self.anew.is_valid()])

    def clean_confirm(self) -> str:
        if self.cleaned_data["confirm"].strip() != self.name:
            raise ValidationError(f"The name doesn't match. Nothing was destroyed. Type {self.name} exactly.")
        return self.name


class OfferFilter(forms.Form):
    """The search of the Deploy page. Ignores invalid values, so that old links keep working."""

    q = forms.CharField(required=False, max_length=200)
    tag = forms.CharField(required=False, max_length=200)
    sort = forms.ChoiceField(required=False, choices=[(sort, SORT_LABELS[sort]) for sort in SORTS])

    def wanted(self) -> dict:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}


class DeploymentFilter(forms.Form):
    q = forms.CharField(required=False, max_length=200)
    status = forms.ChoiceField(required=False, choices=[("", "Any status"), *LIST_STATUSES.items()])
    module = forms.ChoiceField(required=False)
    whose = forms.ChoiceField(required=False, choices=[("", "Everyone"), ("mine", "Mine")])

    def __init__(self, *args: Any, modules: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        offered, asked = list(modules), self.data.get("module", "")
        self.offers_modules = bool(offered)
        if asked and not offered:  # of too many to choose from, an address may still name one
            offered = [(asked, "")]
        cast(forms.ChoiceField, self.fields["module"]).choices = [("", "Any module"), *offered]

    def wanted(self) -> dict:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in self.fields}
