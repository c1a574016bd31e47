"""What the Publish page says beside its candidates, case by case; nothing here needs a database."""

import pytest

from accounts.models import GitHubConnection
from modules.models import Module
from modules.publishing import page_story
from modules.publishing.candidate import Candidate, Live, Plan, Preview
from modules.publishing.services import NotPublishable, Publication, StalePublication

QUIET = "Existing deployments are not affected."


def candidates(*titles, live=(), bump="patch"):
    return [Candidate(title.lower(), title, preview=Preview("1.0.1", bump=bump, live=list(live))) for title in titles]


LIVE = [Live("Bob", "1.0.0", 2, True), Live("Carol", "1.0.0", 1, True)]


@pytest.mark.parametrize(
    ("plan", "summary", "consequences", "button"),
    [
        (Plan(), "Select modules to publish.", QUIET, "Publish"),
        (Plan(unchanged=candidates("A")), "1 unchanged.", QUIET, "Publish"),
        (Plan(new=candidates("A")), "1 new.", QUIET, "Publish 1 module"),
        (Plan(new=candidates("A", "B")), "2 new.", QUIET, "Publish 2 modules"),
        (
            Plan(new=candidates("A"), updated=candidates("B", "C"), removed=candidates("D")),
            "1 new, 2 updated, 1 removed.",
            f"D leaves the catalogue. {QUIET}",
            "Publish 1, update 2, remove 1",
        ),
        (
            Plan(updated=candidates("A", bump="major")),
            "1 updated.",
            f"1 update is breaking. {QUIET}",
            "Update 1 module",
        ),
        (
            Plan(updated=candidates("A", "B", bump="major")),
            "2 updated.",
            f"2 updates are breaking. {QUIET}",
            "Update 2 modules",
        ),
        (
            Plan(removed=candidates("A", live=LIVE[1:])),
            "1 removed.",
            f"A leaves the catalogue. 1 live deployment of Carol keeps running. {QUIET}",
            "Remove 1 module",
        ),
        (
            Plan(removed=candidates("A", "B", "C", "D", live=LIVE)),
            "4 removed.",
            f"A, B, C and 1 more leave the catalogue. 12 live deployments of Bob and Carol keep running. {QUIET}",
            "Remove 4 modules",
        ),
    ],
)
def test_save_bar_says_what_publishing_does(plan, summary, consequences, button):
    bar = page_story.save_bar(plan)
    assert (bar.summary, bar.consequences, bar.button) == (summary, consequences, button)
    assert bar.changes_anything == bool(plan.new or plan.updated or plan.removed)


def test_title_in_the_save_bar_is_escaped():
    bar = page_story.save_bar(Plan(removed=candidates("<b>")))
    assert bar.consequences == f"&lt;b&gt; leaves the catalogue. {QUIET}"


@pytest.mark.parametrize(
    ("done", "text"),
    [
        (Publication(), "Nothing changed. The catalogue is as it was."),
        (Publication(unchanged=[Module()]), "Nothing changed. The catalogue is as it was."),
        (Publication(removed=[Module()]), "Removed 1 module."),
        (
            Publication(created=[Module()], updated=[Module()] * 2, removed=[Module()]),
            "Published 1, updated 2, removed 1.",
        ),
    ],
)
def test_result_repeats_the_button(done, text):
    assert page_story.result(done) == text


@pytest.mark.parametrize(
    ("error", "title", "text", "changes"),
    [
        (
            StalePublication(["a was published."]),
            "The repository or the catalogue changed after you opened this page.",
            "Nothing was published. Your ticks are kept. Check what changed, then publish again.",
            ["a was published."],
        ),
        (
            NotPublishable(["a", "b"]),
            "These folders cannot be published: a, b.",
            "Nothing was published. Untick them, or fix them in the repository and scan again.",
            [],
        ),
    ],
)
def test_refusal_says_what_happened_what_was_kept_and_what_to_do(error, title, text, changes):
    assert page_story.refusal(error) == page_story.Refusal(title, text, changes)


@pytest.mark.parametrize(
    ("connection", "is_platform", "title", "text"),
    [
        (
            None,
            False,
            "No repository yet",
            "Connect GitHub and select the repository with your Terraform modules. It takes two minutes.",
        ),
        (
            GitHubConnection(login="alice-example"),
            True,
            "No repository selected",
            "GitHub is connected as alice-example. Select the repository with the platform's Terraform modules.",
        ),
    ],
)
def test_what_is_missing_is_told_with_the_way_there(connection, is_platform, title, text):
    missing = page_story.missing(connection, is_platform=is_platform)
    assert (missing.title, missing.text) == (title, text)


def test_nothing_is_missing_with_a_repository():
    assert page_story.missing(GitHubConnection(repository_id=1), is_platform=False) is None


@pytest.mark.parametrize(
    ("paths", "text"),
    [
        ([], ""),
        (["a"], "You keep <code>a</code> as a separate module."),
        (["", "<"], "You keep these folders as separate modules: <code>the root folder</code>, <code>&lt;</code>."),
    ],
)
def test_folders_kept_apart_are_named(paths, text):
    assert page_story.separate(paths) == text
