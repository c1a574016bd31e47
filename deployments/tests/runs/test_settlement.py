"""Nobody deploys for nothing, and nobody pays twice: what becomes of reserved credits, in each order of events."""

import json
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from billing import services as billing
from billing import verify
from billing.models import Hold, Transfer
from billing.services import Balance
from billing.tests.money import credits, give
from deployments import charge_notices, services
from deployments.models import AsideState, Deployment, Run
from deployments.runs import leases, settlement, state
from deployments.runs.ending import finish_run
from deployments.tests.factories import make_version
from foundation.models import OutboxMessage
from foundation.times import dated
from modules.models import Module
from tests.fixtures.live import owning

pytestmark = pytest.mark.django_db

PRICE = 40


@pytest.fixture
def version(alice):
    """A version of alice's module for everybody, which costs 40 credits."""
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(PRICE))
    return version


@pytest.fixture
def shop(version, carol):
    """Carol's deployment, whose first run is queued; she bought 100 credits for 100 euros."""
    give(carol, 100, paid=10_000, now=timezone.now())
    return services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol)


class World:
    """What happens to a deployment: each step queues a run, or ends the queued one in some way."""

    def __init__(self, deployment):
        self.deployment, self.owner = deployment, deployment.owner
        self.serial = 0
        self.is_standing = False

    @property
    def hold(self):
        return Hold.objects.filter(cost_centre=self.deployment.cost_centre).order_by("-pk").first()

    def ask(self, action=Run.Action.RETRY, *, at=None):
        run = services.start_run(self.deployment, action=action, by=self.owner)
        if at:
            Run.objects.filter(pk=run.pk).update(created_at=at)
        return run

    def end(self, status, *, applied=True, leaves=0):
        """End the queued run; one that applied leaves so many resources."""
        run = leases.claim(self.deployment.runs.unfinished().get().pk, worker="here:1")
        assert run.advance(Run.Status.PLANNING, token=run.token)
        if applied:
            assert run.advance(Run.Status.APPLYING, token=run.token)
            self._store(run, leaves)
            assert run.advance(Run.Status.SAVING, token=run.token)
        assert finish_run(run, token=run.token, status=status, error="It ended.", by=self.owner)
        self.deployment.refresh_from_db()
        return run

    def _store(self, run, resources):
        self.serial += 1
        found = [{"mode": "managed", "instances": [{}] * resources}] if resources else []
        content = {"lineage": "one", "serial": self.serial, "resources": found}
        state.StateRecorder(run).store(json.dumps(content).encode())


@pytest.fixture
def world(shop):
    return World(shop)


def money(person):
    """Available and reserved credits, and how many charges were made."""
    balance = billing.balance(person)
    return balance.available // credits(1), balance.held // credits(1), Transfer.objects.filter(kind="capture").count()


def earned():
    return Transfer.objects.filter(kind="revenue").aggregate(cents=Sum("share_amount", default=0))["cents"]


def hours(number):
    return timedelta(hours=number)


def move_back(hold, by):
    """The same hold, as it is so much later."""
    times = {"due_at": hold.due_at - by, "destroy_by": hold.destroy_by - by}
    with owning(), connection.cursor() as cursor:
        cursor.execute("SET portal.migrating = on")  # nobody else moves a day that people were told
        Hold.objects.filter(pk=hold.pk).update(**times)
        cursor.execute("RESET portal.migrating")


def test_success_charges_and_the_partner_earns(world, carol):
    world.end("succeeded", leaves=8)
    assert (money(carol), world.hold.state, world.hold.reason) == ((60, 0, 1), "captured", "")
    assert earned() > 0


@pytest.mark.parametrize("status", ["failed", "cancelled", "lost"])
def test_what_left_nothing_costs_nothing(world, carol, status):
    world.end(status, leaves=0)
    assert (money(carol), world.hold.state, world.hold.reason) == ((100, 0, 0), "released", f"run {status}")


def test_cancelling_in_the_last_step_is_charged(world, carol):
    world.end("cancelled", leaves=8)
    assert (money(carol), world.hold.state, world.hold.reason) == ((60, 0, 1), "captured", "cancelled while applying")
    assert world.deployment.status == Deployment.Status.LIVE


def test_what_was_cancelled_late_is_paid_and_not_charged_again(world, carol):
    world.end("cancelled", leaves=8)
    world.ask(Run.Action.UPDATE)
    world.end("succeeded", leaves=9)
    assert money(carol) == (60, 0, 1)


@pytest.mark.parametrize("status", ["failed", "lost"])
def test_failing_on_purpose_in_the_last_resource_keeps_the_credits_reserved(world, carol, status):
    run = world.end(status, leaves=8)
    assert money(carol) == (60, 40, 0)
    assert (world.hold.due_at, world.hold.destroy_by) == (run.finished_at + hours(168), run.finished_at + hours(24))


def test_running_it_again_reserves_nothing_more_and_charges_once(world, carol):
    world.end("failed", leaves=8)
    world.ask()
    assert money(carol) == (60, 40, 0)
    world.end("succeeded", leaves=9)
    assert (money(carol), world.hold.reason) == ((60, 0, 1), "run 2 succeeded")
    assert earned() > 0
    charge = Transfer.objects.get(kind="capture")
    assert (charge.reference, charge.reason) == ("shop, run 1", "run 2 succeeded")


def test_a_price_that_rose_does_not_change_what_is_reserved(world, carol):
    world.end("failed", leaves=8)
    Module.objects.update(own_credit_cost=credits(75))
    world.ask()
    world.end("succeeded", leaves=9)
    assert money(carol) == (60, 0, 1)


def test_a_second_failure_does_not_move_the_day(world):
    world.end("failed", leaves=8)
    due_at = world.hold.due_at
    world.ask()
    world.end("failed", leaves=7)
    assert world.hold.due_at == due_at


def test_a_retry_that_is_cancelled_before_it_applies_leaves_them_reserved(world, carol):
    world.end("failed", leaves=8)
    world.ask()
    world.end("cancelled", applied=False)
    assert money(carol) == (60, 40, 0)


def test_destroying_in_time_returns_them(world, carol):
    world.end("failed", leaves=8)
    world.ask(Run.Action.DESTROY)
    world.end("succeeded", leaves=0)
    assert (money(carol), world.hold.reason) == ((100, 0, 0), "destroyed in time")


def test_a_destroy_counts_from_when_it_was_asked_for(world, carol):
    world.end("failed", leaves=8)
    world.ask(Run.Action.DESTROY)
    move_back(world.hold, hours(24))
    Run.objects.filter(action="destroy").update(created_at=world.hold.destroy_by - hours(1))
    world.end("succeeded", leaves=0)
    assert money(carol) == (100, 0, 0)


def test_destroying_too_late_charges_them_and_the_partner_earns_nothing(world, carol):
    world.end("failed", leaves=8)
    move_back(world.hold, hours(25))
    world.ask(Run.Action.DESTROY)
    world.end("succeeded", leaves=0)
    reason = f"destroyed after {dated(world.hold.destroy_by)}"
    assert (money(carol), earned(), world.hold.reason) == ((60, 0, 1), 0, reason)
    assert Transfer.objects.get(kind="capture").reason == reason


def test_a_destroy_after_a_lost_state_returns_nothing(world, carol):
    """The state that the module removed lists eight resources, which no destroy of the portal knows."""
    run = leases.claim(world.deployment.runs.get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        run.advance(step, token=run.token)
    AsideState.objects.create(deployment=world.deployment, run=run, reason=AsideState.Reason.MISSING)
    finish_run(run, token=run.token, status="failed", error="The state is missing at the end of the run.")
    world.ask(Run.Action.DESTROY)
    world.end("succeeded", leaves=0)
    assert (money(carol), world.deployment.status) == ((60, 40, 0), "live")  # an admin may find what it left
    settlement.charge_due(world.hold.due_at)
    assert money(carol) == (60, 0, 1)


def test_a_destroy_that_leaves_something_settles_nothing(world, carol):
    world.end("failed", leaves=8)
    world.ask(Run.Action.DESTROY)
    world.end("failed", leaves=2)
    assert money(carol) == (60, 40, 0)


def test_a_late_run_that_empties_the_deployment_and_fails_is_a_late_destroy(world, carol):
    world.end("failed", leaves=8)
    move_back(world.hold, hours(25))
    world.ask()
    world.end("failed", leaves=0)
    assert (money(carol), earned()) == ((60, 0, 1), 0)


def test_seven_days_later_they_are_charged_and_the_partner_earns_nothing(world, carol):
    world.end("failed", leaves=8)
    due_at = world.hold.due_at
    settlement.charge_due(due_at - timedelta(seconds=1))
    assert money(carol) == (60, 40, 0)
    settlement.charge_due(due_at)
    settlement.charge_due(due_at + hours(1))
    assert (money(carol), earned()) == ((60, 0, 1), 0)
    assert world.hold.reason == f"not run again by {dated(due_at)}"
    world.ask()
    world.end("succeeded", leaves=9)
    assert money(carol) == (60, 0, 1)


def test_credits_are_not_charged_under_a_run_that_has_not_ended(world, carol):
    world.end("failed", leaves=8)
    world.ask()
    settlement.charge_due(world.hold.due_at + hours(1))
    assert money(carol) == (60, 40, 0)


def test_a_run_that_ends_after_the_day_charges_them_at_its_end(world, carol):
    world.end("failed", leaves=8)
    world.ask()
    move_back(world.hold, hours(24 * 8))
    world.end("failed", leaves=8)
    assert (money(carol), earned()) == ((60, 0, 1), 0)


def test_refunding_a_charge_that_earned_nothing_earns_nothing(world, admin):
    world.end("failed", leaves=8)
    settlement.charge_due(world.hold.due_at)
    billing.refund(world.hold, reason="goodwill", by=admin, nonce="one", amount=credits(10))
    assert (earned(), verify.faults()) == (0, [])


def test_reserved_credits_do_not_expire(version, carol):
    now = timezone.now()
    give(carol, 40, expires_at=now + timedelta(days=1), now=now)
    world = World(services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol))
    world.end("failed", leaves=8)
    assert billing.expire(now + timedelta(days=3)) == 0
    settlement.charge_due(world.hold.due_at)
    assert money(carol) == (0, 0, 1)


def test_two_days_before_an_e_mail_says_so_once(world, carol):
    world.end("failed", leaves=8)
    due_at = world.hold.due_at
    charge_notices.tell(due_at - timedelta(days=2, seconds=1))
    assert not OutboxMessage.objects.exists()
    for _ in range(2):
        charge_notices.tell(due_at - timedelta(days=2))
    message = OutboxMessage.objects.get()
    assert (message.to, message.subject) == (carol.email, f"40 credits for shop: charged on {due_at:%-d %b}")
    assert "40 credits are reserved until you run it again." in message.text
    assert f"They are charged on {dated(due_at)}, or earlier if you destroy it." in message.text
    assert not mail.outbox


@pytest.mark.parametrize("settled", ["run again", "destroyed"])
def test_who_settled_it_gets_no_e_mail(world, settled):
    world.end("failed", leaves=8)
    due_at = world.hold.due_at
    world.ask() if settled == "run again" else world.ask(Run.Action.DESTROY)
    world.end("succeeded", leaves=0)
    charge_notices.tell(due_at - timedelta(days=1))
    assert not OutboxMessage.objects.exists()


def test_a_deployment_has_one_charge_whoever_writes_it(world):
    twin = Hold.objects.get()
    twin.pk, twin.ref, twin.run_ref, twin.key = None, "other", "other", "run:other:hold"
    with pytest.raises(IntegrityError, match="one_charge_per_deployment"), transaction.atomic():
        twin.save(force_insert=True)


def test_a_deployment_that_cost_nothing_stays_free(version, carol):
    Module.objects.update(own_credit_cost=0)
    world = World(services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol))
    world.end("succeeded", leaves=1)
    Module.objects.update(own_credit_cost=credits(PRICE))
    world.ask(Run.Action.UPDATE)
    assert world.hold is None


ENDS = st.sampled_from(["succeeded", "failed", "cancelled early", "cancelled late", "lost"])
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("run"), ENDS, st.integers(0, 2)),
        st.tuples(st.just("destroy"), ENDS, st.integers(0, 1)),
        st.tuples(st.just("time"), st.sampled_from([1, 20, 30, 100]), st.just(0)),
    ),
    min_size=1,
    max_size=9,
)


def happen(world, event):
    """Let one event happen to the deployment; time passes by moving what is waited for back."""
    what, how, leaves = event
    if what == "time":
        if world.hold and world.hold.due_at and world.hold.state == "pending":
            move_back(world.hold, hours(how))
        settlement.charge_due(timezone.now())
        return
    if world.deployment.destroyed_at:
        return
    if not world.deployment.runs.unfinished().exists():
        world.ask(Run.Action.DESTROY if what == "destroy" else Run.Action.RETRY)
    is_destroy = world.deployment.runs.unfinished().get().action == Run.Action.DESTROY
    if is_destroy:
        leaves = 0 if how == "succeeded" else min(leaves, world.deployment.resource_count)
    world.end(how.split()[0], applied=how != "cancelled early", leaves=leaves)


@settings(
    max_examples=12,
    phases=[Phase.generate, Phase.shrink],  # not what explains: it traces each line
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=EVENTS)
def test_in_any_order_it_is_paid_once_and_never_live_for_nothing(version, carol, events):
    with transaction.atomic():
        give(carol, 1_000, paid=1_000, now=timezone.now())
        world = World(services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol))
        for event in events:
            happen(world, event)
            charges = Transfer.objects.filter(kind="capture").count()
            assert charges <= 1
            is_idle = not world.deployment.runs.unfinished().exists()
            if is_idle and world.deployment.resource_count:
                is_waiting = world.hold.state == "pending" and world.hold.due_at > timezone.now()
                assert charges == 1 or is_waiting, events
            if is_idle and not world.deployment.resource_count:
                assert world.hold.state != "pending", events
        held = world.hold.amount if world.hold.state == "pending" else 0
        assert billing.balance(carol) == Balance(0, credits(1_000 - PRICE * charges) - held, held)
        assert verify.faults() == []
        transaction.set_rollback(True)  # the next example begins anew
