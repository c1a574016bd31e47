"""What a folder refers to is judged in bounded time, whatever the text."""

import time

import pytest

from modules.terraform.hcl import read_file
from modules.terraform.rules.folder import Folder
from modules.terraform.rules.linking import MOST_FINDINGS, check

SIZE = 4_000


def judged(text):
    answer = read_file(text, is_json=False)
    return answer["findings"] + check(Folder({"main.tf": answer}))


def test_unknown_reference_names_what_was_meant():
    (finding,) = judged('variable "region" {}\nlocals {\n  a = var.regoin\n}\n')
    assert finding["message"] == "The variable regoin is not declared in this module. Did you mean region?"
    assert (finding["file"], finding["line"]) == ("main.tf", 3)


@pytest.mark.parametrize(
    "text",
    [
        "locals {\n" + "".join(f"  a{at} = local.b{at}\n" for at in range(SIZE)) + "}\n",
        "locals {\n" + "".join(f"  a{at} = local.a{at + 1}\n" for at in range(SIZE)) + "  z = 1\n}\n",
        "locals {\n" + "".join(f"  a{at} = fo{at}()\n" for at in range(SIZE)) + "}\n",
        "".join(f'variabl{at} "x" {{}}\n' for at in range(SIZE)),
        "".join(f'variable "a{at}" {{\n  sensitive = true\n}}\n' for at in range(SIZE))
        + "locals {\n"
        + "".join(f'  b{at} = "${{var.a{at}}}${{local.b{at + 1}}}"\n' for at in range(SIZE))
        + "}\n",
        "locals {\n  a = " + "[for x in [1,2,3,4,5,6,7,8,9] : " * 30 + "x" + "]" * 30 + "\n}\n",
        'variable "v" {}\nlocals {\n  a = ' + "var.v ? 1 : " * 90 + "2\n}\n",
        "locals {\n  a = " + " + ".join(["1"] * 50_000) + "\n}\n",
        "locals {\n  a = b" + ".c" * 50_000 + "\n}\n",
        "locals {\n  a = " + "!" * 90 + "true\n}\n",
        "locals {\n  a = [" + "".join(f"fo{at}()," for at in range(20_000)) + "]\n}\n",
        "locals {\n  a = " + "[for x in [1,2,3,4,5,6,7,8,9] : " * 3 + "[" + "x," * 50_000 + "]" + "]" * 3 + "\n}\n",
        'terraform {\n  required_version = "' + " " * 200_000 + 'x"\n}\n',
        "locals {\n  a = 9e99999 * 9e99999 - 1e-99999\n}\n",
    ],
    ids=[
        "undeclared",
        "chain",
        "functions",
        "blocks",
        "sensitive",
        "for",
        "conditions",
        "sum",
        "path",
        "not",
        "functions of one value",
        "for of a long list",
        "constraint",
        "numbers",
    ],
)
def test_hostile_text_is_judged_in_bounded_time(text):
    began = time.process_time()
    found = judged(text)
    assert time.process_time() - began < 4
    assert len(found) <= 2 * MOST_FINDINGS


def test_names_that_were_meant_are_looked_for_five_times():
    names = "".join(f'variable "region{at}" {{}}\n' for at in range(20))
    found = judged(names + "locals {\n" + "".join(f"  a{at} = var.regoin{at}\n" for at in range(20)) + "}\n")
    assert [("Did you mean" in row["message"]) for row in found] == [True] * 5 + [False] * 15
