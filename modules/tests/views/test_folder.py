"""The page of a folder: its preview, and what its publisher sets for it."""

import re
from html import unescape

import pytest
from django.db.models import Model
from django.urls import reverse

from foundation.models import AuditEvent
from modules.models import Module, ModuleVersion, ScannedModule, Share
from modules.publishing import candidates, terms
from modules.scanning.services import start_scan
from modules.tests.catalogues import GREETING, NAME, connect, publish, scan
from modules.tests.publish_page import said

pytestmark = pytest.mark.django_db
PAGE = reverse("modules:publish-module")
SAVE = reverse("modules:publish-terms")
SAYS = GREETING + (
    'variable "credit_cost" { default = 60 }\nvariable "require_credit_purchases" { default = true }\n'
    'variable "shared_users" { default = ["carol@example.com"] }\n'
)
FILES = {"greeting/main.tf": SAYS, "broken/main.tf": "x = = 1\n"}
BLANK = {"title": "", "credit_cost": "", "purchased_only": "", "audience": "exclusive", "emails": ""}


@pytest.fixture
def connection(alice, github):
    connection = connect(github, alice, files=FILES)
    scan(connection)
    return connection


@pytest.fixture
def browser(client, alice):
    client.force_login(alice)
    return client


def page(browser, path="greeting", query=""):
    return browser.get(f"{PAGE}?{query}path={path}")


def save(browser, path="greeting", **changed):
    return browser.post(SAVE, BLANK | {"path": path} | changed)


def text_of(response):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def kept(connection, path="greeting"):
    rows = candidates.of_repository(connection, candidates.newest_scan(connection))
    return terms.terms_of(next(row for row in rows if row.path == path))


def test_the_page_says_what_publishing_does_and_what_the_repository_says(browser, connection):
    text = text_of(page(browser))
    assert "Not published yet. 1 input, 1 output. It starts as 1.0.0, exclusive to you." in text
    for words in (
        "The repository says Greeting.",
        "The repository says 60. ",
        "The repository says yes. ",
        "The repository says carol@example.com (shared_users).",
        "read its code in Terraform's registry, without credits. In Private Mode, everybody can.",
        "Runs no program of its own during apply",
    ):
        assert words in text


def test_settings_before_the_first_publish_are_kept_and_shown(browser, connection):
    given = {"title": "Hello", "credit_cost": "7.5", "purchased_only": "no", "auto_publish": "on"}
    response = save(browser, **given, audience="named", emails="Carol@example.com\ndora@example.com")
    assert (response.status_code, response.url) == (302, f"{PAGE}?path=greeting")
    people = ["carol@example.com", "dora@example.com"]
    assert kept(connection) == terms.Terms("Hello", 75_000, False, "named", people, auto_publish=True)
    response = page(browser)
    assert "Settings saved. They take effect when you publish the module." in text_of(response)
    assert 'value="Hello"' in response.content.decode()
    assert 'value="7.5"' in response.content.decode()
    assert "carol@example.com\ndora@example.com</textarea>" in response.content.decode()
    opened = said(browser, "Hello")
    price = "7.5 credits (the repository says 60), Awarded credits too (the repository says Purchased only)"
    assert f"{price}, shared with 2 people." in opened


def test_settings_of_a_published_module_are_in_effect_at_once(browser, connection):
    publish(connection, "greeting")
    response = save(browser, credit_cost="75", audience="everyone")
    assert "They are in effect now." in text_of(browser.get(response.url))
    module = Module.objects.get()
    assert (module.credit_cost, module.purchased_only, module.audience) == (750_000, True, "everyone")


def test_reset_goes_back_to_the_repository_and_keeps_the_rest(browser, connection):
    save(browser, title="Hello", credit_cost="75")
    assert page(browser).content.decode().count('name="reset"') == 2
    save(browser, title="Hello", credit_cost="75", reset="credit_cost")
    assert (kept(connection).title, kept(connection).credit_cost) == ("Hello", None)
    assert page(browser).content.decode().count('name="reset"') == 1


def test_compatible_update_that_waits_is_published_after_the_next_scan(browser, connection, github):
    publish(connection, "greeting")
    github.commit(NAME, {"greeting/main.tf": f"# more\n{SAYS}"})
    scan(connection)
    assert "To publish, tick it on the Publish page" in text_of(page(browser))
    save(browser, auto_publish="on")
    text = text_of(page(browser))
    assert "It is published automatically after the next scan." in text
    assert "To publish, tick it on the Publish page" not in text
    assert "Compatible updates are published automatically." not in text


def test_addresses_of_nobody_are_each_named_and_everything_typed_is_kept(browser, connection):
    response = save(browser, title="Hello", audience="named", emails="carol@example.com\nbob@\nnobody, eve@")
    assert response.status_code == 422
    for wrong in ("bob@", "nobody", "eve@"):
        assert f"“{wrong}” is not an e-mail address." in text_of(response)
    assert "carol@example.com\nbob@\nnobody, eve@</textarea>" in response.content.decode()
    assert 'value="Hello"' in response.content.decode()
    assert not Module.objects.exists()
    assert not Share.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"credit_cost": "many"}, "Enter a number in plain digits, such as 40 or 2.5."),
        ({"credit_cost": "-1"}, "Enter a number in plain digits"),
        ({"credit_cost": "1000001"}, "less than or equal to 1000000"),
        ({"credit_cost": "0.00001"}, "Enter at most four decimals."),
        ({"credit_cost": "NaN"}, "Enter a number in plain digits"),
        ({"title": "x" * 201}, "at most 200 characters"),
        ({"title": "a\u202eb"}, "at most 200 printable characters"),
        ({"title": "a\0b"}, "Null characters are not allowed."),
        ({"purchased_only": "perhaps"}, "Select a valid choice."),
        ({"audience": "the world"}, "Select a valid choice."),
        ({"audience": "named"}, "Enter at least one address, or select another audience."),
        ({"audience": "named", "emails": "alice@example.com"}, "Enter at least one address"),
        (
            {"audience": "named", "emails": "\n".join(f"p{n}@example.com" for n in range(201))},
            "At most 200 are possible.",
        ),
    ],
)
def test_what_cannot_be_set_is_refused_with_a_sentence(browser, connection, changed, sentence):
    response = save(browser, **changed)
    assert response.status_code == 422
    assert sentence in text_of(response)
    assert not Module.objects.exists()


def test_folder_that_is_no_module_says_why_and_takes_no_settings(browser, connection):
    text = text_of(page(browser, "broken"))
    assert "This folder cannot be published yet." in text
    assert "Save settings" not in text
    response = save(browser, "broken")
    assert response.status_code == 422
    assert "This folder is not a module yet, so it has no settings." in text_of(response)
    assert not Module.objects.exists()


@pytest.mark.parametrize("files", [{"greeting/main.tf": "x = = 1\n"}, {}])
def test_published_module_whose_folder_broke_or_went_can_still_be_set(browser, connection, github, files):
    publish(connection, "greeting")
    github.commit(NAME, files or {"README.md": "x"}, remove=[] if files else ["greeting"])
    scan(connection)
    assert "stays in the catalogue" in text_of(page(browser))
    assert "Try the form" not in text_of(page(browser))
    assert save(browser, credit_cost="5").status_code == 302
    assert Module.objects.get().credit_cost == 50_000


@pytest.mark.parametrize("path", ["nowhere", "../greeting", "a%00b", ""])
def test_other_folders_are_not_there(browser, connection, path):
    assert page(browser, path).status_code == 404
    assert save(browser, path).status_code == 404


def test_nobody_else_gets_to_the_page(client, connection, bob, carol, admin):
    for person, status in ((bob, 404), (carol, 403), (admin, 404)):
        client.force_login(person)
        assert page(client).status_code == status
        assert save(client).status_code == status
    assert not Module.objects.exists()


def test_page_before_the_first_scan_is_not_there(browser, alice, github):
    connect(github, alice, files=FILES)
    assert page(browser).status_code == 404


def test_root_folder_has_its_page_under_a_dot(browser, alice, github):
    scan(connect(github, alice, name="alice-example/terraform-local-greeting"))
    assert "the root folder of alice-example/terraform-local-greeting" in text_of(page(browser, "."))
    response = save(browser, ".", credit_cost="3")
    assert response.url == f"{PAGE}?path=."
    assert Module.objects.get().own_credit_cost == 30_000


def test_platform_modules_are_everyones_and_have_no_audience_to_set(client, admin, github):
    connection = connect(github, None, by=admin, name="platform-example/test-modules", files=FILES)
    scan(connection)
    client.force_login(admin)
    response = page(client, query="for=platform&")
    assert 'name="audience"' not in response.content.decode()
    assert "It starts as 1.0.0, for everyone." in text_of(response)
    response = client.post(f"{SAVE}?for=platform", {"path": "greeting", "credit_cost": "5"})
    assert response.url == f"{PAGE}?for=platform&path=greeting"
    assert (
        terms.terms_of(candidates.of_repository(connection, candidates.newest_scan(connection))[1]).audience
        == "everyone"
    )


def test_saving_is_written_down_once(browser, connection):
    for _ in range(2):
        save(browser, credit_cost="5")
    assert AuditEvent.objects.filter(verb="module.terms_set").count() == 1


def test_moved_folder_can_be_set_as_a_module_of_its_own(browser, connection, github):
    publish(connection, "greeting")
    github.commit(NAME, {"modules/greeting/main.tf": SAYS}, remove=["greeting"])
    scan(connection)
    assert "Its folder was renamed from greeting/" in text_of(page(browser, "modules/greeting"))
    apart = page(browser, "modules/greeting", query="apart=modules/greeting&")
    assert "Not published yet." in text_of(apart)
    save(browser, "modules/greeting", credit_cost="5", apart="modules/greeting")
    assert list(Module.objects.order_by("pk").values_list("path", "own_credit_cost")) == [
        ("greeting", None),
        ("modules/greeting", 50_000),
    ]


def test_page_of_one_module_reads_no_other_module_or_folder(browser, connection, github, monkeypatch):
    others = [f"other_{number}" for number in range(3)]
    github.commit(NAME, {f"{path}/main.tf": GREETING for path in others})
    scan(connection)
    publish(connection, "greeting", *others)
    read, make = [], Model.from_db.__func__
    monkeypatch.setattr(Model, "from_db", classmethod(lambda model, *row: read.append(model) or make(model, *row)))
    assert page(browser).status_code == 200
    assert [read.count(model) for model in (Module, ModuleVersion, ScannedModule)] == [1, 1, 1]


def test_scan_that_goes_on_does_not_hide_the_page(browser, connection):
    start_scan(connection, by=None)
    assert page(browser).status_code == 200
