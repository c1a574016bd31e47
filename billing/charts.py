"""The geometry of the chart on the billing overview."""

from dataclasses import dataclass

from billing.reports import Spending
from foundation.credits import CREDIT, written

LEFT, RIGHT, BASE, HEIGHT = 32, 720, 162, 150
PITCH, WIDTH = 57, 34
GAP = 1  # between the two parts of a bar


@dataclass(frozen=True)
class Line:
    label: int
    y: float

    @property
    def text_y(self) -> float:
        return self.y + 4


@dataclass(frozen=True)
class Bar:
    spending: Spending
    x: int
    purchased_y: float
    purchased_height: float
    awarded_y: float
    awarded_height: float

    @property
    def label(self) -> str:
        parts = f"{written(self.spending.purchased)} Purchased, {written(self.spending.awarded)} Awarded"
        return f"{self.spending.month.short}: {parts}"

    @property
    def middle(self) -> int:
        return self.x + WIDTH // 2


@dataclass(frozen=True)
class Chart:
    label: str
    lines: list[Line]
    bars: list[Bar]


def spending_chart(months: list[Spending]) -> Chart:
    """Stacked bars, Purchased below Awarded, under a scale of round numbers of credits."""
    step = _step(max(month.total for month in months) / CREDIT)
    pixels = HEIGHT / (3 * step)  # of one credit
    lines = [Line(step * number, BASE - step * number * pixels) for number in range(4)]
    label = f"Credits used per month, {months[0].month.label} to {months[-1].month.label}. The table has the numbers."
    return Chart(label, lines, [_bar(month, number, pixels) for number, month in enumerate(months)])


def _step(highest: float) -> int:
    """A third of the scale: the smallest of 1, 2, 5, 10, 20, 50 … of which three steps reach the highest bar."""
    size = 1
    while True:
        for factor in (1, 2, 5):
            if 3 * factor * size >= highest:
                return factor * size
        size *= 10


def _bar(month: Spending, number: int, pixels: float) -> Bar:
    # Refunds can exceed a month's charges; the bar is empty then.
    purchased = max(0, month.purchased) / CREDIT * pixels
    awarded = max(0, month.awarded) / CREDIT * pixels
    gap = GAP if purchased and awarded > GAP else 0
    return Bar(
        spending=month,
        x=LEFT + 10 + number * PITCH,
        purchased_y=round(BASE - purchased, 1),
        purchased_height=round(purchased, 1),
        awarded_y=round(BASE - purchased - awarded, 1),
        awarded_height=round(awarded - gap, 1),
    )
