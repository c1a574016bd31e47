from modules.terraform import hcl
from modules.terraform.syntax.blocks import Block
from modules.terraform.syntax.native import read_native
from modules.terraform.syntax.witness import disagrees

TEXT = """
resource "terraform_data" "greeting" {
  input = "hello"
  provisioner "local-exec" {
    command = "echo"
  }
}
"""


def codes(text: str) -> list[str]:
    return [row["code"] for row in hcl.read_file(text, is_json=False)["findings"] if row["code"] == "readers"]


def test_two_readers_that_find_the_same_are_silent():
    assert not disagrees(TEXT, read_native(TEXT))


def test_a_program_that_one_reader_overlooks_is_told(monkeypatch):
    def overlooks(text, *, deepest):
        root = read_native(text, deepest=deepest)
        root.blocks[0].blocks.clear()
        return root

    monkeypatch.setattr(hcl, "read_native", overlooks)
    assert codes(TEXT) == ["readers"]


def test_a_line_that_one_reader_takes_for_an_attribute_of_another_block_is_told():
    moved = read_native(TEXT)
    command = moved.blocks[0].blocks[0].attributes.pop("command")
    moved.blocks[0].attributes["command"] = command
    assert disagrees(TEXT, moved)


def test_a_file_without_a_telling_word_has_one_reader():
    assert not disagrees('resource "terraform_data" "greeting" {\n  input = "hello"\n}\n', Block("", [], 1))


def test_a_file_that_python_hcl2_refuses_has_one_reader():
    text = 'locals {\n  größe = "external"\n}\n'
    assert not disagrees(text, Block("", [], 1))
    assert codes(text) == []
