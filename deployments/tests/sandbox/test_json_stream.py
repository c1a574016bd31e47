import json

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


def test_a_validation_error_keeps_the_modules_words_and_variable_but_no_value():
    diagnostic = {
        "severity": "error",
        "summary": "Invalid value for variable",
        "detail": "The word must be long.\n\nThis was checked by the validation rule at main.tf:11,3-13.",
        "range": {"filename": "../inputs.tfvars.json", "start": {"line": 1}},
        "snippet": {"code": '{"word": "hush"}', "values": [{"traversal": "var.word", "statement": 'is "hush"'}]},
    }
    event = parse(line("diagnostic", diagnostic=diagnostic))
    assert isinstance(event, Diagnostic)
    assert (event.variable, event.file, event.line) == ("word", "", 0)
    assert event.sentence == (
        "Invalid value for variable: The word must be long. This was checked by the validation rule at main.tf:11,3-13."
    )
    assert "hush" not in event.text


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
