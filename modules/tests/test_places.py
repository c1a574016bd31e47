"""Where something stands in a module's files, as templates write it."""

import pytest

from modules.templatetags.places import place
from modules.terraform.abilities import Ability


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"file": "main.tf", "line": 28}, "main.tf:28"),
        ({"file": "network", "line": None}, "network"),
        ({"file": "main.tf"}, "main.tf"),
        ({}, ""),
        (Ability("program", "Runs a program", "terraform_data.a", "shared/main.tf", 3, True), "shared/main.tf:3"),
        (Ability("secret", "Asks for no secrets", "", "", None, False), ""),
    ],
)
def test_place_is_the_file_with_its_line(row, text):
    assert place(row) == text
