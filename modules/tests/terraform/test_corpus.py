"""Every text of the corpus, read by Terraform itself and by the portal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modules.tests.repositories import read
from modules.tests.terraform.corpus import texts

TEXTS = list(texts())
SCRIPT = Path(__file__).parent / "terraform_verdicts.py"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """What Terraform says of each text, by name."""
    root = tmp_path_factory.mktemp("corpus")
    folders = [root / str(number) for number in range(len(TEXTS))]
    for folder, text in zip(folders, TEXTS, strict=True):
        for path, content in text.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content.encode())
    answer = subprocess.run(
        [sys.executable, SCRIPT],
        input=json.dumps(list(map(str, folders))),
        env=os.environ | {"TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(zip([text.name for text in TEXTS], json.loads(answer.stdout), strict=True))


def by_terraform(errors):
    places = [
        (row["range"]["filename"], row["range"]["start"]["line"], row["summary"])
        if row.get("range")
        else ("", 0, row["summary"].split(":")[0])
        for row in errors
    ]
    return "valid" if not places else said(*min(places))


def by_portal(files):
    errors = [
        (row["file"], row["line"] or 0, row["message"]) for row in read(files)[""].findings if row["level"] == "error"
    ]
    return "valid" if not errors else said(*min(errors))


def said(file, line, message):
    return f"{message} ({file}:{line})" if file else message


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: text.name)
def test_portal_says_what_the_corpus_says_of(text):
    assert by_portal(text.files) == text.portal


def test_terraform_says_what_the_corpus_says(verdicts):
    found = {name: by_terraform(errors) for name, errors in verdicts.items()}
    assert found == {text.name: text.terraform for text in TEXTS}


def test_nothing_that_terraform_refuses_is_valid_and_each_other_difference_has_a_reason():
    assert len(TEXTS) >= 500
    assert [text.name for text in TEXTS if text.portal == "valid" != text.terraform] == []
    differ = {text.name: text.difference for text in TEXTS if (text.portal == "valid") != (text.terraform == "valid")}
    assert all(differ.values())
    assert differ == {text.name: text.difference for text in TEXTS if text.difference}
