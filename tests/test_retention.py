"""What is old is removed each night, by a role of its own and in small steps; money, the trail and the newest stay."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.utils import timezone

from accounts.models import UnsentForm
from deployments.models import AsideState, Draft, PlannedChange, Run, RunLog, StateVersion
from deployments.tests.factories import make_deployment, make_run, make_version
from deployments.tests.page_text import text_of
from foundation import retention as steps
from foundation.models import AuditEvent, OutboxMessage, Removal
from foundation.time_budget import TimeBudget
from modules.models import Delivery, Publication, Scan
from modules.tests.catalogues import connect
from partnerportal import retention
from partnerportal.database_roles import as_owner

NIGHT = datetime(2031, 5, 4, 2, 30, tzinfo=UTC)


def ago(days):
    return NIGHT - timedelta(days=days)


@pytest.fixture
def shop(live_db, carol):
    """A live deployment of carol."""
    return make_deployment(make_version({"main.tf": ""}, owner=carol), owner=carol)


def ended(deployment, *, days, log=("one\n", "two\n")):
    """A run that ended so many days ago, with its log and plan."""
    run = make_run(deployment)
    PlannedChange.objects.create(run=run, position=0, address="random_id.a", action="create")
    for sequence, text in enumerate(log, 1):
        RunLog.objects.create(run=run, sequence=sequence, text=text)
    plan = {"create": 1, "change": 0, "destroy": 0}
    Run.objects.filter(pk=run.pk).update(plan=plan, status="failed", error="It broke.", finished_at=ago(days))
    return Run.objects.get(pk=run.pk)


def state_of(run, serial, *, days):
    version = StateVersion(deployment=run.deployment, run=run, lineage="one", serial=serial)
    version.content = b"{}"
    version.save()
    StateVersion.objects.filter(pk=version.pk).update(created_at=ago(days))
    return version


def test_the_log_and_plan_of_a_run_go_after_400_days_and_its_row_stays(shop):
    old, recent = ended(shop, days=401), ended(shop, days=399)
    retention.tick(NIGHT)
    assert set(RunLog.objects.values_list("run", flat=True)) == {recent.pk}
    assert set(PlannedChange.objects.values_list("run", flat=True)) == {recent.pk}
    fresh = Run.objects.get(pk=old.pk)
    assert (fresh.status, fresh.error, fresh.plan, fresh.emptied_at is None) == ("failed", "It broke.", {}, False)
    assert Run.objects.get(pk=recent.pk).plan == {"create": 1, "change": 0, "destroy": 0}


def test_a_run_without_its_log_looked_as_if_it_had_printed_nothing(shop, client, carol):
    run = ended(shop, days=401)
    retention.tick(NIGHT)
    day = timezone.now()
    sentence = f"The log was removed on {day.day} {day:%b %Y} (kept 400 days)."
    client.force_login(carol)
    assert sentence in text_of(client.get(f"/deployments/{shop.ref}/runs/{run.number}/"))


def test_a_run_that_has_not_ended_keeps_its_log(shop):
    run = ended(shop, days=0)
    waiting = make_run(shop)
    RunLog.objects.create(run=waiting, sequence=1, text="old\n")
    Run.objects.filter(pk=waiting.pk).update(created_at=ago(900))
    retention.tick(NIGHT)
    assert set(RunLog.objects.values_list("run", flat=True)) == {run.pk, waiting.pk}


def with_secret(run):
    """An ended run as releases up to 0.3.0 left it: with its copy of the sensitive inputs."""
    run.set_secrets({"key": "s3cret"})
    with as_owner():
        Run.objects.filter(pk=run.pk).update(secret_inputs=run.secret_inputs, secret_names=run.secret_names)
    return run


def aside_of(run, **fields):
    return AsideState.objects.create(deployment=run.deployment, run=run, reason="serial", **fields)


def test_ended_runs_kept_their_copy_of_a_password_for_ever(shop):
    old, recent = (with_secret(ended(shop, days=days)) for days in (500, 0.5))
    waiting = make_run(shop)
    waiting.set_secrets({"key": "s3cret"})
    waiting.save()
    retention.tick(NIGHT)
    kept = {run.pk: (run.secrets(), run.secret_names) for run in Run.objects.all()}
    secret = ({"key": "s3cret"}, ["key"])
    assert kept == {old.pk: ({}, []), recent.pk: secret, waiting.pk: secret}


def test_a_run_keeps_its_sensitive_inputs_while_its_state_may_be_accepted(shop, admin):
    undecided, accepted, taken, dismissed = (with_secret(ended(shop, days=9)) for _ in range(4))
    decided = {"decided_by": admin, "decided_at": ago(8)}
    aside_of(undecided)
    aside_of(accepted, decision="accepted", **decided)
    aside_of(taken, decision="accepted", taken_at=ago(8), **decided)
    aside_of(dismissed, decision="dismissed", **decided)
    retention.tick(NIGHT)
    assert set(Run.objects.exclude(secret_inputs=b"")) == {undecided, accepted}


def test_a_step_empties_so_many_runs_at_once(shop, monkeypatch):
    monkeypatch.setattr(steps, "MOST", 2)
    for _ in range(5):
        with_secret(ended(shop, days=500))
    rule = next(rule for rule in retention.RULES if rule.name == "sensitive inputs of ended runs")
    night = {"now": NIGHT, "since": retention._night(NIGHT), "budget": TimeBudget(0)}
    left = []
    while not left or left[-1]:
        steps.carry_out([rule], **night)
        left.append(Run.objects.exclude(secret_inputs=b"").count())
    assert left == [3, 1, 0]


def test_earlier_states_go_and_the_newest_stays_however_old(shop):
    run = ended(shop, days=500)
    for serial, days in ((1, 500), (2, 450), (3, 402)):
        state_of(run, serial, days=days)
    retention.tick(NIGHT)
    assert [version.serial for version in shop.states.all()] == [3]


def test_the_state_that_a_deployment_names_stays(shop):
    run = ended(shop, days=500)
    named, newer = state_of(run, 1, days=500), state_of(run, 2, days=10)
    shop.state = named
    shop.save(update_fields=["state"])
    retention.tick(NIGHT)
    assert set(shop.states.values_list("pk", flat=True)) == {named.pk, newer.pk}


def test_an_accepted_state_that_no_worker_has_taken_yet_was_removed(shop, admin):
    run = ended(shop, days=500)
    for decision, taken in (("accepted", None), ("accepted", ago(401)), ("dismissed", None)):
        aside = AsideState.objects.create(deployment=shop, run=run, reason="serial", decision=decision)
        AsideState.objects.filter(pk=aside.pk).update(decided_at=ago(402), taken_at=taken, decided_by=admin)
    retention.tick(NIGHT)
    assert [(state.decision, state.taken_at) for state in AsideState.objects.all()] == [("accepted", None)]


def test_a_step_is_small_and_the_next_task_goes_on(shop, monkeypatch):
    monkeypatch.setattr(steps, "MOST", 2)
    for _ in range(5):
        ended(shop, days=500)
    over = TimeBudget(0)
    night = {"now": NIGHT, "since": retention._night(NIGHT), "budget": over}
    left = []
    for _ in range(20):
        is_done = steps.carry_out(retention.RULES, **night)
        left.append(Run.objects.filter(emptied_at=None).count())
        if is_done:
            break
    assert left[-1] == 0
    assert {before - after for before, after in zip([5, *left], left, strict=False)} <= {0, 1, 2}
    note = Removal.objects.get(name="logs and plans of runs")
    assert (note.removed, note.total, note.done_at) == (5, 5, NIGHT)


def test_a_long_log_is_a_step_of_its_own(shop, monkeypatch):
    monkeypatch.setattr("deployments.retention.ROWS", 3)
    for _ in range(3):
        ended(shop, days=500, log=["line\n"] * 4)
    night = {"now": NIGHT, "since": retention._night(NIGHT), "budget": TimeBudget(0)}
    rule = next(rule for rule in retention.RULES if rule.name == "logs and plans of runs")
    steps.carry_out([rule], **night)
    assert Run.objects.filter(emptied_at=None).count() == 2


def test_a_pass_that_ended_is_not_begun_again_that_day(shop):
    retention.tick(NIGHT)
    ended(shop, days=500)
    retention.tick(NIGHT + timedelta(hours=20))
    assert RunLog.objects.exists()
    retention.tick(NIGHT + timedelta(days=1))
    assert not RunLog.objects.exists()


def test_what_the_setting_keeps_for_ever_stays(shop, settings):
    settings.KEEP_RUN_LOGS_DAYS = 0
    ended(shop, days=5_000)
    retention.tick(NIGHT)
    assert RunLog.objects.count() == 2


def test_everything_else_that_grows_has_its_day(shop, github, alice, carol):
    repository = connect(github, alice, files={"main.tf": ""})
    scan = {"connection": repository, "repository_id": 1, "status": "succeeded"}
    scans = [Scan.objects.create(**scan, finished_at=ago(days)) for days in (95, 92, 91)]
    Publication.objects.create(connection=repository, scan=scans[2], by=alice, promise={}, finished_at=ago(31))
    Delivery.objects.create(connection=repository, delivery_id="1", signature="1", event="push")
    Delivery.objects.update(at=ago(31))
    Draft.objects.create(owner=carol, version=shop.version)
    Draft.objects.update(updated_at=ago(8))
    OutboxMessage.objects.create(key="sent", to="carol@example.com", subject="s", sent_at=ago(401))
    OutboxMessage.objects.create(key="waits", to="carol@example.com", subject="s")
    Session.objects.create(session_key="a", session_data="", expire_date=ago(2))
    Session.objects.create(session_key="b", session_data="", expire_date=ago(-5))
    form = UnsentForm(owner=carol)
    form.content = "a=b"
    form.save()
    with as_owner():
        UnsentForm.objects.update(created_at=ago(15))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO foundation_cache VALUES ('old', '', %s), ('new', '', %s)", [ago(2), ago(-1)])
    events = AuditEvent.objects.count()

    retention.tick(NIGHT)

    assert list(Scan.objects.all()) == [scans[2]]
    assert [model.objects.count() for model in (Publication, Delivery, Draft, UnsentForm)] == [0, 0, 0, 0]
    assert [mail.key for mail in OutboxMessage.objects.all()] == ["waits"]
    assert [session.pk for session in Session.objects.all()] == ["b"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM foundation_cache")
        assert cursor.fetchall() == [("new",)]
    assert AuditEvent.objects.count() == events


def test_each_rule_has_a_setting_of_days_that_the_manual_lists(live_db):
    example = (settings.BASE_DIR / ".env.example").read_text()
    manual = (settings.BASE_DIR / "docs" / "operations.md").read_text()
    for rule in retention.RULES:
        assert f"\n{rule.setting}={rule.days:.0f}\n" in example
        assert f"`{rule.setting}`" in manual


def test_retention_removes_nothing_that_was_paid_or_noted(live_db):
    with connections["retention"].cursor() as cursor:
        for table in ("billing_transfer", "billing_entry", "billing_hold", "foundation_auditevent", "deployments_run"):
            cursor.execute("SELECT has_table_privilege(current_user, %s, 'DELETE')", [table])
            assert (table, *cursor.fetchone()) == (table, False)
