"""Credits: stored as integer units, CREDIT units each, written with at most four decimals."""

from decimal import Decimal

CREDIT = 10_000  # units
FINEST = "Enter at most four decimals. The smallest amount is 0.0001 credits."


def to_units(credits: Decimal) -> int:
    """Credits with at most four decimals as units; raises ValueError for a finer amount."""
    units = credits * CREDIT
    if units != units.to_integral_value():
        raise ValueError(f"{credits} credits is finer than 1/{CREDIT} credit")
    return int(units)


def nearest_units(credits: float) -> int:
    """Rounds an unvalidated number of credits, as in a repository, to units; half a unit goes to the even one."""
    return round(Decimal(str(credits)) * CREDIT)


def written(units: int) -> str:
    """Units as credits for a sentence: 12_000_000 → "1,200", 12_500 → "1.25"."""
    return f"{to_credits(units):,f}"


def to_credits(units: int) -> Decimal:
    """Units as credits, without trailing zeros: 12_500 → Decimal("1.25")."""
    credits = Decimal(units) / CREDIT
    return credits.quantize(Decimal(1)) if credits == credits.to_integral_value() else credits.normalize()


def amount(units: int) -> str:
    """Units as credits with their noun: "1 credit", "1,200 credits"."""
    return f"{written(units)} credit{'' if units == CREDIT else 's'}"
