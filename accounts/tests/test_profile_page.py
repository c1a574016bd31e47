"""Sentences of the profile page."""

from datetime import UTC, datetime

import pytest

from accounts import profile_page
from accounts.models import User

SINCE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        ({}, "erin@example.com"),
        ({"is_staff": True}, "erin@example.com, admin"),
        ({"is_partner": True, "partner_since": SINCE}, "erin@example.com, partner since June 2026"),
        (
            {"is_partner": True, "partner_since": SINCE, "is_staff": True},
            "erin@example.com, partner since June 2026, admin",
        ),
    ],
)
def test_who_somebody_is(roles, words):
    assert profile_page.lead(User(email="erin@example.com", **roles)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "No repository found. Type less of the name, or refresh the list."),
        (1, "1 repository found"),
        (1200, "1,200 repositories found"),
    ],
)
def test_what_a_search_found(number, words):
    assert profile_page.found(number) == words


@pytest.mark.parametrize(
    ("has_token", "words"),
    [
        (True, "The current token is still in use. Paste a token again."),
        (False, "Paste a token again."),
    ],
)
def test_what_a_refused_token_leaves(has_token, words):
    assert profile_page.token_refusal(has_token=has_token) == words


FREE = "You can change the repository, branch or token at any time."
DELETES = "This deletes the stored token and stops scans."


@pytest.mark.parametrize(
    ("published", "choice", "removal"),
    [
        (
            None,
            f"{FREE} Published modules and all deployments are not affected.",
            f"{DELETES} Published modules and all deployments are not affected.",
        ),
        (
            0,
            f"{FREE} Published modules and all deployments are not affected.",
            f"{DELETES} Published modules and all deployments are not affected.",
        ),
        (
            1,
            f"{FREE} The 1 module published from alice/modules and all deployments are not affected.",
            f"{DELETES} 1 published module and all deployments are not affected.",
        ),
        (
            2,
            f"{FREE} The 2 modules published from alice/modules and all deployments are not affected.",
            f"{DELETES} 2 published modules and all deployments are not affected.",
        ),
    ],
)
def test_what_choosing_and_removing_leave_alone(published, choice, removal):
    assert profile_page.unaffected_by_choice("alice/modules", published) == choice
    assert profile_page.removal(published) == removal


@pytest.mark.parametrize(
    ("repository", "has_secret", "words"),
    [
        (
            "",
            False,
            "Select a repository first. A webhook then tells the portal about each push within seconds.",
        ),
        (
            "alice/modules",
            False,
            "The portal checks alice/modules for changes every few minutes. With a webhook it knows them within "
            "seconds. Create the secret, then add the webhook on GitHub with these values.",
        ),
        (
            "alice/modules",
            True,
            "On GitHub, open the webhooks of alice/modules and add one with these values. "
            "It tells the portal about each push within seconds.",
        ),
    ],
)
def test_what_the_webhook_is_for(repository, has_secret, words):
    assert profile_page.webhook(repository, has_secret=has_secret) == words


def test_a_branch_is_no_html():
    said = profile_page.chosen("alice/modules", "<b>", any_depth=False)
    assert said == "Now alice/modules, branch <code>&lt;b&gt;</code>"


def test_the_depth_is_said_where_it_is_on():
    said = profile_page.chosen("alice/modules", "main", any_depth=True)
    assert said == "Now alice/modules, branch <code>main</code>, folders at any depth"
