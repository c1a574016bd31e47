from decimal import Decimal

import pytest

from foundation.credits import CREDIT, amount, nearest_units, to_credits, to_units


@pytest.mark.parametrize(("units", "credits"), [(12_500, "1.25"), (1, "0.0001"), (0, "0"), (-5_000, "-0.5")])
def test_units_and_credits_are_the_same_amount(units, credits):
    assert (to_units(Decimal(credits)), to_credits(units)) == (units, Decimal(credits))


def test_whole_credits_are_written_without_an_exponent():
    assert str(to_credits(12_000_000)) == "1200"


def test_what_somebody_typed_finer_than_a_unit_is_refused():
    with pytest.raises(ValueError, match="0.00005 credits is finer than 1/10000 credit"):
        to_units(Decimal("0.00005"))


@pytest.mark.parametrize(
    ("credits", "units"), [(2.5, 25_000), (40, 400_000), (0.1, 1_000), (0.00005, 0), (0.00015, 2), (0.00016, 2)]
)
def test_what_a_repository_says_finer_than_a_unit_is_rounded(credits, units):
    assert nearest_units(credits) == units


@pytest.mark.parametrize(
    ("units", "text"),
    [(0, "0 credits"), (CREDIT, "1 credit"), (1_200 * CREDIT, "1,200 credits"), (12_500, "1.25 credits")],
)
def test_an_amount_has_its_noun(units, text):
    assert amount(units) == text
