"""A plan is read as it comes: its providers, and its changes one by one."""

import json
from contextlib import closing

import pytest

from deployments.sandbox import plan_reader
from deployments.sandbox.plan_reader import Change, PlanReader, PlanUnreadable

GOOGLE = "registry.terraform.io/hashicorp/google"
PLAN = {
    "variables": {"a": {"value": "x" * 100_000}},
    "resource_changes": [
        {"address": 'a.b["1.2"]', "change": {"actions": ["delete", "create"], "after": {"actions": ["x"]}}},
        {"address": "a.c", "change": {"actions": ["no-op"]}},
    ],
    "configuration": {"provider_config": {"google": {"name": "google", "full_name": GOOGLE}, "m.x:own": {"name": "o"}}},
}


def read(*pieces):
    with closing(PlanReader()) as reader:
        for piece in pieces:
            reader.feed(piece)
        return reader.providers(), list(reader.changes())


def test_a_plan_names_its_providers_and_changes():
    providers, changes = read(json.dumps(PLAN).encode())
    assert providers == {GOOGLE, "m.x:own"}
    assert changes == [Change('a.b["1.2"]', ["delete", "create"]), Change("a.c", ["no-op"])]


def test_warnings_around_the_plan_are_skipped():
    text = json.dumps(PLAN).encode()
    assert read(b"\n", b"a warning {\n", text[:50], text[50:], b"\nanother\n{}\n")[0] == {GOOGLE, "m.x:own"}


@pytest.mark.parametrize("text", [b"", b"no plan", b"{", b'{"a": ', b'{"a": 1} x', b"{" + b"[" * 1_000])
def test_what_is_no_plan_is_unreadable(text):
    with pytest.raises(PlanUnreadable):
        read(text)


def test_a_plan_that_costs_too_much_ends_its_process_and_nothing_else(monkeypatch):
    text = b'{"variables": {"a": {"value": "' + b"x" * 1_000_000
    with closing(PlanReader()) as reader:
        reader._process.kill()
        reader._process.wait()
        for _ in range(10):
            reader.feed(text)
        with pytest.raises(PlanUnreadable):
            reader.providers()


def test_one_value_is_in_memory_at_a_time():
    class Endless:
        """A plan of 200 values of 1 MB each."""

        left = 200

        def readline(self, size):
            self.left -= 1
            return b'{"variables": {"a": {"value": ["' + b"x" * 10 if self.left == 199 else self._part()

        def _part(self):
            return b'", "' + b"x" * 1_000_000 if self.left > 0 else b'"]}}}\n'

    document = plan_reader.Document(Endless())
    assert list(plan_reader.found(document)) == []
