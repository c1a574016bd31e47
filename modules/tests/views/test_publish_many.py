"""The Publish page with hundreds of modules: choices that stay, pages of rows, filters, and what it costs."""

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from modules.models import Alarm, Module, Publication
from modules.publishing import drafts, job
from modules.tests.hundreds import TEXT, make_connection, make_scan
from modules.tests.publish_page import PAGE, SAVE, bar_of, boxes, choose, drawn, press, promise_of, row_of, text_of

pytestmark = pytest.mark.django_db
WIDER = TEXT + 'output "more" {\n  value = 1\n}\n'
NARROWER = 'variable "name" {\n  type = string\n}\n'
ALL = {"all": "yes"}


@pytest.fixture
def connection(alice):
    return make_connection(alice)


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def ticked(response):
    return [value for value, is_ticked in boxes(response) if is_ticked]


def publish_all(browser):
    """Select all, press the button, and let the worker end."""
    browser.post(SAVE, ALL)
    press(browser)
    for publication in Publication.objects.unfinished():
        job.carry_out(publication.pk)


class TestCost:
    def test_thousands_of_folders_kept_apart_are_not_repeated_in_each_link(self, browser, connection):
        make_scan(connection, 50)
        page = browser.post(PAGE, {"apart": [f"x{number}" * 20 for number in range(5_000)], "promise": ""})
        assert (page.status_code, len(page.content) < 300_000) == (422, True)
        choice = {"apart": [f"m{number:03}" for number in range(5_000)], "then": "m049"}
        assert len(browser.post(SAVE, choice)["Location"]) < 10_000

    def test_choices_for_folders_that_do_not_exist_are_not_kept(self, browser, connection, alice):
        make_scan(connection, 2)
        browser.post(SAVE, {"shown": [f"leave x{number}" for number in range(100)] + ["leave m001"], "modules": "x1"})
        browser.post(SAVE, {"shown": ["leave x1", "leave m001"], "modules": ["x1", "m001"]})
        assert drafts.choices_of(connection, alice) == {"m001": "publish"}

    def test_500_new_modules_cost_12_queries_and_300_kb(self, browser, connection):
        make_scan(connection, 500)
        browser.get(PAGE)
        with CaptureQueriesContext(database) as captured:
            page = browser.get(PAGE)
        assert len(captured) <= 12
        assert len(page.content) <= 300_000
        assert len(boxes(page)) == 25

    def test_500_updates_cost_12_queries_and_300_kb(self, browser, connection):
        make_scan(connection, 500)
        publish_all(browser)
        assert Module.objects.published().count() == 500
        job.compare_ahead(connection, scan=make_scan(connection, 500, text=WIDER, commit="d"))
        Publication.objects.all().delete()
        with CaptureQueriesContext(database) as captured:
            page = browser.get(PAGE)
        assert len(captured) <= 12
        assert len(page.content) <= 300_000
        assert "500 to update." in text_of(page)
        assert "Update 500 modules" in text_of(page)

    def test_one_choice_among_500_costs_no_more(self, browser, connection):
        make_scan(connection, 500)
        form = drawn(browser.get(PAGE), ticked=["m003"])
        with CaptureQueriesContext(database) as captured:
            answer = browser.post(SAVE, form, headers={"HX-Request": "true"})
        assert len(captured) <= 20
        assert answer.content.count(b"hx-swap-oob") == 2  # the row's fate, and the bar


class TestChoices:
    def test_tick_is_there_after_back_in_a_second_tab_and_after_a_new_sign_in(self, browser, connection, alice):
        make_scan(connection, 61)
        assert bar_of(choose(browser, "m003", "m004")).startswith("2 to publish.")
        assert ticked(browser.get(PAGE)) == ["m003", "m004"]
        browser.get(reverse("modules:publish-module") + "?path=m003")
        assert ticked(browser.get(PAGE)) == ["m003", "m004"]
        browser.logout()
        browser.force_login(alice)
        assert ticked(browser.get(PAGE)) == ["m003", "m004"]

    def test_fate_stands_on_the_row_as_soon_as_it_is_chosen(self, browser, connection):
        make_scan(connection, 3)
        answer = text_of(choose(browser, "m001"))
        assert answer.startswith("Will be published as 1.0.0")
        press(browser)
        make_scan(connection, 3, text=WIDER, commit="d")
        assert "Will become 1.1.0" in row_of(browser, "M001")
        assert text_of(choose(browser, "m001", versions=["keep m001"])).startswith("Stays at 1.0.0 1 kept without its")
        assert text_of(choose(browser)).startswith("Will be removed.")

    def test_breaking_update_is_kept_until_somebody_chooses_it_and_then_confirms_it(self, browser, connection):
        make_scan(connection, 2)
        choose(browser, "m001")
        press(browser)
        make_scan(connection, 2, text=NARROWER, commit="d")
        assert "Stays at 1.0.0" in row_of(browser, "M001")
        bar = bar_of(choose(browser, "m001", versions=["update m001"]))
        assert "Publish the breaking update of M001" in bar
        refused = press(browser, confirmed="")
        assert refused.status_code == 422
        assert "Breaking updates need your confirmation." in text_of(refused)
        assert "Updated 1 module." in text_of(press(browser, follow=True))
        assert Module.objects.get().current_version.semver == "2.0.0"

    def test_second_tab_changes_only_what_was_changed_in_it(self, browser, connection):
        make_scan(connection, 5)
        first, second = browser.get(PAGE), browser.get(PAGE)
        browser.post(SAVE, drawn(first, ticked=["m001"]))
        browser.post(SAVE, drawn(second, ticked=["m002"]))
        assert ticked(browser.get(PAGE)) == ["m001", "m002"]

    def test_what_another_tab_published_is_not_removed_by_a_page_that_shows_it_unticked(self, browser, connection):
        make_scan(connection, 5)
        old = browser.get(PAGE)
        choose(browser, "m001")
        press(browser)
        browser.post(SAVE, drawn(old, ticked=["m002"]))
        assert ticked(browser.get(PAGE)) == ["m001", "m002"]
        assert "1 to publish, 1 unchanged." in text_of(browser.get(PAGE))

    def test_page_from_before_that_is_sent_again_after_back_is_refused(self, browser, connection):
        make_scan(connection, 5)
        choose(browser, "m001", "m002")
        old = browser.get(PAGE)
        choose(browser, "m001")
        press(browser)
        answer = browser.post(PAGE, drawn(old) | {"promise": promise_of(old)})
        assert answer.status_code == 422
        assert "m001 was to be published as 1.0.0. Now it would be left as it is." in text_of(answer)
        assert Module.objects.count() == 1

    def test_other_person_has_choices_of_their_own(self, client, browser, connection, admin, alice):
        platform = make_connection(None)
        make_scan(platform, 3, commit="e")
        client.force_login(admin)
        choose(client, "m001", query="?for=platform")
        type(admin).objects.filter(pk=alice.pk).update(is_staff=True)
        client.force_login(alice)
        assert ticked(client.get(f"{PAGE}?for=platform")) == []

    def test_reset_forgets_all_choices(self, browser, connection):
        make_scan(connection, 5)
        choose(browser, "m001", "m002")
        assert browser.post(reverse("modules:draft-reset")).url == PAGE
        assert ticked(browser.get(PAGE)) == []

    def test_unticked_and_sent_without_script_is_refused_once_with_the_difference(self, browser, connection):
        make_scan(connection, 3)
        choose(browser, "m000", "m001")
        press(browser)
        page = browser.get(PAGE)
        form = drawn(page, ticked=["m000"]) | {"promise": promise_of(page)}
        answer = browser.post(PAGE, form)
        assert answer.status_code == 422
        assert "m001 was to be left as it is. Now it would be removed." in text_of(answer)
        assert browser.post(PAGE, drawn(answer) | {"promise": promise_of(answer)}).status_code == 302
        assert [module.path for module in Module.objects.published()] == ["m000"]


class TestRows:
    def test_more_rows_come_on_demand_and_then_no_more(self, browser, connection):
        make_scan(connection, 61)
        page = browser.get(PAGE)
        assert 'name="then"\n      value="m024"' in page.text
        more = browser.get(reverse("modules:publish-rows"), {"after": "m049"})
        assert [value for value, _ in boxes(more)] == [f"m{n:03}" for n in range(50, 61)]
        assert 'name="then"' not in more.text

    def test_without_script_the_next_rows_are_a_page_and_ticks_of_this_one_stay(self, browser, connection):
        make_scan(connection, 61)
        form = drawn(browser.get(PAGE), ticked=["m001"]) | {"then": "m024"}
        answer = browser.post(SAVE, form)
        assert (answer.status_code, answer.url) == (302, f"{PAGE}?after=m024")
        page = browser.get(answer.url)
        assert [value for value, _ in boxes(page)] == [f"m{n:03}" for n in range(25, 50)]
        browser.post(SAVE, drawn(page, ticked=["m040"]))
        assert "2 to publish." in text_of(browser.get(PAGE))

    def test_select_all_takes_rows_that_are_not_drawn_and_leaves_breaking_updates(self, browser, connection):
        make_scan(connection, 61)
        browser.post(SAVE, ALL)
        assert "Publish 61 modules" in text_of(browser.get(PAGE))

    def test_select_all_takes_only_what_search_and_filter_show(self, browser, connection):
        make_scan(connection, 61)
        assert browser.post(SAVE, ALL | {"q": "M00", "show": "new"}).url == f"{PAGE}?q=M00&show=new"
        assert "Publish 10 modules" in text_of(browser.get(PAGE))

    def test_filters_say_how_many_they_show(self, browser, connection):
        make_scan(connection, 61)
        choose(browser, "m000", "m001", "m002")
        press(browser)
        Alarm.objects.create(version=Module.objects.get(path="m001").current_version, kind="commit_gone")
        make_scan(connection, 60, text=WIDER, commit="d")
        text = text_of(browser.get(PAGE))
        assert "All 60 New 57 Update available 3 Published 3 With alarm 1 Select all 60 shown" in text
        for show, paths in {"updated": ["m000", "m001", "m002"], "alarm": ["m001"]}.items():
            assert [value for value, _ in boxes(browser.get(f"{PAGE}?show={show}"))] == paths

    @pytest.mark.parametrize("query", ["q=%00", "show=x", "after=", "q=" + "x" * 5_000, "after=zzz", "show=&q=%ff"])
    def test_address_that_means_nothing_answers(self, browser, connection, query):
        make_scan(connection, 3)
        assert browser.get(f"{PAGE}?{query}").status_code == 200

    def test_search_that_finds_nothing_leads_back(self, browser, connection):
        make_scan(connection, 3)
        assert "No module fits. Show all" in text_of(browser.get(f"{PAGE}?q=nothing"))


class TestProgress:
    def test_many_are_left_to_a_worker_and_the_page_shows_how_far_it_is(self, browser, connection):
        make_scan(connection, 61)
        browser.post(SAVE, ALL)
        assert press(browser).status_code == 302
        publication = Publication.objects.get()
        assert "Alice started to publish. Waiting for a worker." in text_of(browser.get(PAGE))
        Publication.objects.update(status="running", prepared=20)
        status = reverse("modules:publication-status", args=[publication.ref])
        answer = browser.get(status)
        assert "20 of 61 modules prepared." in text_of(answer)
        assert 'hx-trigger="every 1s"' in answer.text
        Publication.objects.update(status="pending", prepared=0)
        job.carry_out(publication.pk)
        answer = browser.get(status)
        assert answer["HX-Refresh"] == "true"
        assert "Published 61 modules. Started by Alice." in text_of(browser.get(PAGE))

    def test_button_pressed_while_others_are_published_is_told(self, browser, connection):
        make_scan(connection, 61)
        browser.post(SAVE, ALL)
        press(browser)
        choose(browser, "m001")
        answer = press(browser)
        assert answer.status_code == 422
        assert "Other modules of this repository are being published." in text_of(answer)

    def test_cancelled_publication_is_said_to_have_published_nothing(self, browser, connection):
        make_scan(connection, 61)
        browser.post(SAVE, ALL)
        press(browser)
        cancel = reverse("modules:publication-cancel", args=[Publication.objects.get().ref])
        assert browser.post(cancel).url == PAGE
        assert "Publishing was cancelled. Nothing was published." in text_of(browser.get(PAGE))
        assert "It had ended already, so nothing was cancelled." in text_of(browser.post(cancel, follow=True))

    def test_problems_of_a_failed_publication_are_told_by_row(self, browser, connection):
        scan = make_scan(connection, 61)
        problems = {"m003": "m003 was changed by somebody else."}
        Publication.objects.create(
            connection=connection,
            by=connection.owner,
            scan=scan,
            promise={"m003": "removed"},
            status="failed",
            error=job.CHANGED,
            problems=problems,
        )
        assert f"{job.CHANGED} Nothing was published." in text_of(browser.get(PAGE))
        assert "m003 was changed by somebody else." in text_of(browser.get(PAGE))


class TestAlarms:
    @pytest.fixture
    def alarmed(self, browser, connection):
        make_scan(connection, 61)
        publish_all(browser)
        versions = [module.current_version for module in Module.objects.order_by("path")]
        gone = [Alarm(version=version, kind="commit_gone", found="main") for version in versions]
        moved = [Alarm(version=version, kind="tag_moved", found=f"{n:040}") for n, version in enumerate(versions[:59])]
        Alarm.objects.bulk_create([*gone, *moved])

    def test_120_alarms_are_120_and_grouped_by_cause(self, browser, alarmed):
        assert "120 alarms about 61 modules." in text_of(browser.get(PAGE))
        text = text_of(browser.get(reverse("modules:alarm-list")))
        assert "120 alarms. A published version no longer matches GitHub." in text
        assert "Commits that are no longer on the branch main 61 alarms, 10 shown" in text
        assert "Tags that moved 59 alarms, 10 shown" in text

    def test_cause_is_dismissed_with_one_reason(self, browser, alarmed, alice):
        page = reverse("modules:alarm-list")
        newest = Alarm.objects.order_by("pk").last().pk
        form = {"kind": "commit_gone", "found": "main", "seen": newest, "reason": "We rewrote the history."}
        assert "61 alarms dismissed." in text_of(browser.post(page, form, follow=True))
        dismissed = Alarm.objects.filter(dismissed_at__isnull=False)
        assert set(dismissed.values_list("kind", "dismissed_by", "dismissal_reason")) == {
            ("commit_gone", alice.pk, "We rewrote the history.")
        }
        assert "59 alarms about 59 modules." in text_of(browser.get(PAGE))

    def test_alarm_that_came_after_the_page_stays(self, browser, alarmed):
        first = Alarm.objects.order_by("pk").first()
        form = {"kind": "commit_gone", "found": "main", "seen": first.pk, "reason": "Known"}
        browser.post(reverse("modules:alarm-list"), form)
        assert Alarm.objects.filter(dismissed_at=None).count() == 119

    def test_alarms_without_a_reason_stay(self, browser, alarmed):
        form = {"kind": "commit_gone", "found": "main", "seen": 2**40, "reason": " "}
        answer = browser.post(reverse("modules:alarm-list"), form)
        assert answer.status_code == 422
        assert "Enter why these alarms are dismissed." in text_of(answer)
        assert Alarm.objects.filter(dismissed_at=None).count() == 120
