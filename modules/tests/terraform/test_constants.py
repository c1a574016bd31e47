"""Module calls whose source Terraform computes from constants."""

import json
import subprocess

import pytest
from django.conf import settings

from deployments.inputs.form import form_for
from modules.terraform.abilities import abilities
from modules.terraform.constants import constants
from modules.terraform.hcl import read_file
from modules.tests.repositories import read

WORD = """variable "word" {
  description = "Which."
  type        = string
  default     = "a"
  const       = true
}
"""
OUTPUT = 'output "word" {\n  value = var.word\n}\n'
FOLDERS = {
    "web/a-world/main.tf": 'data "http" "up" {\n  url = "https://example.com"\n}\n',
    "web/b-world/main.tf": "",
    "web/README.md": "# Web",
}


def call(source, name="world"):
    return f'module "{name}" {{\n  source = {source}\n}}\n'


def web(*texts, **more):
    return read(FOLDERS | {"web/main.tf": "".join(texts)} | more)["web"]


def calls_of(found):
    return [(row["source"], row.get("target")) for row in found.schema["calls"]]


SOURCES = {
    "a variable in a text": ('"./${var.word}-world"', ""),
    "a variable alone": ("var.folder", 'variable "folder" {\n  default = "./a-world"\n  const   = true\n}\n'),
    "a local": ('"./${local.dir}"', 'locals {\n  dir  = "${local.word}-world"\n  word = var.word\n}\n'),
    "a local that is a text": ("local.dir", 'locals {\n  dir = "./a-world"\n}\n'),
    "the module's own path": ('"${path.module}/${ var.word }-world"', ""),
}


@pytest.mark.parametrize(("source", "more"), SOURCES.values(), ids=SOURCES)
def test_source_made_of_constants_is_followed_with_their_defaults(source, more):
    found = web(WORD, OUTPUT, more, call(source))
    assert found.is_valid
    assert calls_of(found)[0][1] == "a-world"
    told = [each.name for each in abilities(found.schema) if each.is_warning]
    assert told == ["module.world.data.http.up"]


@pytest.mark.parametrize(("source", "more"), SOURCES.values(), ids=SOURCES)
def test_terraform_follows_the_same_source(tmp_path, source, more):
    for path, text in (FOLDERS | {"web/main.tf": WORD + more + call(source)}).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    run = subprocess.run([*settings.TERRAFORM_COMMAND, "get"], cwd=tmp_path / "web", capture_output=True, text=True)
    assert "- world in a-world" in run.stdout


def test_json_syntax_is_followed_as_well():
    content = {
        "variable": {"word": {"default": "a", "const": True, "type": "string", "description": "Which."}},
        "locals": {"dir": "${var.word}-world"},
        "module": {"one": {"source": "./${local.dir}"}, "two": {"source": "${local.all}"}},
        "output": {"word": {"value": "${var.word}"}},
    }
    content["locals"]["all"] = "./b-world"
    found = read(FOLDERS | {"web/main.tf.json": json.dumps(content)})["web"]
    assert calls_of(found) == [("./a-world", "a-world"), ("./b-world", "b-world")]


def test_variable_that_decides_what_is_loaded_is_not_asked():
    found = web(WORD, OUTPUT, call('"./${var.word}-world"'))
    assert [row["code"] for row in found.findings if row["level"] == "advice" and row["code"] != "program"] == ["const"]
    form = form_for(found.schema, values={"word": "b"}, data={})
    assert list(form.fields) == []
    assert form.is_valid()
    assert form.answers() == {}


def test_constant_that_decides_no_source_is_asked():
    found = web(WORD, OUTPUT, call('"./a-world"'))
    assert list(form_for(found.schema).fields) == ["word"]


def test_remote_source_made_of_constants_names_its_host():
    found = web(WORD, OUTPUT, call('"github.com/acme/${var.word}"'))
    assert [(each.kind, each.name) for each in abilities(found.schema) if each.is_warning] == [("remote", "github.com")]


@pytest.mark.parametrize(
    "source",
    ['"./${var.free}-world"', '"./${lower(var.word)}-world"', 'true ? "./a-world" : "./b-world"', '"./${local.gone}"'],
)
def test_source_that_cannot_be_followed_is_named_and_does_not_make_the_module_invalid(source):
    free = 'variable "free" {\n  description = "x"\n  type = string\n  const = true\n}\n'
    found = web(WORD, OUTPUT, free, 'output "free" {\n  value = var.free\n}\n', call(source))
    assert found.is_valid
    assert "can't be followed" in next(row["message"] for row in found.findings if row["code"] == "source")
    told = [each for each in abilities(found.schema) if each.kind == "remote" and each.is_warning]
    shown = source if source.startswith("true") else source.strip('"')
    assert [f"{each.lead} {each.name}" for each in told] == [f"Loads a module from {shown}"]


@pytest.mark.parametrize(
    "source", ['"./${var.free}"', '"./${terraform.workspace}"', '"./${each.key}"', "data.a_b.c.id"]
)
def test_source_that_terraform_refuses_makes_the_module_invalid(tmp_path, source):
    text = 'variable "free" {\n  default = "a-world"\n}\n' + call(source)
    assert not web(text).is_valid
    (tmp_path / "main.tf").write_text(text)
    assert subprocess.run([*settings.TERRAFORM_COMMAND, "get"], cwd=tmp_path, capture_output=True).returncode


def test_called_folder_gets_its_constants_from_its_caller_so_it_is_not_followed():
    inner = WORD + OUTPUT + call('"../${var.word}-world"')
    found = read(FOLDERS | {"web/main.tf": call('"./in"'), "web/in/main.tf": inner})["web"]
    assert found.is_valid
    told = [(each.lead, each.name, each.file) for each in abilities(found.schema) if each.is_warning]
    assert told == [("Loads a module from", "../${var.word}-world", "in/main.tf")]


def test_locals_that_double_stay_no_longer_than_a_source():
    text = 'locals {\n  a0 = "' + "x" * 190 + '"\n'
    text += "".join(f'  a{at} = "' + f"${{local.a{at - 1}}}" * 14 + '"\n' for at in range(1, 10)) + "}\n"
    known = constants([read_file(text, is_json=False)])
    assert "local.a0" in known
    assert "local.a1" not in known
