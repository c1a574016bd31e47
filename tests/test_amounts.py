"""An amount is typed in one way, wherever it is typed."""

import pytest
from django import forms
from django.contrib.admin import site
from django.urls import get_resolver, reverse

from billing.models import Allowance, Transfer
from billing.tests.money import version_of
from foundation.amounts import AmountField, CreditsField, MoneyField, PercentField

ODD = ["1e3", "1E3", "1_000", "1,000", "1e-4", "٣", "１", "+1", "-1", "NaN", "Infinity", "0x10", "1.", "1.2.3", "1 0"]


def all_forms(kind=forms.BaseForm):
    for each in kind.__subclasses__():
        yield each
        yield from all_forms(each)


def forms_of_the_admin(request):
    for page in site._registry.values():
        if page.has_add_permission(request) or page.has_change_permission(request):
            yield page.get_form(request)


def test_every_form_reads_numbers_with_places_by_the_one_field(rf, admin):
    assert get_resolver().url_patterns  # which loads every view, and so every form
    request = rf.get("/")
    request.user = admin
    numbers = [
        (form.__qualname__, name)
        for form in {*all_forms(), *forms_of_the_admin(request)}
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, forms.DecimalField | forms.FloatField) and not isinstance(field, AmountField)
    ]
    assert numbers == []


@pytest.mark.parametrize("text", ODD)
@pytest.mark.parametrize("field", [CreditsField(), MoneyField(), PercentField()])
def test_what_python_takes_for_a_number_is_no_amount(field, text):
    with pytest.raises(forms.ValidationError, match="Enter a number in plain digits, such as"):
        field.clean(text)


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (CreditsField(), "12.5", 125_000),
        (CreditsField(), " 0.0001 ", 1),
        (CreditsField(), ".5", 5_000),
        (CreditsField(required=False), "", None),
        (MoneyField(), "19.99", 1_999),
        (MoneyField(required=False), "", 0),
    ],
)
def test_plain_digits_are_an_amount(field, text, value):
    assert field.clean(text) == value


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        (CreditsField(), "0.00001", "Enter at most four decimals."),
        (MoneyField(), "0.001", "no more than 2 decimal places"),
        (PercentField(), "100.01", "less than or equal to 100"),
    ],
)
def test_an_amount_has_no_more_places_than_its_unit(field, text, sentence):
    with pytest.raises(forms.ValidationError, match=sentence):
        field.clean(text)


@pytest.mark.django_db
def test_a_thousand_written_as_1e3_adds_nothing(client, admin, carol):
    client.force_login(admin)
    data = {"amount": "1e3", "source": "goodwill", "reason": "x", "nonce": "n1", "wallet_version": version_of(carol)}
    response = client.post(f"{reverse('billing:credits-add')}?person={carol.ref}", data)
    assert (response.status_code, Transfer.objects.count()) == (422, 0)
    assert "Enter a number in plain digits, such as 40 or 2.5." in response.text


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["1e3", "٣"])
def test_allowance_in_the_admin_is_an_amount_too(client, admin, text):
    client.force_login(admin)
    page = client.post(reverse("admin:billing_allowance_add"), {"amount": text, "valid_from": "2026-12-01"}).text
    assert "Enter a number in plain digits, such as 40 or 2.5." in page
    assert not Allowance.objects.exists()
