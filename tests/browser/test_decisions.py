"""A state that was put aside: its owner downloads it, an admin decides, and reserved credits are settled at once."""

import io
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from billing.models import Hold
from billing.tests.money import credits, give
from deployments import services
from deployments.models import Run
from deployments.runs import aside, leases
from deployments.runs.ending import finish_run
from deployments.tests.factories import make_version
from modules.models import Module


@pytest.fixture
def portal(live_db, server):
    """Without workers, as the run is carried out here."""
    return server().url


@pytest.fixture
def lost(portal, carol, alice):
    """Carol's first run lost its state, and 40 of her 100 credits stay reserved."""
    give(carol, 100, now=timezone.now())
    version = make_version({"main.tf": ""}, owner=alice)
    Module.objects.update(audience=Module.Audience.EVERYONE, own_credit_cost=credits(40))
    shop = services.create_deployment(version, name="shop", inputs={}, secrets={}, by=carol)
    run = leases.claim(shop.runs.get().pk, worker="here:1")
    for step in (Run.Status.PLANNING, Run.Status.APPLYING, Run.Status.SAVING):
        assert run.advance(step, token=run.token)
    aside.put(run, reason="serial", missing=["terraform_data.attack"], file=io.BytesIO(b"{}"))
    finish_run(run, token=run.token, status="failed", error="The state is missing at the end of the run.")
    return shop


def test_an_admin_dismisses_a_state_and_its_owner_has_the_credits_back(lost, sign_in, carol, admin):
    page = sign_in(carol)
    page.goto(lost.get_absolute_url())
    expect(page.get_by_text("40 credits are reserved, because a state was lost.")).to_be_visible()
    expect(page.get_by_role("button", name="Dismiss")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert Path(download.value.path()).read_bytes() == b"{}"

    admins = sign_in(admin)
    admins.get_by_role("link", name="shop").first.click()
    expect(admins.get_by_text("If nothing else exists, reserved credits are then returned or charged.")).to_be_visible()
    admins.get_by_role("button", name="Dismiss").click()
    expect(admins.get_by_text("The state was dismissed.")).to_be_visible()

    page.reload()
    expect(page.get_by_text("40 credits returned.")).to_be_visible()
    assert Hold.objects.get().state == "released"
