"""Whole numbers of money: 1 credit is 10,000 units; currencies count in their minor unit."""

from decimal import Decimal
from fractions import Fraction

UNITS = 10_000


def to_units(credits: Decimal) -> int:
    """Credits with at most four decimals as units; raises ValueError for a finer amount."""
    units = credits * UNITS
    if units != units.to_integral_value():
        raise ValueError(f"{credits} credits is finer than 1/{UNITS} credit")
    return int(units)


def to_credits(units: int) -> Decimal:
    """Units as credits, without trailing zeros: 12_500 → Decimal("1.25")."""
    credits = Decimal(units) / UNITS
    return credits.quantize(Decimal(1)) if credits == credits.to_integral_value() else credits.normalize()


def rounded(amount: Fraction) -> int:
    """The nearest whole number, halves away from zero: the one rounding of a charge."""
    doubled = abs(amount) * 2 + 1
    whole = int(doubled // 2)
    return whole if amount >= 0 else -whole
