from decimal import Decimal

import pytest

from foundation.csv_tables import csv_line, csv_response


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x", "＝1", "＋1", "－1", "＠x", " =1", "  ＝1", " \t=1", "  @x"],
)
def test_what_a_spreadsheet_would_compute_is_text(text):
    assert csv_line([text]) in (f"'{text}\r\n", f'"\'{text}"\r\n')


@pytest.mark.parametrize("text", ["web-shop", " web shop", "a=1", "'=1", "3 − 2"])
def test_other_text_stays_as_it_is(text):
    assert csv_line([text]) == f"{text}\r\n"


def test_numbers_stay_numbers_and_none_is_empty():
    assert csv_line([-30, 0.5, Decimal("-30.5"), Decimal("0.0001"), None, ""]) == "-30,0.5,-30.5,0.0001,,\r\n"


def test_a_download_has_a_line_for_each_row():
    response = csv_response("deployments", [["name"], ["=cmd"]])
    assert response.content == b"name\r\n'=cmd\r\n"
    assert response["Content-Disposition"] == 'attachment; filename="deployments.csv"'
