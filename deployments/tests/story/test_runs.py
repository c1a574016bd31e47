"""What the page of a deployment says of its runs."""

import pytest
from django.utils import timezone

from accounts.models import User
from deployments.models import Deployment, Run
from deployments.resource_list import Action, Page, Place, Row, Standing, Wanted
from deployments.story import runs

ALICE, BOB = User(pk=1, email="alice@example.com"), User(pk=2, email="bob@example.com")
PLAN = {"create": 2, "change": 0, "destroy": 1}
NOTHING = Standing(0)
CHANGE, BESIDE = (Row(is_beside, 0, "a.b", "", "", 0, True) for is_beside in (False, True))
SAVED = "Terraform saves its state and stops. What was created stays until you destroy it."


def test_readers_are_called_you():
    assert (runs.name_for(ALICE, ALICE), runs.name_for(ALICE, BOB)) == ("you", "alice@example.com")


def test_a_run_is_queued_until_it_starts():
    now = timezone.now()
    assert runs.beginning(Run(by=ALICE, created_at=now), ALICE) == runs.Beginning("queued", now, "you")
    run = Run(by=ALICE, created_at=now, started_at=now)
    assert runs.beginning(run, BOB) == runs.Beginning("started", now, "alice@example.com")


@pytest.mark.parametrize(
    ("action", "text"),
    [
        ("update", "Update web-shop: run 3 is queued."),
        ("retry", "Run again web-shop: run 3 is queued."),
        ("destroy", "Destroy web-shop: run 3 is queued."),
    ],
)
def test_the_result_repeats_the_words_of_the_button(action, text):
    assert runs.queued(Run(action=action, number=3, deployment=Deployment(name="web-shop"))) == text


def test_a_plan_has_tones_where_something_happens():
    assert [(count.text, count.tone) for count in runs.planned(Run(plan=PLAN))] == [
        ("2 to create", "ok"),
        ("0 to change", ""),
        ("1 to destroy", "bad"),
    ]
    assert runs.planned(Run()) == []


@pytest.mark.parametrize(
    ("status", "plan", "text"),
    [
        ("succeeded", PLAN, ", 2 created, 0 changed, 1 destroyed"),
        (
            "succeeded",
            PLAN | {"applied": {"create": 1, "change": 0, "destroy": 0}},
            ", 1 created, 0 changed, 0 destroyed",
        ),
        ("failed", PLAN, ""),
        ("succeeded", {}, ""),
    ],
)
def test_what_was_done_is_said_of_successes_alone(status, plan, text):
    assert runs.outcome(Run(status=status, plan=plan)) == text


def test_cancel_says_what_stays_and_what_becomes_of_credits():
    assert runs.on_cancel("") == SAVED
    assert runs.on_cancel("The reserved credit is returned.") == f"{SAVED} The reserved credit is returned."


@pytest.mark.parametrize(
    ("status", "text"), [("cancelled", "Run 3 is cancelled."), ("applying", "Run 3 is saving its state and stopping.")]
)
def test_a_cancelled_run_ends_at_once_or_stops(status, text):
    assert runs.cancelled(Run(number=3, status=status)) == text


@pytest.mark.parametrize(
    ("count", "is_busy", "text"),
    [
        (0, False, "A new run destroys whatever exists."),
        (1, False, "A new run destroys the one resource."),
        (5, False, "A new run destroys all 5 resources."),
        (5, True, "A new run waits until the current run has ended. Then it destroys whatever exists."),
    ],
)
def test_destroy_says_what_it_destroys_and_when(count, is_busy, text):
    assert runs.on_destroy(Deployment(resource_count=count), is_busy=is_busy) == text


def test_destroy_says_what_becomes_of_reserved_credits():
    said = runs.on_destroy(Deployment(resource_count=5), "The 40 reserved credits are charged.", is_busy=False)
    assert said == "A new run destroys all 5 resources. The 40 reserved credits are charged."


@pytest.mark.parametrize(
    ("destroyed_at", "standing", "is_busy", "text"),
    [
        (timezone.now(), NOTHING, False, "Destroyed with the deployment."),
        (None, NOTHING, True, "No outputs yet."),
        (None, NOTHING, False, "No outputs."),
        (None, None, False, "The outputs of this run were not kept."),
    ],
)
def test_missing_outputs_are_explained(destroyed_at, standing, is_busy, text):
    assert runs.no_outputs(Deployment(destroyed_at=destroyed_at), standing, is_busy=is_busy) == text


@pytest.mark.parametrize(
    ("status", "standing", "page", "text"),
    [
        ("applying", NOTHING, Page([]), "What existed before, and what run 3 does"),
        ("succeeded", NOTHING, Page([]), "What exists, and what run 3 did"),
        ("applying", NOTHING, Page([CHANGE] * 250, is_cut=True), "The first 250 are shown"),
        ("failed", None, Page([]), "Planned in run 3. What existed after it is not known."),
    ],
)
def test_the_list_of_resources_says_what_it_shows(status, standing, page, text):
    assert runs.resources_listed(Run(number=3, status=status), standing, page, Wanted()) == text


@pytest.mark.parametrize(
    ("wanted", "page", "text"),
    [
        (Wanted(start=Place(250)), Page([CHANGE] * 50 + [BESIDE] * 9), "251 to 300 of 5,000 planned in run 3"),
        (Wanted(start=Place(9, is_beside=True)), Page([BESIDE]), "More of what exists"),
        (Wanted("db"), Page([CHANGE]), "1 resource found"),
        (Wanted("db"), Page([CHANGE] * 250, is_cut=True), "The first 250 found"),
        (Wanted(action=Action.READ, start=Place(250)), Page([CHANGE]), "More of what was found"),
    ],
)
def test_a_part_of_the_resources_says_which_it_is(wanted, page, text):
    assert runs.resources_listed(Run(number=3, status="failed", plan={"listed": 5000}), NOTHING, page, wanted) == text


@pytest.mark.parametrize(
    ("status", "wanted", "text"),
    [
        ("planning", Wanted(), "Shown after the plan."),
        ("failed", Wanted(), "No resources exist."),
        ("failed", Wanted("db"), "No resource fits."),
    ],
)
def test_missing_resources_are_explained(status, wanted, text):
    assert runs.no_resources(Run(status=status), wanted) == text
