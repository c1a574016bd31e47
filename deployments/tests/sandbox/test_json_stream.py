import json

import pytest

from deployments.sandbox.json_stream import Diagnostic, Event, Planned, Progress, StateDump, Summary, parse


def line(kind, **fields):
    return json.dumps({"@level": "info", "@message": "said", "type": kind} | fields)


def test_a_planned_change_names_address_and_action():
    change = {"resource": {"addr": "terraform_data.a[0]"}, "action": "replace"}
    assert parse(line("planned_change", change=change)) == Planned(
        "said", "y", address="terraform_data.a[0]", action="replace"
    )


def test_a_summary_counts():
    changes = {"add": 3, "change": 2, "remove": 1, "operation": "plan"}
    assert parse(line("change_summary", changes=changes)) == Summary(
        "said", "b", operation="plan", create=3, change=2, destroy=1
    )


def test_a_resource_goes_from_running_to_done_or_failed():
    hook = {"resource": {"addr": "terraform_data.a"}, "elapsed_seconds": 4}
    seen = [parse(line(kind, hook=hook)) for kind in ("apply_start", "apply_complete", "apply_errored")]
    assert [(event.status, event.seconds) for event in seen] == [("running", 4), ("done", 4), ("failed", 4)]
    assert all(isinstance(event, Progress) for event in seen)


CHECKED = "The word must be long.\n\nThis was checked by the validation rule at main.tf:11,3-13."
GIVEN = {"code": ' "word": "hush",', "highlight_start_offset": 9}


def diagnostic(file, snippet, detail=CHECKED):
    found = {"severity": "error", "summary": "Invalid value for variable", "detail": detail, "snippet": snippet}
    return parse(line("diagnostic", diagnostic=found | {"range": {"filename": file, "start": {"line": 1}}}))


def test_a_validation_error_keeps_the_modules_words_and_variable_but_no_value():
    values = [{"traversal": "var.word", "statement": 'is "hush"'}]
    event = diagnostic("../inputs.tfvars.json", GIVEN | {"values": values})
    assert isinstance(event, Diagnostic)
    assert (event.variable, event.file, event.line) == ("word", "", 0)
    assert event.message == "The word must be long."
    assert event.sentence == "Invalid value for variable “word”: The word must be long."
    assert "hush" not in event.text


@pytest.mark.parametrize(
    ("file", "snippet", "variable"),
    [
        ("../inputs.tfvars.json", GIVEN, "word"),
        ("../inputs.tfvars.json", {"code": ' "ü \\" x": {', "highlight_start_offset": 12}, 'ü " x'),
        (
            "../inputs.tfvars.json",
            {"code": r'"\ud800\u0000": 1', "highlight_start_offset": 16},
            "?\N{REPLACEMENT CHARACTER}",
        ),
        ("../inputs.tfvars.json", {"code": "nonsense", "highlight_start_offset": 3}, ""),
        ("main.tf", {"context": None, "code": 'variable "word" {'}, "word"),
        ("main.tf", {"context": 'variable "word"', "code": "    condition = tonumber(var.word) > 3"}, "word"),
        (
            "main.tf.json",
            {"context": "variable", "code": '{"variable": {"word": {', "highlight_start_offset": 22},
            "word",
        ),
        ("main.tf.json", {"context": "output", "code": '{"output": {"word": {', "highlight_start_offset": 20}, ""),
        ("child/main.tf", {"context": None, "code": 'variable "word" {'}, ""),
        ("../child/main.tf", {"context": 'variable "word"', "code": ""}, ""),
        ("main.tf", {"context": 'module "child"', "code": "  word = var.word"}, ""),
        ("main.tf", {"context": 'resource "terraform_data" "a"', "code": "      condition = var.word > 100"}, ""),
        ("main.tf", None, ""),
    ],
)
def test_the_range_and_the_snippet_say_which_input_was_wrong(file, snippet, variable):
    assert diagnostic(file, snippet).variable == variable


def test_a_message_without_words_is_the_summary():
    assert diagnostic("main.tf", None, detail="").message == "Invalid value for variable"


def test_an_error_in_a_file_says_where():
    diagnostic = {
        "severity": "error",
        "summary": "Unsupported argument",
        "detail": "",
        "range": {"filename": "main.tf", "start": {"line": 7}},
    }
    assert parse(line("diagnostic", diagnostic=diagnostic)).sentence == "Unsupported argument (main.tf, line 7)"


def test_output_of_a_provisioner_names_its_source():
    hook = {"resource": {"addr": "terraform_data.a"}, "provisioner": "local-exec", "output": "half a li"}
    event = parse(line("provision_progress", hook=hook))
    assert event == Event("half a li", source="terraform_data.a (local-exec): ")


def test_a_printed_state_is_kept_out_of_the_log():
    event = parse(line("state_dump", state={"serial": 3, "outputs": {"key": {"value": "hush"}}}))
    assert isinstance(event, StateDump)
    assert json.loads(event.state)["serial"] == 3
    assert "hush" not in event.text


def test_what_is_no_event_is_plain_text():
    for text in ("panic: oh", "{", '{"@message": ', "[1]", "3", line("planned_change", change=3)[:-1], "[" * 5000):
        assert parse(text) == Event(text)
    assert parse(line("planned_change", change="x")).text == "said"
