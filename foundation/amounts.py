"""Form fields for amounts that people type: digits, at most one decimal mark, and no more places than the unit has."""

import re
from typing import Any

from django import forms

from foundation.credits import FINEST, to_credits, to_units

WRITTEN = re.compile(r"[0-9]+(\.[0-9]+)?|\.[0-9]+")  # no sign, exponent, separator, or digit of another script


class AmountField(forms.DecimalField):
    """A number that is not negative. Python's Decimal alone would take `1e3`, `1_000`, `٣` and `NaN` too."""

    example = "40 or 2.5"

    def __init__(self, **options: Any) -> None:
        invalid = f"Enter a number in plain digits, such as {self.example}."
        limits = {"min_value": 0, "error_messages": {"invalid": invalid} | options.pop("error_messages", {})}
        super().__init__(**limits | options)

    def to_python(self, value: Any) -> Any:
        text = str(value).strip(" ") if value is not None else ""
        if text and not WRITTEN.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(text)


class CreditsField(AmountField):
    """A number of credits; its value is in units."""

    def __init__(self, **options: Any) -> None:
        places = {"max_digits": 14, "decimal_places": 4, "error_messages": {"max_decimal_places": FINEST}}
        super().__init__(**places | options)

    def clean(self, value: Any) -> int | None:
        credits = super().clean(value)
        return None if credits is None else to_units(credits)

    def prepare_value(self, value: Any) -> Any:
        return f"{to_credits(value):f}" if isinstance(value, int) else value


class MoneyField(AmountField):
    """Money with two decimals; its value is in minor units."""

    example = "40 or 2.50"
    minor = 100  # in one unit of the currency

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2} | options)

    def clean(self, value: Any) -> int:
        return int((super().clean(value) or 0) * self.minor)


class PercentField(AmountField):
    """A percentage with two decimals."""

    example = "70 or 12.5"

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 5, "decimal_places": 2, "max_value": 100} | options)
