"""What modules refer to is judged in time that grows with their text alone."""

import pytest

from modules.reading.links import Links
from modules.terraform.hcl import read_file
from modules.terraform.rules.folder import Folder

CALLER = "".join(f'module "m{at}" {{\n  source = "./shared"\n}}\n' for at in range(50)) + (
    'output "y" {\n  value = module.m7.name\n}\n'
)
SHARED = 'output "name" {\n  value = "x"\n}\n'


@pytest.fixture
def links():
    answers = {"": read_file(CALLER, is_json=False), "shared": read_file(SHARED, is_json=False)}
    return Links(lambda folder: {"main.tf": answers[folder]}, set(), set())


def test_folder_with_fifty_calls_is_gathered_once(links, monkeypatch):
    gathered = []
    whole = Folder.whole.func
    monkeypatch.setattr(Folder.whole, "func", lambda folder: gathered.append(folder) or whole(folder))
    calls = [("shared", {"name": f"m{at}"}) for at in range(50)]
    assert list(links.of_module("", {"": calls, "shared": []})) == []
    assert len(gathered) == 1
