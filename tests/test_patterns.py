"""Every pattern of the six apps is in one table: it reads strangers' text in linear time, or meets none.

The time of a processor is measured, not of a clock, and only how it grows with the text: a quadratic pattern takes four
times as long for twice the text.
"""

import ast
import importlib
import re
import time
from pathlib import Path

import pytest
from django.conf import settings

from tests.patterns import NO_STRANGERS, STRANGERS

APPS = ["foundation", "accounts", "billing", "modules", "deployments", "partnerportal"]
CALLS = {f"re.{name}" for name in ("compile", "match", "fullmatch", "search", "sub", "split", "findall", "finditer")}
CALLS |= {"RegexValidator", "re_path"}
SHORTEST_TIME = 0.001  # seconds; less says nothing
LONGEST_TEXT = 400_000
MOST_GROWTH = 2.5
TRIES = 4


def found() -> dict[str, str]:
    """The patterns in the code: "file NAME" of those with a name, otherwise "file 'pattern'"."""
    patterns = {}
    for path in sorted(path for app in APPS for path in Path(settings.BASE_DIR, app).rglob("*.py")):
        if {"tests", "migrations"}.isdisjoint(path.parts):
            file = str(path.relative_to(settings.BASE_DIR))
            tree = ast.parse(path.read_text())
            names = {id(node.value): ast.unparse(node.targets[0]) for node in tree.body if isinstance(node, ast.Assign)}
            for call in [node for node in ast.walk(tree) if isinstance(node, ast.Call)]:
                if ast.unparse(call.func) in CALLS and call.args:
                    name = names.get(id(call)) or ast.unparse(call.args[0])
                    patterns[f"{file} {name}"] = file
    return patterns


def pattern_of(key: str) -> re.Pattern:
    file, _, name = key.partition(" ")
    module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
    return getattr(module, name) if name.isidentifier() else re.compile(ast.literal_eval(name))


def seconds(use, text) -> float:
    times = []
    for _ in range(3):
        before = time.thread_time()
        use(text)
        times.append(time.thread_time() - before)
    return min(times)


def growth(use, made) -> float:
    """The highest growth of three doublings; texts are so long that the shortest takes SHORTEST_TIME."""
    length = 500
    while length < LONGEST_TEXT and seconds(use, made(length)) < SHORTEST_TIME:
        length *= 2
    if length >= LONGEST_TEXT:
        return 0  # no quadratic pattern is that fast
    times = [seconds(use, made(length * times)) for times in (1, 2, 4, 8)]
    return max(after / before for before, after in zip(times, times[1:], strict=False))


def test_every_pattern_is_in_one_of_the_tables():
    assert set(found()) == set(STRANGERS) | set(NO_STRANGERS)
    assert set(STRANGERS).isdisjoint(NO_STRANGERS)


@pytest.mark.parametrize("key", STRANGERS)
def test_a_pattern_that_meets_strangers_text_reads_it_in_linear_time(key):
    how, before, unit, after = STRANGERS[key]
    pattern = pattern_of(key)

    def use(text):
        if how == "finditer":
            for _ in pattern.finditer(text):
                pass
        else:
            getattr(pattern, how)(text)

    def made(length):
        text = before + unit * (length // len(unit)) + after
        return text.encode() if isinstance(pattern.pattern, bytes) else text

    grown = [growth(use, made)]
    while grown[-1] > MOST_GROWTH and len(grown) < TRIES:  # the machine may have been busy
        grown.append(growth(use, made))
    assert min(grown) <= MOST_GROWTH


def test_a_quadratic_pattern_would_be_told():
    slow = re.compile(r"[ \t]*\{\{[ \t]*UIMeta\b([^\n]*?)\}\}")
    assert growth(slow.findall, lambda length: "{{UIMeta " * (length // 9)) > MOST_GROWTH
