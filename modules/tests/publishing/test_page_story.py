"""What the Publish page says beside its candidates, case by case; nothing here needs a database."""

import pytest
from django.utils import timezone

from accounts.models import GitHubConnection, User
from modules.models import Module, ModuleVersion, Publication
from modules.publishing import page_story
from modules.publishing.candidate import Candidate, Live, Plan, Preview
from modules.publishing.services import Busy, NotConfirmed, StalePublication

QUIET = "Existing deployments are not affected."


def candidates(*titles, live=(), bump="patch"):
    return [Candidate(title.lower(), title, preview=Preview("1.0.1", bump=bump, live=list(live))) for title in titles]


def back(*titles):
    """Candidates of removed modules that are ticked again."""
    found = candidates(*titles)
    for candidate in found:
        candidate.module = Module(removed_at=timezone.now(), current_version=ModuleVersion())
        candidate.newest, candidate.ticked = ModuleVersion(), True
    return found


LIVE = [Live("Bob", "1.0.0", 2, True), Live("Carol", "1.0.0", 1, True)]


@pytest.mark.parametrize(
    ("plan", "summary", "consequences", "button"),
    [
        (Plan(), "Select modules to publish.", QUIET, "Publish"),
        (Plan(unchanged=candidates("A")), "1 unchanged.", QUIET, "Publish"),
        (Plan(new=candidates("A")), "1 to publish.", QUIET, "Publish 1 module"),
        (Plan(new=candidates("A", "B")), "2 to publish.", QUIET, "Publish 2 modules"),
        (
            Plan(new=candidates("A"), updated=candidates("B", "C"), removed=candidates("D")),
            "1 to publish, 2 to update, 1 to remove.",
            f"D leaves the catalogue. {QUIET}",
            "Publish 1, update 2, remove 1",
        ),
        (
            Plan(updated=candidates("A", bump="major")),
            "1 to update.",
            f"1 update is breaking. {QUIET}",
            "Update 1 module",
        ),
        (
            Plan(updated=candidates("A", "B", bump="major")),
            "2 to update.",
            f"2 updates are breaking. {QUIET}",
            "Update 2 modules",
        ),
        (
            Plan(removed=candidates("A", live=LIVE[1:])),
            "1 to remove.",
            f"A leaves the catalogue. 1 live deployment of Carol keeps running. {QUIET}",
            "Remove 1 module",
        ),
        (
            Plan(removed=candidates("A", "B", "C", "D", live=LIVE)),
            "4 to remove.",
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


def test_module_that_is_brought_back_is_called_so_in_bar_button_and_result():
    bar = page_story.save_bar(Plan(new=[*candidates("A"), *back("B")]))
    assert (bar.summary, bar.button) == ("1 to publish, 1 to bring back.", "Publish 1, bring back 1")
    assert page_story.result({"b": "back 1.0.0 abc"}) == "Brought back 1 module."


def test_breaking_updates_are_named_to_be_confirmed():
    assert page_story.save_bar(Plan(updated=candidates("A"))).breaking == ""
    bar = page_story.save_bar(Plan(updated=[*candidates("A"), *candidates("B", "C", bump="major")]))
    assert bar.breaking == "Publish the breaking updates of B and C"


@pytest.mark.parametrize(
    ("promise", "text"),
    [
        ({}, "Nothing changed. The catalogue is as it was."),
        ({"a": "removed"}, "Removed 1 module."),
        (
            {"a": "new 1.0.0 a", "b": "updated 1.1.0 b", "c": "updated 2.0.0 c", "d": "removed"},
            "Published 1, updated 2, removed 1.",
        ),
    ],
)
def test_result_repeats_the_button(promise, text):
    assert page_story.result(promise) == text


@pytest.mark.parametrize(
    ("error", "title", "text", "changes"),
    [
        (
            StalePublication(["a has changed."]),
            "The repository, the catalogue or what is chosen changed after you opened this page.",
            "Nothing was published. Your choices are kept. Check what changed, then publish again.",
            ["a has changed."],
        ),
        (
            NotConfirmed(),
            "Breaking updates need your confirmation.",
            "Nothing was published. Your choices are kept. Confirm it below, then publish again.",
            [],
        ),
        (
            Busy(Publication()),
            "Other modules of this repository are being published.",
            "Nothing more was started. Your choices are kept. Publish again when it has ended.",
            [],
        ),
    ],
)
def test_refusal_says_what_happened_what_was_kept_and_what_to_do(error, title, text, changes):
    assert page_story.refusal(error) == page_story.Refusal(title, text, changes)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("pending", "The portal started to publish. Waiting for a worker."),
        (
            "running",
            "20 of 61 modules prepared. Nobody sees a change before all are ready. You can leave this page.",
        ),
        ("cancelled", "Publishing was cancelled. Nothing was published."),
        ("failed", "It broke. Nothing was published automatically. The portal tries again after the next scan."),
        ("succeeded", "Published 61 modules. Started by the portal."),
    ],
)
def test_progress_of_a_publication(status, text):
    promise = {f"m{number}": "new 1.0.0 a" for number in range(61)}
    publication = Publication(status=status, promise=promise, prepared=20, error="It broke.")
    assert page_story.progress(publication) == text


def test_a_person_whose_publication_failed_is_told_to_publish_again():
    publication = Publication(by=User(email="alice@example.com"), status="failed", promise={}, error="It broke.")
    text = "It broke. Nothing was published. Check the list below, then publish again."
    assert page_story.progress(publication) == text


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
