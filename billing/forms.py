from decimal import Decimal
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts import directory
from accounts.models import User
from billing.errors import OwnBalance
from billing.models import Allowance
from billing.months import Month
from foundation.amounts import CreditsField, MoneyField

MOST_CREDITS = 1_000_000_000
NOBODY = "Nobody here has this e-mail address. Check the spelling."
NO_PARTNER = "No partner has this e-mail address. Check the spelling."
SEVERAL = "Several people match. Enter more of the e-mail address."


class PersonField(forms.CharField):
    """One of `people`: named by ref, by e-mail address, or by a part of an address that only one has."""

    people: QuerySet[User]
    nobody = NOBODY
    is_typed = True  # its template has a place for suggestions

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=254, **options)

    def offer(self, people: QuerySet[User], *, page: str) -> None:
        """Choose from `people`; while one types, `page` suggests some of them (`templates/billing/_filter.html`)."""
        self.people = people
        self.nobody = NO_PARTNER if page == "revenue" else NOBODY
        self.widget.attrs |= {
            "type": "search",
            "placeholder": "E-mail address",
            "autocomplete": "off",
            "list": "people",
            "hx-get": f"{reverse('billing:people')}?{urlencode({'of': page})}",
            "hx-trigger": "input changed delay:200ms",
            "hx-target": "#people",
            "hx-sync": "this:replace",
        }

    def clean(self, value: Any) -> User | None:
        text = super().clean(value)
        if not text:
            return None
        if person := self.people.filter(Q(ref=text) | Q(email=text.lower())).first():
            return person
        found = directory.matching(self.people, text, most=2)
        if len(found) == 1:
            return found[0]
        raise forms.ValidationError(SEVERAL if found else self.nobody)


def _date(label: str) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=False,
        error_messages={"invalid": "This is no day of the calendar. Enter one like 2026-11-30."},
        widget=forms.DateInput(attrs={"type": "date", "class": "auto"}, format="%Y-%m-%d"),
    )


class WhoseForm(forms.Form):
    """Chooses one of `people`, whom the viewer may see; without `people` it has no such field."""

    person = PersonField(label="Person")

    def __init__(self, *args: Any, people: QuerySet[User] | None = None, of: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        if people is None:
            del self.fields["person"]
            return
        cast(PersonField, self.fields["person"]).offer(people, page=of)

    def full_clean(self) -> None:
        super().full_clean()
        if person := self.is_bound and self.chosen:  # shown by address, whatever named them
            self.data = cast(QueryDict, self.data).copy()
            self.data["person"] = person.email

    @property
    def chosen(self) -> User | None:
        return self.cleaned_data.get("person")


class PayeeForm(WhoseForm):
    """Chooses who gets credits `by` an admin."""

    def __init__(self, *args: Any, by: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by

    def clean_person(self) -> User:
        person: User = self.cleaned_data["person"]
        if person == self.by:
            raise forms.ValidationError(str(OwnBalance()))
        return person


class MovementsForm(WhoseForm):
    q = forms.CharField(
        label="Search transactions",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Module or reference"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields |= {"from": _date("From"), "to": _date("To")}

    @property
    def filters(self) -> list[forms.BoundField]:
        """The fields beside the search."""
        return [field for field in self if field.name != "q"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in {"from", "to"} & set(self.errors):
            self.fields[name].widget.input_type = "text"  # a browser's calendar would not show what is no date
        if data.get("from") and data.get("to") and data["from"] > data["to"]:
            self.add_error("to", "This day is before the first one. Choose a later day.")
        return data


class MonthForm(WhoseForm):
    month = forms.CharField(
        label="Month",
        required=False,
        max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "class": "auto"}),
    )

    def full_clean(self) -> None:
        super().full_clean()
        if "month" in self.errors:
            self.fields["month"].widget.input_type = "text"  # a browser's calendar would not show what is no month

    def clean_month(self) -> Month:
        month = Month.parse(self.cleaned_data["month"])
        if month is None:
            raise forms.ValidationError("Enter a month like 2026-11.")
        if month > Month.of(timezone.now()):
            raise forms.ValidationError("This month has not started yet. Choose an earlier one.")
        return month


class CreditsForm(forms.Form):
    """Adds credits to a person's balance, if the balance is still the one that the form was opened with."""

    SOURCES = [
        ("sale", "Sale: they paid for it"),
        ("goodwill", "Goodwill: to make up for a problem"),
        ("award", "Award: a gift"),
    ]

    amount = CreditsField(label="Credits", min_value=Decimal("0.0001"), max_value=MOST_CREDITS)
    source = forms.ChoiceField(label="Type", choices=SOURCES)
    paid = MoneyField(
        label=f"Paid ({settings.PORTAL_CURRENCY})",
        required=False,
        help_text="Required for a sale. The partner's share is calculated from it.",
    )
    reason = forms.CharField(label="Reason", max_length=300, help_text="Shown in their transactions.")
    wallet_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=60)

    @classmethod
    def opened(cls, *, wallet_version: int, nonce: str, typed: QueryDict | None = None) -> "CreditsForm":
        """A blank form, or one with what was `typed` into it before."""
        typed_before = typed.dict() if typed else {}
        return cls(initial={"source": "goodwill"} | typed_before | {"wallet_version": wallet_version, "nonce": nonce})

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        is_sale = data.get("source") == "sale"
        if is_sale and not data.get("paid") and "paid" not in self.errors:
            self.add_error("paid", "Enter what was paid for this sale.")
        if not is_sale and data.get("paid"):
            self.add_error("paid", "Leave this blank for goodwill or an award.")
        return data

    def opened_anew(self, *, wallet_version: int) -> None:
        """Keep what was typed, but set the current version of the wallet."""
        self.data = cast(QueryDict, self.data).copy()
        self.data["wallet_version"] = str(wallet_version)


class AllowanceForm(forms.ModelForm):
    amount = CreditsField(label="Credits a month", max_value=MOST_CREDITS, help_text="Enter 0 for no grant.")

    class Meta:
        model = Allowance
        fields = ["partner", "amount", "valid_from"]
