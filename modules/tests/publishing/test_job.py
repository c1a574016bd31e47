"""Publishing many modules as a job: what is prepared is not seen, and one transaction makes it true."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.services import remove_connection
from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion, PreparedModule, Publication
from modules.publishing import drafts, job, overview, services
from modules.publishing.candidates import newest_scan
from modules.tests.hundreds import TEXT, make_connection, make_scan

pytestmark = pytest.mark.django_db
SIXTY = 61


@pytest.fixture
def connection(alice):
    connection = make_connection(alice)
    make_scan(connection, SIXTY)
    return connection


def choose(connection, choice, *paths, by):
    drafts.save(connection, dict.fromkeys(paths, choice), by=by)


def choose_all(connection, *, by):
    found = overview.of_connection(connection, newest_scan(connection), by=by).found
    drafts.save(connection, drafts.select_all(found), by=by)


def promised(connection, *, by):
    return overview.of_connection(connection, newest_scan(connection), by=by).promise


def requested(connection, *, by) -> Publication:
    return services.request(connection, by=by, promised=promised(connection, by=by))


def published() -> list[str]:
    return list(Module.objects.published().order_by("path").values_list("path", flat=True))


def meanwhile(monkeypatch, deed) -> None:
    """Do something after all is prepared, and before it is made true."""
    prepare = job._prepare

    def prepare_first(publication):
        prepare(publication)
        deed()

    monkeypatch.setattr(job, "_prepare", prepare_first)


def test_sixty_modules_are_published_by_one_publication(connection, alice):
    choose_all(connection, by=alice)
    done = job.carry_out(requested(connection, by=alice).pk)
    assert (done.status, done.prepared, done.total) == ("succeeded", SIXTY, SIXTY)
    assert len(published()) == SIXTY
    version = Module.objects.get(path="m000").current_version
    assert (version.semver, version.title, version.published_by, version.commit) == ("1.0.0", "M000", alice, "c" * 40)
    assert [row["name"] for row in version.schema["outputs"]] == ["text"]
    assert AuditEvent.objects.filter(verb="module.published", by=alice.email).count() == SIXTY
    assert not PreparedModule.objects.exists()


def test_modules_of_the_same_name_get_addresses_and_titles_of_their_own(connection, alice):
    scan = newest_scan(connection)
    row = scan.found.get(path="m000")
    row.pk, row.path = None, "modules/m000"
    row.save(force_insert=True)
    choose(connection, "publish", "m000", "modules/m000", by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    first, second = Module.objects.order_by("path")
    assert (first.slug, first.title) == ("m000", "M000")
    assert (second.slug, second.title) == (f"m000-{second.ref}", "M000 (modules/m000)")


def test_what_is_prepared_is_seen_by_nobody(connection, alice, monkeypatch):
    choose_all(connection, by=alice)
    monkeypatch.setattr(job, "_finish", lambda publication: None)
    publication = job.carry_out(requested(connection, by=alice).pk)
    assert (publication.status, publication.prepared) == ("running", SIXTY)
    assert PreparedModule.objects.count() == SIXTY
    assert not Module.objects.exists()
    assert not ModuleVersion.objects.exists()


def test_job_that_ran_already_does_nothing(connection, alice):
    choose(connection, "publish", "m000", by=alice)
    publication = requested(connection, by=alice)
    job.carry_out(publication.pk)
    assert job.carry_out(publication.pk) is None
    assert ModuleVersion.objects.count() == 1


def test_job_whose_worker_died_goes_on_with_what_is_prepared(connection, alice, monkeypatch):
    choose_all(connection, by=alice)
    publication = requested(connection, by=alice)
    prepare, calls = job._prepare_piece, []

    def die_at_the_third(*piece):
        calls.append(piece)
        if len(calls) == 3:
            raise SystemExit
        prepare(*piece)

    monkeypatch.setattr(job, "_prepare_piece", die_at_the_third)
    with pytest.raises(SystemExit):
        job.carry_out(publication.pk)
    assert job.carry_out(publication.pk) is None  # the lease is another's
    Publication.objects.update(lease_expires_at="2026-01-01T00:00Z")
    assert job.carry_out(publication.pk).status == "succeeded"
    assert len(calls) == 5  # 20, 20, killed; then 20 and 1 more, and none twice
    assert len(published()) == SIXTY


def test_poller_gives_a_job_up_after_three_attempts_without_progress(connection, alice):
    choose(connection, "publish", "m000", by=alice)
    publication = requested(connection, by=alice)
    Publication.objects.update(status="running", attempts=3, lease_expires_at="2026-01-01T00:00Z")
    job.poll_publications()
    publication.refresh_from_db()
    assert (publication.status, publication.error) == ("failed", job.STOPPED)


def test_poller_wakes_a_worker_for_a_lost_message(connection, alice, monkeypatch):
    woken = []
    monkeypatch.setattr(job, "wake", lambda name, *ids: woken.append((name, ids)))
    choose(connection, "publish", "m000", by=alice)
    requested(connection, by=alice)
    job.poll_publications()
    assert woken == []  # its message may still be in the queue
    Publication.objects.update(created_at="2026-01-01T00:00Z")
    job.poll_publications()
    assert woken == [("modules.take_turn", ())]


def test_many_wake_a_worker_and_a_few_do_not(connection, alice, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(services, "wake", lambda name, *ids: woken.append((name, ids)))
    choose(connection, "publish", *(f"m{n:03}" for n in range(10)), by=alice)
    with django_capture_on_commit_callbacks(execute=True):
        few = requested(connection, by=alice)
    job.carry_out(few.pk)
    choose_all(connection, by=alice)
    with django_capture_on_commit_callbacks(execute=True):
        requested(connection, by=alice)
    assert woken == [("modules.take_turn", ())]


def test_second_tab_that_presses_the_same_button_gets_the_same_publication(connection, alice):
    choose_all(connection, by=alice)
    first, second = requested(connection, by=alice), requested(connection, by=alice)
    assert first == second
    choose(connection, "leave", "m000", by=alice)
    with pytest.raises(services.Busy) as refused:
        requested(connection, by=alice)
    assert refused.value.publication == first


def test_cancelled_publication_leaves_nothing(connection, alice, bob):
    choose_all(connection, by=alice)
    publication = requested(connection, by=alice)
    with pytest.raises(PermissionDenied):
        services.cancel(publication, by=bob)
    assert services.cancel(publication, by=alice)
    assert not services.cancel(publication, by=alice)
    assert job.carry_out(publication.pk) is None
    assert published() == []
    assert requested(connection, by=alice) != publication


def test_publication_that_is_cancelled_at_work_loses_its_claim(connection, alice, monkeypatch):
    choose_all(connection, by=alice)
    publication = requested(connection, by=alice)
    finish = job._finish

    def cancel_first(claimed):
        services.cancel(publication, by=alice)
        finish(claimed)

    monkeypatch.setattr(job, "_finish", cancel_first)
    assert job.carry_out(publication.pk).status == "cancelled"
    assert published() == []


def test_module_that_somebody_changed_meanwhile_is_told_by_its_row(connection, alice, monkeypatch):
    choose(connection, "publish", "m000", by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    make_scan(connection, SIXTY, text=TEXT + 'output "more" {\n  value = 1\n}\n', commit="d")
    publication, finish = requested(connection, by=alice), job._finish

    def remove_first(claimed):
        services.remove(Module.objects.get(path="m000"), by=alice)
        finish(claimed)

    monkeypatch.setattr(job, "_finish", remove_first)
    done = job.carry_out(publication.pk)
    assert (done.status, done.error) == ("failed", job.CHANGED)
    assert done.problems == {"m000": "m000 was changed by somebody else."}
    assert ModuleVersion.objects.count() == 1


def test_publication_that_takes_too_long_ends_with_a_sentence_and_publishes_nothing(connection, alice, settings):
    choose_all(connection, by=alice)
    settings.PUBLISH_TIMEOUT = 0
    done = job.carry_out(requested(connection, by=alice).pk)
    assert (done.status, done.error) == (
        "failed",
        "Publishing took longer than 0 s and was stopped. Nothing was published. Publish fewer modules at a time.",
    )
    assert published() == []


def test_repository_that_was_read_anew_meanwhile_is_not_published_as_it_was(connection, alice):
    choose_all(connection, by=alice)
    publication = requested(connection, by=alice)
    make_scan(connection, SIXTY, commit="d")
    assert (job.carry_out(publication.pk).status, published()) == ("failed", [])


def test_person_who_may_no_longer_publish_publishes_nothing(connection, alice):
    choose(connection, "publish", "m000", by=alice)
    publication = requested(connection, by=alice)
    type(alice).objects.filter(pk=alice.pk).update(is_partner=False)
    done = job.carry_out(publication.pk)
    assert (done.status, done.error) == ("failed", "Alice may no longer publish.")


def test_what_is_chosen_while_modules_are_prepared_is_still_chosen_afterwards(connection, alice, monkeypatch):
    choose(connection, "publish", "m000", "m001", by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    make_scan(connection, SIXTY, text=TEXT + 'output "more" {\n  value = 1\n}\n', commit="d")
    choose(connection, "update", "m000", "m001", by=alice)
    meanwhile(monkeypatch, lambda: choose(connection, "remove", "m001", by=alice))
    job.carry_out(requested(connection, by=alice).pk)
    assert drafts.choices_of(connection, alice) == {"m001": "remove"}


@pytest.mark.parametrize("role", ["is_partner", "is_active"])
def test_person_who_loses_the_role_while_modules_are_prepared_publishes_nothing(connection, alice, monkeypatch, role):
    choose_all(connection, by=alice)
    meanwhile(monkeypatch, lambda: type(alice).objects.filter(pk=alice.pk).update(**{role: False}))
    done = job.carry_out(requested(connection, by=alice).pk)
    assert (done.status, done.error) == ("failed", "Alice may no longer publish.")
    assert not Module.objects.exists()


def test_connection_that_is_removed_while_modules_are_prepared_ends_the_job(connection, alice, monkeypatch):
    choose_all(connection, by=alice)
    meanwhile(monkeypatch, lambda: remove_connection(connection, by=alice))
    assert job.carry_out(requested(connection, by=alice).pk) is None
    assert not Module.objects.exists()


def test_one_publication_updates_keeps_brings_back_and_removes(connection, alice):
    choose(connection, "publish", "m000", "m001", "m002", "m003", by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    services.remove(Module.objects.get(path="m003"), by=alice)
    make_scan(connection, SIXTY, text=TEXT + 'output "more" {\n  value = 1\n}\n', commit="d")
    choose(connection, "keep", "m001", by=alice)
    choose(connection, "remove", "m002", by=alice)
    choose(connection, "publish", "m003", by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    semvers = {module.path: module.current_version.semver for module in Module.objects.published()}
    assert semvers == {"m000": "1.1.0", "m001": "1.0.0", "m003": "1.1.0"}
    assert drafts.choices_of(connection, alice) == {"m001": "keep"}


def test_breaking_update_is_not_chosen_beforehand_and_asks_once(connection, alice):
    choose(connection, "publish", "m000", by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    make_scan(connection, SIXTY, text='variable "name" {\n  type = string\n}\n', commit="d")
    assert promised(connection, by=alice) == {}
    choose(connection, "update", "m000", by=alice)
    told = promised(connection, by=alice)
    assert told == {"m000": "updated 2.0.0 1594252e6985"}
    with pytest.raises(services.NotConfirmed):
        services.request(connection, by=alice, promised=told)
    assert not Publication.objects.unfinished().exists()
    confirmed = services.request(connection, by=alice, promised=told, confirms_breaking=True)
    assert job.carry_out(confirmed.pk).status == "succeeded"
    assert Module.objects.get().current_version.semver == "2.0.0"


def test_scan_compares_updates_ahead_so_that_no_page_does(connection, alice, django_assert_num_queries):
    choose_all(connection, by=alice)
    job.carry_out(requested(connection, by=alice).pk)
    scan = make_scan(connection, SIXTY, text=TEXT + 'output "more" {\n  value = 1\n}\n', commit="d")
    job.compare_ahead(connection, scan=scan)
    newest = newest_scan(connection)
    with django_assert_num_queries(3):
        told = overview.of_connection(connection, newest, by=alice).promise
    hashes = dict(newest.found.values_list("path", "content_hash"))
    assert told == {path: f"updated 1.1.0 {hashes[path][:12]}" for path in told}


def test_transaction_that_makes_hundreds_true_has_a_few_statements(alice, django_assert_max_num_queries):
    connection = make_connection(alice)
    make_scan(connection, 300)
    choose_all(connection, by=alice)
    publication = job.claim(requested(connection, by=alice).pk)
    job._prepare(publication)
    with django_assert_max_num_queries(35):
        job._finish(publication)
    assert len(published()) == 300
