import csv
import io
from html import unescape

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import PlatformSettings
from deployments.models import Deployment, Run, RunLog
from deployments.tests.factories import make_deployment, make_run, make_state, make_version
from deployments.tests.inputs.schemas import schema, variable
from deployments.tests.page_text import text_of
from foundation.models import AuditEvent
from tests.leaks.walk import body_of
from tests.streaming import whole

SCHEMA = schema(
    variable("greeting"),
    variable("token", sensitive=True),
    outputs=[{"name": name, "description": "", "sensitive": name == "key"} for name in ("url", "key")],
)
OUTPUTS = {
    "url": {"value": "https://shop", "type": "string"},
    "key": {"value": "hush-hush", "type": "string", "sensitive": True},
}


@pytest.fixture
def shop(alice):
    """Alice's live deployment after one run, with a plain and a sensitive output."""
    deployment = make_deployment(
        make_version({"main.tf": ""}, owner=alice, schema=SCHEMA),
        owner=alice,
        inputs={"greeting": "Hello"},
        secrets={"token": "s3cret"},
        status="live",
        resource_count=2,
    )
    run = make_run(deployment, status="succeeded", plan={"create": 2, "change": 0, "destroy": 0})
    RunLog.objects.create(run=run, sequence=1, text="bPlan\ng2 <b>created</b>\n plain")
    deployment.state = make_state(run, "a.now", "a.too", serial=3, outputs=OUTPUTS)
    deployment.save()
    return deployment


def url(name, deployment, *args):
    return reverse(f"deployments:{name}", args=[deployment.ref, *args])


def set_private_mode(is_on):
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=is_on)


def pages(deployment):
    return [
        url("deployment", deployment),
        url("run", deployment, 1),
        url("run-status", deployment, 1),
        url("run-log-text", deployment, 1),
        url("run-log", deployment, 1),
    ]


def deeds(deployment):
    return [
        url("deployment-update", deployment),
        url("deployment-destroy", deployment),
        url("run-start", deployment),
        url("run-cancel", deployment, 1),
        url("output-reveal", deployment, "key"),
    ]


def test_owner_sees_status_plan_outputs_log_and_inputs(client, alice, shop):
    client.force_login(alice)
    page = client.get(url("deployment", shop)).content.decode()
    for text in ["web-shop", "Live", "2 to create", "https://shop", "Hello", "Destroy web-shop"]:
        assert text in page
    assert '<span class="g">2 &lt;b&gt;created&lt;/b&gt;</span>' in page
    assert "<b>Plan</b>" in page


def test_no_page_shows_a_secret(client, alice, admin, shop):
    for person in (alice, admin):
        client.force_login(person)
        for address in [*pages(shop)[:4], url("deployment-update", shop)]:
            page = body_of(client.get(address))
            assert "s3cret" not in page
            assert "hush-hush" not in page


def test_stranger_gets_404_and_nothing_changes(client, bob, carol, shop):
    for stranger in (bob, carol):
        client.force_login(stranger)
        for address in pages(shop):
            assert client.get(address).status_code == 404
        for address in deeds(shop):
            assert client.post(address, {"confirm": "web-shop"}).status_code == 404
    assert Run.objects.count() == 1
    assert not AuditEvent.objects.filter(verb__startswith="output").exists()


def test_private_mode_shows_others_read_only_to_partners_alone(client, bob, carol, shop):
    set_private_mode(True)
    client.force_login(bob)
    page = client.get(url("deployment", shop)).content.decode()
    assert "https://shop" in page
    assert "Hello" in page
    for hidden in ["hush-hush", "s3cret", "Reveal", "Danger zone", "Run again", "Change inputs"]:
        assert hidden not in page
    for address in deeds(shop):
        response = client.post(address, {"confirm": "web-shop"})
        assert response.status_code == 403
        assert "You don't have permission to do this" in unescape(response.text)
    assert Run.objects.count() == 1
    client.force_login(carol)
    assert client.get(url("deployment", shop)).status_code == 404


def test_owner_reveals_a_sensitive_output_and_it_is_recorded(client, alice, shop):
    client.force_login(alice)
    response = client.post(url("output-reveal", shop, "key"))
    assert "hush-hush" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    event = AuditEvent.objects.get(verb="output.revealed")
    assert (event.by, event.detail) == ("alice@example.com", {"output": "key"})
    assert client.get(url("output-reveal", shop, "key")).status_code == 405


def test_an_admin_manages_but_reveals_nothing(client, admin, shop):
    client.force_login(admin)
    assert "Destroy web-shop" in client.get(url("deployment", shop)).content.decode()
    response = client.post(url("output-reveal", shop, "key"))
    assert response.status_code == 403
    assert "Only its owner can reveal outputs. Nothing was revealed." in response.text
    assert not AuditEvent.objects.filter(verb="output.revealed").exists()


def test_what_does_not_exist_is_not_found(client, alice, shop):
    client.force_login(alice)
    for address in [
        url("run", shop, 2),
        url("run", shop, 10**30),
        url("run-log", shop, 9),
        "/deployments/%00/",
        "/deployments/aaaaaaaaaa/",
    ]:
        assert client.get(address).status_code == 404
    assert client.post(url("output-reveal", shop, "nothing")).status_code == 404


def test_the_fragment_polls_while_a_run_is_active_and_stops_with_it(client, alice, shop):
    run = make_run(shop, action="update", status="applying")
    client.force_login(alice)
    response = client.get(url("run-status", shop, run.number))
    fragment = response.content.decode()
    assert 'hx-trigger="every 2s"' in fragment
    assert 'id="outputs"' not in fragment
    assert 'id="cancel"' not in fragment
    assert f"Run {run.number}, update applying" in text_of(response)
    Run.objects.filter(pk=run.pk).update(status="failed", error="Quota reached.")
    fragment = client.get(url("run-status", shop, run.number)).content.decode()
    assert "hx-trigger" not in fragment
    assert "Quota reached." in fragment
    assert '<div id="cancel" hx-swap-oob="delete">' in fragment  # the dialog that asks whether to cancel it
    assert 'id="outputs" aria-labelledby="h-out" hx-swap-oob="true"' in fragment


def test_the_live_page_never_ends_with_the_counts_of_before(client, alice, shop):
    run = make_run(shop, action="update", status="saving")
    client.force_login(alice)
    is_over = []

    def end_after_the_first_read(execute, sql, params, many, context):
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT") and '"deployments_deployment"' in sql and not is_over:
            is_over.append(True)
            Run.objects.filter(pk=run.pk).update(status="succeeded")
            Deployment.objects.update(resource_count=6)
        return result

    with connection.execute_wrapper(end_after_the_first_read):
        fragment = client.get(url("run-status", shop, run.number)).text
    assert 'hx-trigger="every 2s"' in fragment
    fragment = client.get(url("run-status", shop, run.number)).text
    assert "hx-trigger" not in fragment
    assert ">6</span>" in fragment
    assert "A new run destroys all 6 resources." in fragment


class TestAnOldRun:
    @pytest.fixture
    def kept(self):
        return True

    @pytest.fixture
    def old(self, alice, shop, kept):
        """Run 2 and the newest, run 3, with other inputs, outputs, resources and version."""
        left = OUTPUTS | {"url": {"value": "https://first", "type": "string"}}
        run = make_run(shop, action="update", status="applying", inputs={"greeting": "First"})
        state = make_state(run, "a.first", serial=2, outputs=left) if kept else None
        ended = {"status": "succeeded", "state": state, "resource_count": 1 if kept else None}
        Run.objects.filter(pk=run.pk).update(**ended)
        version = make_version({"main.tf": "2"}, owner=alice, schema=SCHEMA, number=4)
        Deployment.objects.update(version=version)
        shop.refresh_from_db()
        make_run(shop, action="update", status="succeeded")
        return shop

    def test_its_page_shows_its_own_inputs_outputs_resources_and_version(self, client, alice, old):
        client.force_login(alice)
        page = client.get(url("run", old, 2))
        text = text_of(page)
        for own in ("First", "https://first", "a.first", "1.0.0", "Outputs of run 2", "Inputs of run 2"):
            assert own in text
        for todays in ("Hello", "https://shop", "a.now", "1.3.0"):
            assert todays not in text
        assert "This is run 2, the newest is run 3." in text
        assert f'href="{old.get_absolute_url()}">Show the newest run' in page.text

    def test_nothing_can_be_done_from_it(self, client, alice, old):
        client.force_login(alice)
        page = client.get(url("run", old, 2)).text
        for deed in ("Destroy web-shop", "Change inputs", "Reveal"):
            assert deed not in page

    def test_the_page_of_the_newest_is_not_marked(self, client, alice, old):
        client.force_login(alice)
        text = text_of(client.get(url("run", old, 3)))
        assert "the newest is run" not in text
        for todays in ("Hello", "https://shop", "a.now", "1.3.0", "Destroy web-shop"):
            assert todays in text

    @pytest.mark.parametrize("kept", [False])
    def test_one_that_kept_no_state_says_so(self, client, alice, old):
        client.force_login(alice)
        text = text_of(client.get(url("run", old, 2)))
        assert "The outputs of this run were not kept." in text
        assert "https://shop" not in text


def test_run_0_is_not_the_newest_run(client, alice, shop):
    client.force_login(alice)
    for name in ("run", "run-status", "run-log", "run-log-text"):
        assert client.get(url(name, shop, 0)).status_code == 404


def test_the_page_streams_from_the_last_line_that_it_shows(client, alice, shop):
    run = make_run(shop, action="update", status="planning")
    RunLog.objects.create(run=run, sequence=1, text=" one")
    RunLog.objects.create(run=run, sequence=2, text=" two")
    client.force_login(alice)
    page = client.get(url("deployment", shop)).content.decode()
    assert f'data-stream="{url("run-log", shop, 2)}"' in page
    assert 'data-after="2"' in page
    assert "data-stream" not in client.get(url("run", shop, 1)).content.decode()


def test_a_long_log_is_cut_on_the_page_and_whole_in_the_download(client, alice, shop):
    run = shop.runs.get()
    for sequence in range(2, 12):
        RunLog.objects.create(run=run, sequence=sequence, text=f" {sequence:04}" + "x" * 60_000)
    client.force_login(alice)
    page = client.get(url("deployment", shop)).content.decode()
    assert "Earlier lines are in the download." in page
    assert "0011xxx" in page
    assert "0002xxx" not in page
    text = body_of(client.get(url("run-log-text", shop, 1)))
    assert text.startswith("Plan\n2 <b>created</b>\nplain\n0002xxx")
    assert "0011xxx" in text


def test_a_live_deployment_says_that_its_newest_run_failed(client, alice, shop):
    Deployment.objects.update(status=Deployment.Status.LIVE)
    make_run(shop, status=Run.Status.FAILED)
    client.force_login(alice)
    for page in (shop.get_absolute_url(), reverse("deployments:deployment-list")):
        text = client.get(page).content.decode()
        assert "</svg>Live</span>" in text
        assert "</svg>Failed</span>" in text


def test_an_interrupted_run_is_said(client, alice, shop):
    Deployment.objects.update(was_interrupted=True)
    client.force_login(alice)
    assert "The last run was interrupted." in client.get(url("deployment", shop)).content.decode()


def test_the_list_shows_own_ones_and_filters_them(client, alice, bob, shop):
    make_deployment(shop.version, owner=bob, name="bobs-queue")
    failed = make_deployment(shop.version, owner=alice, name="half-done")
    make_run(failed, status="failed")
    client.force_login(alice)
    shown = {
        "": ["half-done", "web-shop"],
        "?q=SHOP": ["web-shop"],
        "?status=failed": ["half-done"],
        "?status=live": ["web-shop"],
        "?status=active": [],
        f"?module={shop.version.module.ref}&q=half": ["half-done"],
        "?status=forged&module=forged&page=99": ["half-done", "web-shop"],
    }
    for query, names in shown.items():
        page = client.get(reverse("deployments:deployment-list") + query)
        assert [deployment.name for deployment in page.context["page"]] == names


def test_everyone_and_mine_are_tabs_where_everyone_is_seen(client, alice, bob, shop):
    make_run(make_deployment(shop.version, owner=bob, name="bobs-queue"))
    client.force_login(bob)
    address = reverse("deployments:deployment-list")
    assert "Everyone" not in client.get(address).content.decode()
    set_private_mode(True)
    page = client.get(address)
    assert [deployment.name for deployment in page.context["page"]] == ["bobs-queue", "web-shop"]
    assert "Everyone" in page.content.decode()
    mine = client.get(address + "?whose=mine")
    assert [deployment.name for deployment in mine.context["page"]] == ["bobs-queue"]


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_the_list_do_not_grow(client, carol, alice, count, django_assert_num_queries):
    for at in range(count):
        version = make_version({"main.tf": str(at)}, owner=alice)
        make_run(make_deployment(version, owner=carol, name=f"shop-{at}"))
    client.force_login(carol)
    client.get(reverse("deployments:deployment-list"))
    with django_assert_num_queries(7):
        client.get(reverse("deployments:deployment-list"))


@pytest.mark.parametrize("count", [1, 3])
def test_queries_of_a_deployment_do_not_grow(client, alice, shop, count, django_assert_num_queries):
    for _ in range(count):
        make_run(shop, action="update", status="succeeded")
    client.force_login(alice)
    client.get(url("deployment", shop))
    with django_assert_num_queries(11):
        client.get(url("deployment", shop))


def test_the_csv_holds_what_the_filters_show_and_no_formula(client, alice, shop):
    Deployment.objects.update(name="=cmd|' /C calc'!A0")
    client.force_login(alice)
    response = client.get(reverse("deployments:deployment-export"))
    rows = list(csv.DictReader(io.StringIO(whole(response).decode())))
    assert [(row["Deployment"], row["Status"], row["Owner"]) for row in rows] == [
        ("'=cmd|' /C calc'!A0", "Live", "alice@example.com")
    ]
    response = client.get(reverse("deployments:deployment-export"), {"status": "destroyed"})
    assert whole(response).count(b"\r\n") == 1


def test_the_csv_says_what_the_page_says(client, alice, shop):
    run = make_run(shop, status="failed")
    client.force_login(alice)
    response = client.get(reverse("deployments:deployment-export"))
    text = whole(response).decode()
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Status"] == "Live Failed"
    assert row["Last run (UTC)"] == f"{run.created_at:%Y-%m-%d %H:%M:%S}"
    head = text.splitlines()[0]
    assert head == "Deployment,ID,Status,Module,Version,Owner,Credits,Note,Created (UTC),Last run (UTC)"


def test_the_list_counts_what_its_filter_shows(client, alice, shop):
    make_deployment(shop.version, owner=alice, name="half-done")
    client.force_login(alice)
    address = reverse("deployments:deployment-list")
    assert "2 deployments, newest first." in text_of(client.get(address))
    assert "1 of 2 deployments, newest first." in text_of(client.get(f"{address}?q=half"))
    forged = text_of(client.get(f"{address}?status=forged"))
    assert "2 deployments, newest first. The status in the address does not exist and is not used." in forged


def test_admin_shows_deployments_and_runs_without_secrets(client, admin, shop):
    client.force_login(admin)
    for model, row in [("deployment", shop), ("run", shop.runs.get())]:
        assert client.get(reverse(f"admin:deployments_{model}_changelist")).status_code == 200
        page = client.get(reverse(f"admin:deployments_{model}_change", args=[row.pk])).content.decode()
        assert row.ref in page
        assert "s3cret" not in page
        assert 'name="_save"' not in page
