import pytest

from modules.terraform.uimeta import UIMeta, split


@pytest.mark.parametrize(
    ("text", "help_text", "meta"),
    [
        ("Plain help.", "Plain help.", UIMeta()),
        ("Zone. {{UIMeta group=1 order=2 }}", "Zone.", UIMeta(group=1, order=2)),
        ("{{uimeta order=2 GROUP=0 updatesafe}} Zone.", "Zone.", UIMeta(group=0, order=2, updatesafe=True)),
        ("A {{UIMeta group=3 options=50,100 }} b", "A b", UIMeta(group=3, options=["50", "100"])),
        ("A {{UIMeta options=one, two group=1}}", "A", UIMeta(group=1, options=["one", "two"])),
        ("Text about {{ something else }}.", "Text about {{ something else }}.", UIMeta()),
    ],
)
def test_tag_is_read_and_taken_out(text, help_text, meta):
    assert split(text) == (help_text, meta)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{{UIMeta group=one}}", "The UIMeta key group needs a whole number, not “one”."),
        ("{{UIMeta colour=red}}", "The UIMeta key colour is unknown."),
        ("{{UIMeta group=1 group=2}}", "The UIMeta key group is given twice. The first one is used."),
        ("{{UIMeta group=1}} {{UIMeta group=2}}", "There is more than one UIMeta tag. The first one is used."),
    ],
)
def test_what_cannot_be_used_is_said(text, problem):
    assert split(text)[1].problems == [problem]
