"""A text that costs too much ends its process, and none of the others is lost."""

from subprocess import CompletedProcess

import pytest

from modules.pages import readme_process
from modules.pages.readme import Home
from modules.pages.readme_process import ChildFailed, Page, render_all

HOME = Home("alice-example/cloud", "c" * 40)


def test_text_that_ends_the_process_is_the_only_one_without_html(monkeypatch):
    monkeypatch.setattr(readme_process, "SECONDS", 0.2)
    pages = [Page(text, HOME) for text in ("First", "# a\n" * 50_000, "[" * 100_000, "Last")]
    assert render_all(pages) == ["<p>First</p>", None, None, "<p>Last</p>"]


def test_process_that_cannot_start_condemns_no_text(monkeypatch, tmp_path):
    monkeypatch.setattr(readme_process, "ROOT", tmp_path)
    with pytest.raises(ChildFailed):
        render_all([Page("First", HOME)])


def test_process_knows_none_of_the_workers_secrets(monkeypatch):
    def run(command, *, env, **options):
        assert list(env) == ["PYTHONPATH"]
        return CompletedProcess(command, 0, stdout=b'ready\n"<p>First</p>"\n')

    monkeypatch.setattr(readme_process.subprocess, "run", run)
    assert render_all([Page("First", HOME)]) == ["<p>First</p>"]
