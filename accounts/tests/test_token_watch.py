"""The daily check of tokens: problems are stored and e-mailed once; transient failures alert nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import services, tasks, token_health
from accounts.models import GitHubConnection, User
from foundation.models import OutboxMessage
from tests.people import make_admin

MODULES = "alice-example/cloud-modules"


@pytest.fixture
def chosen(connection, github, alice):
    return services.select_repository(connection, repository_id=github.world.find(MODULES).id, by=alice)


def look(**fields):
    """Runs the daily check as if the last one was more than a day ago."""
    GitHubConnection.objects.update(checked_at=timezone.now() - timedelta(hours=25), **fields)
    tasks.check_connections()


def change_token(github, token="ghp_demo_alice", **facts):
    for name, value in facts.items():
        setattr(github.world.tokens[token], name, value)


def mails() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.order_by("pk").values_list("to", "subject"))


def kind_of(connection) -> str:
    connection.refresh_from_db()
    return connection.problem_kind


def in_days(days) -> datetime:
    return timezone.now().replace(microsecond=0) + timedelta(days=days)


def test_a_token_that_works_is_noted_and_nobody_is_told(chosen):
    look()
    chosen.refresh_from_db()
    assert (chosen.problem, chosen.problem_kind) == ("", "")
    assert timezone.now() - chosen.checked_at < timedelta(minutes=1)
    assert token_health.trouble_of(chosen) is None
    assert mails() == []


def test_a_revoked_token_is_a_problem_and_one_email(chosen, github):
    change_token(github, revoked=True)
    look()
    look()
    assert kind_of(chosen) == "rejected"
    assert mails() == [("alice@example.com", "Your GitHub token no longer works")]
    text = OutboxMessage.objects.get().text
    assert "It was revoked or deleted on GitHub." in text
    assert "http://testserver/profile/#github" in text
    assert "ghp_demo_alice" not in text + OutboxMessage.objects.get().key


def test_a_lost_scope_is_told(chosen, github):
    change_token(github, scopes=["read:org"])
    look()
    assert kind_of(chosen) == "scope"
    assert mails() == [("alice@example.com", "Your GitHub token has lost the repo scope")]


def test_a_repository_that_cannot_be_read_is_told_by_its_name(chosen, github):
    github.delete_repository(MODULES)
    look()
    assert kind_of(chosen) == "unreadable"
    assert mails() == [("alice@example.com", f"Your GitHub token cannot read {MODULES}")]


def test_a_token_that_no_key_opens_is_told(chosen, settings):
    settings.PORTAL_KEYS = "other:" + "b" * 43 + "="
    look()
    assert kind_of(chosen) == "sealed"
    assert mails() == [("alice@example.com", "Your GitHub token cannot be decrypted")]


@pytest.mark.parametrize(
    ("days", "subject"), [(14.2, "expires in 14 days"), (1, "expires in 1 day"), (0.1, "expires today")]
)
def test_an_expiry_within_two_weeks_is_told(chosen, github, monkeypatch, days, subject):
    noon = datetime(2030, 12, 1, 12, tzinfo=UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    change_token(github, expires_at=(noon + timedelta(days=days)).isoformat())
    services.check_connection(chosen)
    assert mails() == [("alice@example.com", f"Your GitHub token {subject}")]


def test_an_expiry_later_than_two_weeks_is_not_told(chosen, github):
    change_token(github, expires_at=in_days(16).isoformat())
    look()
    assert mails() == []
    chosen.refresh_from_db()
    assert token_health.trouble_of(chosen) is None


def test_from_the_first_warning_to_the_end_it_is_one_email(chosen, github, monkeypatch):
    ends = in_days(9)
    change_token(github, expires_at=ends.isoformat())
    look()
    change_token(github, revoked=True)  # GitHub answers the same for both
    monkeypatch.setattr("django.utils.timezone.now", lambda: ends + timedelta(hours=1))
    checked = services.check_connection(chosen)
    assert token_health.trouble_of(checked).title == "Your GitHub token has expired"
    assert mails() == [("alice@example.com", "Your GitHub token expires in 9 days")]


def test_a_token_revoked_before_its_end_is_another_problem(chosen, github):
    change_token(github, expires_at=in_days(9).isoformat())
    look()
    change_token(github, revoked=True)
    look()
    assert [subject for _, subject in mails()] == [
        "Your GitHub token expires in 9 days",
        "Your GitHub token no longer works",
    ]


def test_a_new_token_that_expires_later_is_told_again(chosen, github, alice):
    change_token(github, expires_at=in_days(9).isoformat())
    look()
    github.add_token("ghp_next", login="alice-example", expires_at=in_days(11))
    services.save_token(alice, token="ghp_next", by=alice)
    look()
    look()
    assert [subject for _, subject in mails()] == [
        "Your GitHub token expires in 9 days",
        "Your GitHub token expires in 11 days",
    ]


def test_a_new_token_ends_the_trouble(chosen, github, alice):
    change_token(github, revoked=True)
    look()
    github.add_token("ghp_next", login="alice-example")
    saved = services.save_token(alice, token="ghp_next", by=alice)
    assert (saved.problem, saved.problem_kind, token_health.trouble_of(saved)) == ("", "", None)


def test_the_platforms_token_is_told_to_every_active_admin(platform_connection, github, admin):
    make_admin("second")
    make_admin("retired", is_active=False)
    change_token(github, "ghp_demo_platform", revoked=True)
    look()
    subject = "The platform's GitHub token no longer works"
    assert mails() == [("admin@example.com", subject), ("second@example.com", subject)]
    assert "http://testserver/profile/?for=platform#github" in OutboxMessage.objects.first().text


@pytest.mark.parametrize("mode", ["5xx", "rate_limit", "secondary_limit", "404", "redirect"])
def test_a_fault_of_github_alarms_nobody_and_is_asked_about_again(chosen, github, mode):
    before = GitHubConnection.objects.values().get()
    github.fail(mode)
    look()
    after = GitHubConnection.objects.values().get()
    assert timezone.now() - after.pop("checked_at") > timedelta(days=1)
    before.pop("checked_at")
    assert after == before
    assert mails() == []


def test_an_unreachable_github_alarms_nobody(chosen, settings):
    settings.GITHUB_API_URL = "http://127.0.0.1:9"
    look()
    assert kind_of(chosen) == ""
    assert mails() == []


def test_a_fault_of_github_does_not_hide_a_revoked_token(chosen, github):
    change_token(github, revoked=True)
    look()
    github.fail("5xx")
    look()
    assert kind_of(chosen) == "rejected"


def test_one_failure_keeps_no_other_from_its_check(chosen, platform_connection, github, monkeypatch):
    real = services.check_connection

    def stumble(connection):
        if connection.pk == chosen.pk:
            raise ZeroDivisionError
        return real(connection)

    change_token(github, "ghp_demo_platform", revoked=True)
    monkeypatch.setattr(services, "check_connection", stumble)
    look()
    assert (kind_of(chosen), kind_of(platform_connection)) == ("", "rejected")


def test_a_token_checked_today_is_not_asked_about(chosen, github):
    GitHubConnection.objects.update(checked_at=timezone.now() - timedelta(hours=23))
    github.clear()
    tasks.check_connections()
    assert github.requests == []


def test_what_github_gave_no_answer_on_is_asked_again_within_minutes(chosen, github):
    stale = timezone.now() - timedelta(minutes=11)
    GitHubConnection.objects.update(checked_at=stale, problem="GitHub has a problem at the moment.")
    tasks.check_connections()
    chosen.refresh_from_db()
    assert (chosen.problem, chosen.checked_at > stale) == ("", True)


def test_nobody_is_told_who_is_no_partner_any_more(chosen, github):
    User.objects.update(is_partner=False, partner_since=None)
    change_token(github, revoked=True)
    look()
    assert (kind_of(chosen), mails()) == ("", [])
