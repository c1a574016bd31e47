"""READMEs and descriptions become HTML once, in a worker."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.models import Module, ModuleVersion, VersionTexts
from modules.pages.readme import LONGEST
from modules.publishing import job
from modules.tests.catalogues import connect, publish
from modules.versions import texts

pytestmark = pytest.mark.django_db
SOURCE = 'variable "module_description" { default = "Says **hello**.\\n\\n# To whom" }\n'
README = "# Greeting\n\nSee [usage](docs/usage.md).\n"


@pytest.fixture
def version(alice, github):
    return published(alice, github, README)


def published(alice, github, readme):
    made = connect(github, alice, files={"modules/greeting/main.tf": SOURCE, "modules/greeting/README.md": readme})
    (module,) = publish(made, "modules/greeting").created
    return module.current_version


def test_readme_and_description_are_rendered_once_for_the_commit_of_the_version(version):
    texts.render_missing()
    made = VersionTexts.objects.get()
    address = f"https://github.com/alice-example/test-modules/blob/{version.commit}/modules/greeting/docs/usage.md"
    assert made.readme == (
        '<h3 id="user-content-greeting">Greeting</h3>\n'
        f'<p>See <a href="{address}" rel="noopener noreferrer nofollow">usage</a>.</p>'
    )
    assert made.about == '<p>Says <strong>hello</strong>.</p>\n<h3 id="about-content-to-whom">To whom</h3>'
    VersionTexts.objects.update(readme="kept")
    texts.render_missing()
    assert VersionTexts.objects.get().readme == "kept"


def test_readmes_are_rendered_again_when_the_renderer_has_changed(version, monkeypatch):
    texts.render_missing()
    VersionTexts.objects.update(readme="<script>of an older cleaner</script>", renderer=0)
    shown = texts.shown(version)
    assert (shown.readme, shown.plain, shown.note) == ("", README.strip(), texts.PENDING)
    texts.render_missing()
    assert texts.shown(version).readme.startswith('<h3 id="user-content-greeting">')


def test_page_reads_a_row_and_renders_no_readme(client, carol, version, monkeypatch):
    Module.objects.update(audience="everyone")
    texts.render_missing()
    monkeypatch.setattr(texts, "render_all", None)
    client.force_login(carol)
    for address in (version.module.get_absolute_url(), version.get_absolute_url()):
        html = client.get(address).content.decode()
        assert '<h3 id="user-content-greeting">Greeting</h3>' in html
        assert "<p>Says <strong>hello</strong>.</p>" in html
    with CaptureQueriesContext(connection) as queries:
        texts.shown(version)
    assert len(queries) == 1


def test_readme_is_plain_text_until_the_worker_has_rendered_it(version):
    shown = texts.shown(version)
    assert (shown.readme, shown.plain) == ("", README.strip())
    assert shown.note == "The formatted README is being prepared. Reload this page in a moment."
    assert shown.about == "<p>Says <strong>hello</strong>.</p>\n<p># To whom</p>"


def test_hostile_readme_is_shown_as_plain_text_with_a_note(client, alice, github):
    version = published(alice, github, "[![](" * 20_000)
    texts.render_missing()
    client.force_login(alice)
    html = client.get(version.get_absolute_url()).content.decode()
    assert "This README is too complex to format. It is shown as plain text." in html
    assert "[![]([![](" in html


def test_readme_that_was_cut_says_so(alice, github):
    version = published(alice, github, "words " * 40_000)
    texts.render_missing()
    assert len(version.readme) == LONGEST
    assert texts.shown(version).note == "Only the first 200,000 characters are shown."


def test_module_without_readme_has_neither_html_nor_note(alice, github):
    version = published(alice, github, " \n")
    texts.render_missing()
    shown = texts.shown(version)
    assert (shown.readme, shown.plain, shown.note) == ("", "", "")


def test_all_versions_of_before_get_their_texts(version, monkeypatch):
    monkeypatch.setattr(texts, "AT_ONCE", 2)
    for number in range(2, 6):
        version.pk, version.ref, version.number, version.semver = None, f"version00{number}", number, f"1.{number}.0"
        version.save(force_insert=True)
    texts.render_missing()
    assert set(VersionTexts.objects.values_list("version__number", "renderer")) == {
        (number, texts.RENDERER) for number in range(1, 6)
    }


def test_publishing_wakes_a_worker_that_renders(alice, github, monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(job, "wake", lambda name, *ids: woken.append(name))
    made = connect(github, alice, files={"greeting/main.tf": "", "greeting/README.md": README})
    with django_capture_on_commit_callbacks(execute=True):
        publish(made, "greeting")
    with django_capture_on_commit_callbacks(execute=True):
        publish(made, "greeting")
    assert woken == ["modules.render_texts"]
    assert ModuleVersion.objects.count() == 1
