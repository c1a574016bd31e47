"""The Publish page of a repository whose modules are in folders at any depth."""

import html

import pytest

from accounts import repositories
from accounts.models import GitHubConnection
from modules.models import Module, Scan
from modules.scanning import polling
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.publish_page import PAGE, boxes, choose, publish_ticked, said, text_of

pytestmark = pytest.mark.django_db

SAVE = "/profile/github/repository/"
FILES = {
    "cloud/aws/alb/main.tf": GREETING,
    "cloud/aws/alb/examples/complete/main.tf": 'module "alb" {\n  source = "../.."\n  name   = "x"\n}\n',
    "cloud/gcp/alb/main.tf": f"# gcp\n{GREETING}",
}


@pytest.fixture
def connection(alice, github):
    made = connect(github, alice, files=FILES)
    repositories.refresh(made.pk)
    return made


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def save(browser, github, **fields):
    return browser.post(SAVE, {"repository": github.world.find(NAME).id, "branch": "main", **fields}, follow=True)


def test_a_page_without_modules_leads_to_the_switch(browser, connection):
    scan(connection)
    page = browser.get(PAGE)
    assert "No module found in this repository" in text_of(page)
    assert "Are they deeper? Find modules in folders at any depth ." in text_of(page)
    assert '<a href="/profile/#repository">Find modules in folders at any depth</a>' in page.text


def test_the_switch_is_off_at_first_and_stands_beside_the_branch(browser, connection):
    page = browser.get("/profile/").text
    assert '<input type="checkbox" name="any_depth"' in page
    assert "checked" not in page.partition('name="any_depth"')[2].partition(">")[0]


def test_switching_it_on_says_so_and_the_next_poll_reads_the_repository(browser, connection, github):
    scan(connection)
    answer = save(browser, github, any_depth="on")
    assert f"Modules now come from {NAME}, branch main. They may be in folders at any depth." in html.unescape(
        answer.text
    )
    assert GitHubConnection.objects.get().any_depth
    polling.poll_scans()
    assert Scan.objects.order_by("-pk").values_list("any_depth", "status").first() == (True, "pending")


def test_switching_it_off_again(browser, connection, github):
    save(browser, github, any_depth="on")
    save(browser, github)
    assert not GitHubConnection.objects.get().any_depth


class TestOn:
    @pytest.fixture
    def scanned(self, connection):
        GitHubConnection.objects.update(any_depth=True)
        connection.refresh_from_db()
        scan(connection)
        return connection

    def test_modules_are_listed_with_their_whole_path_and_examples_folded_away(self, browser, scanned):
        page = browser.get(PAGE)
        assert [value for value, _ in boxes(page)] == ["cloud/aws/alb", "cloud/gcp/alb"]
        assert '<code class="muted">cloud/gcp/alb/</code>' in page.text
        assert "All 2 New 2 Examples, tests and wrappers 1 Select all 2 shown" in text_of(page)
        assert "2 new" in text_of(page)
        assert "Another module of yours has this title." not in page.text

    def test_folded_away_folders_have_a_filter_of_their_own(self, browser, scanned):
        page = browser.get(f"{PAGE}?show=aside")
        assert [value for value, _ in boxes(page)] == ["cloud/aws/alb/examples/complete"]
        choose(browser, "cloud/aws/alb/examples/complete", query="?show=aside")
        assert ("cloud/aws/alb/examples/complete", True) in boxes(browser.get(PAGE))

    def test_search_offers_the_folders_above_and_finds_what_is_in_one(self, browser, scanned):
        page = browser.get(PAGE)
        assert page.context["parents"] == ["cloud/aws", "cloud/aws/alb/examples", "cloud/gcp"]
        assert [value for value, _ in boxes(browser.get(f"{PAGE}?q=cloud/gcp/"))] == ["cloud/gcp/alb"]

    def test_a_module_is_published_by_its_path(self, browser, scanned):
        publish_ticked(browser, "cloud/gcp/alb")
        assert list(Module.objects.values_list("path", "title")) == [("cloud/gcp/alb", "Gcp Alb")]
        assert "cloud/gcp/alb" in browser.get("/publish/module/?path=cloud/gcp/alb").text

    def test_a_published_example_is_not_folded_away(self, browser, scanned):
        publish(scanned, "cloud/aws/alb/examples/complete")
        assert ("cloud/aws/alb/examples/complete", True) in boxes(browser.get(PAGE))

    def test_a_module_published_before_the_switch_went_off_stays_and_says_why_it_is_not_found(self, browser, scanned):
        publish(scanned, "cloud/gcp/alb")
        GitHubConnection.objects.update(any_depth=False)
        scanned.refresh_from_db()
        scan(scanned)
        opened = said(browser, "Gcp Alb")
        assert "no longer in the repository, or folders at any depth are switched off." in opened
