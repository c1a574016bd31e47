"""Positions in a module's files, as templates show them."""

import pytest

from modules.templatetags.findings import place


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"file": "main.tf", "line": 28}, "main.tf:28"),
        ({"file": "network", "line": None}, "network"),
        ({"file": "main.tf"}, "main.tf"),
        ({}, ""),
    ],
)
def test_place_is_the_file_with_its_line(row, text):
    assert place(row) == text
