import threading

import pytest
from django.db import connection as database

from accounts import github_errors as errors
from accounts import services
from accounts.models import GitHubConnection
from foundation.encryption import DecryptionFailed
from foundation.models import AuditEvent
from tests.people import make_admin, make_partner

MODULES = "alice-example/cloud-modules"
FINE = "github_pat_demo_alice"


def number(github, full_name=MODULES):
    return github.world.find(full_name).id


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


def snapshot():
    return list(GitHubConnection.objects.order_by("pk").values())


def test_a_token_is_checked_and_kept_encrypted(github, alice):
    made = services.save_token(alice, token="ghp_demo_alice", by=alice)
    made.refresh_from_db()
    assert (made.owner, made.login, made.scopes, made.is_fine_grained) == (alice, "alice-example", ["repo"], False)
    assert (made.expires_at, made.problem, made.repository_id) == (None, "", None)
    assert made.token == "ghp_demo_alice"
    assert b"ghp_demo_alice" not in bytes(made.token_encrypted)
    assert bytes(made.token_encrypted).startswith(b"v1:test:")


def test_saving_is_audited_without_the_token(github, alice):
    services.save_token(alice, token="ghp_demo_alice", by=alice)
    event = AuditEvent.objects.get()
    assert (event.verb, event.by) == ("connection.token_saved", "alice@example.com")
    assert event.detail == {"login": "alice-example", "scopes": ["repo"]}


def test_saving_wakes_a_worker_after_the_commit(github, alice, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        made = services.save_token(alice, token="ghp_demo_alice", by=alice)
    assert [callback.args for callback in callbacks] == [("accounts.refresh_repositories", made.pk)]
    assert made.is_refreshing


@pytest.mark.parametrize("token", ["ghp_demo_noscope", "ghp_demo_expired", "ghp_unknown"])
def test_a_refused_token_changes_nothing(github, connection, alice, token):
    before, events = snapshot(), verbs()
    with pytest.raises((errors.ScopeMissing, errors.TokenRejected)):
        services.save_token(alice, token=token, by=alice)
    assert snapshot() == before
    assert verbs() == events


@pytest.mark.parametrize("mode", ["401", "403", "rate_limit", "5xx", "redirect"])
def test_a_failing_github_changes_nothing(github, alice, mode):
    github.fail(mode)
    with pytest.raises(errors.GitHubError):
        services.save_token(alice, token="ghp_demo_alice", by=alice)
    assert snapshot() == []
    assert verbs() == []


def test_a_second_token_replaces_the_first_and_keeps_the_repository(github, connection, alice):
    services.select_repository(connection, repository_id=number(github), by=alice)
    again = services.save_token(alice, token=FINE, by=alice)
    assert again.pk == connection.pk
    assert (again.token, again.is_fine_grained, again.repository_name) == (FINE, True, MODULES)


def test_a_token_that_cannot_read_the_chosen_repository_is_kept_with_the_problem(github, connection, alice):
    services.select_repository(connection, repository_id=number(github), by=alice)
    saved = services.save_token(alice, token="ghp_demo_bob", by=alice)
    assert saved.repository_name == MODULES
    assert saved.problem == f"This token cannot read {MODULES}. Give it access, or select another repository."


def test_the_platform_has_a_connection_of_its_own(github, connection, platform_connection):
    assert (connection.is_platform, platform_connection.is_platform) == (False, True)
    assert platform_connection.login == "platform-example"
    assert GitHubConnection.objects.of(None).get() == platform_connection


def test_two_first_tokens_at_once_make_one_connection(live_db, github):
    alice = make_partner("alice")
    failed = []

    def save(token):
        try:
            services.save_token(alice, token=token, by=alice)
        except Exception as error:
            failed.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=save, args=[token]) for token in ("ghp_demo_alice", FINE) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert GitHubConnection.objects.count() == 1


def test_a_repository_is_chosen_by_its_id(github, connection, alice):
    chosen = services.select_repository(connection, repository_id=number(github), by=alice)
    assert (chosen.repository_id, chosen.repository_name, chosen.branch) == (number(github), MODULES, "main")
    assert verbs()[-1] == "connection.repository_selected"


def test_a_repository_of_somebody_else_is_refused(github, connection, alice):
    before = snapshot()
    with pytest.raises(errors.NotFound):
        services.select_repository(connection, repository_id=number(github, "bob-example/telemetry-modules"), by=alice)
    assert snapshot() == before


def test_a_repository_without_any_commit_is_refused_with_a_reason(github, connection, alice):
    empty = github.add_repository("alice-example/nothing-yet", {})
    with pytest.raises(errors.NotFound, match="alice-example/nothing-yet has no commit on its branch main"):
        services.select_repository(connection, repository_id=empty.id, by=alice)
    connection.refresh_from_db()
    assert connection.repository_id is None


def test_removing_forgets_token_and_list(github, connection, alice):
    services.remove_connection(connection, by=alice)
    assert snapshot() == []
    assert verbs()[-1] == "connection.removed"


def test_what_was_removed_meanwhile_is_said(github, connection, alice):
    services.remove_connection(connection, by=alice)
    with pytest.raises(services.ConnectionRemoved):
        services.request_refresh(connection, by=alice)
    with pytest.raises(services.ConnectionRemoved):
        services.select_repository(connection, repository_id=number(github), by=alice)


def test_a_check_finds_the_new_name(github, connection, alice):
    connection = services.select_repository(connection, repository_id=number(github), by=alice)
    github.rename_repository(MODULES, "alice-example/renamed")
    assert services.check_connection(connection).repository_name == "alice-example/renamed"


def test_a_check_keeps_what_is_wrong_until_it_is_right(github, connection):
    github.fail("401", times=1)
    assert services.check_connection(connection).problem == errors.TokenRejected.sentence
    assert services.check_connection(connection).problem == ""


def test_a_check_says_that_the_repository_is_gone(github, connection, alice):
    services.select_repository(connection, repository_id=number(github), by=alice)
    connection.refresh_from_db()
    github.delete_repository(MODULES)
    assert services.check_connection(connection).problem.startswith(f"This token cannot read {MODULES}.")


def test_the_verdict_on_a_replaced_token_is_dropped(github, connection, alice):
    stale = GitHubConnection.objects.get(pk=connection.pk)
    services.save_token(alice, token=FINE, by=alice)
    github.fail("401", times=1)
    assert services.check_connection(stale).problem == ""


def test_the_verdict_on_a_replaced_repository_is_dropped(github, connection, alice):
    stale = services.select_repository(connection, repository_id=number(github), by=alice)
    other = "alice-example/terraform-local-greeting"
    services.select_repository(connection, repository_id=number(github, other), by=alice)
    assert services.check_connection(stale).repository_name == other


def test_a_ciphertext_moved_to_another_row_does_not_open(github, connection, platform_connection):
    GitHubConnection.objects.filter(pk=platform_connection.pk).update(token_encrypted=connection.token_encrypted)
    platform_connection.refresh_from_db()
    with pytest.raises(DecryptionFailed):
        _ = platform_connection.token
    with pytest.raises(services.TokenUnreadable, match="Save the token again"):
        services.token_of(platform_connection)


def test_a_lost_key_is_a_problem_that_is_told(github, connection, settings):
    settings.PORTAL_KEYS = "other:" + "b" * 43 + "="
    assert services.check_connection(connection).problem == services.TokenUnreadable.sentence


def test_a_partner_answers_for_their_own_side_and_active_admins_for_the_platforms(alice, carol, admin):
    make_admin("retired", is_active=False)
    second = make_admin("second")
    assert services.those_responsible(alice) == [alice]
    assert services.those_responsible(None) == [admin, second]
