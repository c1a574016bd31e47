from decimal import Decimal

import pytest

from foundation.csv_tables import csv_download, csv_lines
from tests.streaming import pieces


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x", " =1", "  ＝1", " \t=1", "  @x"],
)
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert csv_lines([[text]]) in (f"'{text}\r\n", f'"\'{text}"\r\n')


@pytest.mark.parametrize("text", ["web-shop", " web shop", "a=1", "'=1", "3 − 2"])
def test_other_text_stays_as_it_is(text):
    assert csv_lines([[text]]) == f"{text}\r\n"


def test_numbers_stay_numbers_and_none_is_empty():
    assert csv_lines([[-30, 0.5, Decimal("-30.5"), Decimal("0.0001"), None, ""]]) == "-30,0.5,-30.5,0.0001,,\r\n"


def test_a_download_has_a_line_for_each_row():
    response = csv_download("deployments", ["name"], lambda after: ([["=cmd"]], None))
    assert pieces(response) == [b"name\r\n'=cmd\r\n"]
    assert response["Content-Disposition"] == 'attachment; filename="deployments.csv"'


def test_a_download_is_read_a_piece_at_a_time_each_after_the_last_row_of_the_one_before():
    asked = []

    def read(after):
        asked.append(after)
        start = (after or 0) + 1
        return [[number] for number in range(start, start + 2)], start + 1 if start < 5 else None

    response = csv_download("numbers", ["number"], read)
    assert asked == []
    assert pieces(response) == [b"number\r\n1\r\n2\r\n", b"3\r\n4\r\n", b"5\r\n6\r\n"]
    assert asked == [None, 2, 4]
