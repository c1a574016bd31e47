import re
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import Context, RequestContext, Template
from django.test import RequestFactory

from deployments.models import Deployment, Run
from foundation.credits import CREDIT
from foundation.paging import Page
from modules.forms.publishing import TermsForm
from modules.publishing.terms import Suggestion, Terms
from partnerportal.styleguide import CHOICES, ICONS
from partnerportal.templatetags import ui

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


def text_of(html):
    return re.sub(r"<[^>]+>", "", html)


class TestIcons:
    def test_names_a_symbol_of_the_sprite_and_is_hidden_from_screen_readers(self):
        html = ui.icon("lock")
        assert re.fullmatch(
            r'<svg class="icon" aria-hidden="true"><use href="/static/icons(\.\w+)?\.svg#lock"/></svg>', html
        )

    def test_only_the_ring_turns(self):
        assert 'class="icon spin"' in ui.icon("ring")
        assert "spin" not in ui.icon("clock")

    @pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
    def test_templates_use_only_icons_that_exist(self, template):
        used = set(re.findall(r'{% icon "([^"]+)"', template.read_text()))
        assert used <= set(ICONS)

    @pytest.mark.parametrize("choices", [*CHOICES, ui.Level], ids=lambda choices: choices.__qualname__)
    def test_every_choice_has_an_icon_that_exists_and_a_tone_of_the_style_sheet(self, choices):
        assert {choice.icon for choice in choices} <= set(ICONS)
        assert {choice.tone for choice in choices} <= {"", "run", "ok", "warn", "bad"}


class TestBadge:
    def test_shows_shape_word_and_tone(self):
        html = ui.badge(Deployment.Status.LIVE)
        assert html.startswith('<span class="badge" data-tone="ok"><svg')
        assert "#ok" in html
        assert text_of(html) == "Live"

    def test_a_choice_without_tone_has_no_rail(self):
        html = ui.badge(Run.Status.QUEUED)
        assert "data-tone" not in html
        assert text_of(html) == "Queued"

    def test_a_label_is_escaped(self):
        assert "&lt;b&gt;odd" in ui.badge(SimpleNamespace(label="<b>odd", tone="", icon="info"))

    def test_nothing_for_no_choice(self):
        assert ui.badge(None) == ""

    def test_a_template_names_a_choice_by_its_model(self):
        html = render("{% badge deployment.Mark.READ_ONLY %}", deployment=Deployment())
        assert text_of(html) == "Read only"


class TestToast:
    @pytest.mark.parametrize(
        ("level", "tone", "icon", "role"),
        [
            ("debug", "", "info", "status"),
            ("info", "", "info", "status"),
            ("success", "ok", "ok", "status"),
            ("warning", "warn", "warning", "status"),
            ("error", "bad", "error", "alert"),
        ],
    )
    def test_a_level_decides_tone_icon_and_role(self, level, tone, icon, role):
        html = render("{% toast text level %}", text="It is <b>done", level=level)
        assert f'data-tone="{tone}"' in html
        assert f'#{icon}"' in html
        assert f'<div role="{role}">It is &lt;b&gt;done</div>' in html


class TestMoney:
    @pytest.mark.parametrize(
        ("units", "text"),
        [(12_000_000, "1,200"), (0, "0"), (12_500, "1.25"), (1, "0.0001"), (-400_000, "−40"), (-5_000, "−0.5")],
    )
    def test_credits(self, units, text):
        assert ui.credits(units) == text

    def test_a_price_reads_the_same_as_in_the_form_that_sets_it(self):
        price = 2 * CREDIT + 5_000
        suggestion = Suggestion("Greeting", 0, False, "exclusive", [])
        form = TermsForm(owner=None, terms=Terms(credit_cost=price), suggestion=suggestion)
        assert (form.initial["credit_cost"], ui.credits(price)) == ("2.5", "2.5")

    def test_no_credits_known_shows_nothing(self):
        assert ui.credits(None) == ""

    @pytest.mark.parametrize(("units", "text"), [(5_000_000, "+500"), (-150_000, "−15"), (0, "0")])
    def test_signed_credits(self, units, text):
        assert ui.signed(units) == text

    @pytest.mark.parametrize(
        ("minor", "currency", "text"),
        [
            (41_280, "EUR", "€ 412.80"),
            (-5, "USD", "−$ 0.05"),
            (123_456_789, "CHF", "CHF 1,234,567.89"),
            (500, "JPY", "JPY 500"),
        ],
    )
    def test_money(self, minor, currency, text):
        assert ui.money(minor, currency) == text


class TestTimes:
    @pytest.mark.parametrize(
        ("passed", "text"),
        [
            (timedelta(seconds=59), "just now"),
            (timedelta(minutes=23), "23 min ago"),
            (timedelta(minutes=-5), "in 5 min"),
            (timedelta(hours=23, minutes=59), "23 h ago"),
            (timedelta(hours=24), "21 Nov 12:00"),
            (timedelta(hours=-30), "23 Nov 18:00"),
            (timedelta(days=365), "22 Nov 2025 12:00"),
        ],
    )
    def test_ago_is_relative_up_to_a_day(self, passed, text):
        assert text_of(ui.ago(NOON - passed, NOON)) == text

    def test_ago_carries_the_exact_time(self):
        html = ui.ago(NOON, NOON)
        assert html == '<time datetime="2026-11-22T12:00:00+00:00" title="22 Nov 2026, 12:00:00 UTC">just now</time>'

    def test_when_is_never_relative(self):
        assert text_of(ui.when(NOON, NOON)) == "22 Nov 12:00"

    def test_when_shows_a_day_without_a_time(self):
        assert ui.when(date(2026, 12, 1), NOON) == '<time datetime="2026-12-01">1 Dec</time>'
        assert text_of(ui.when(date(2027, 1, 1), NOON)) == "1 Jan 2027"

    def test_nothing_for_no_time(self):
        assert ui.ago(None) == ui.when(None) == ""

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0, "0 s"),
            (0.24, "0.2 s"),
            (8.14, "8.1 s"),
            (9.96, "10 s"),
            (59.6, "1 min"),
            (73, "1 min 13 s"),
            (timedelta(hours=2, minutes=3), "2 h 3 min"),
            (3600, "1 h"),
            (None, ""),
        ],
    )
    def test_duration(self, seconds, text):
        assert ui.duration(seconds) == text


class TestPaginator:
    def page(self, **places):
        request = RequestFactory().get("/deployments/", {"q": "shop", "after": "abc"})
        return Template("{% load ui %}{% paginate page %}").render(RequestContext(request, {"page": Page(**places)}))

    def test_links_to_the_pages_beside_it_and_keeps_the_filter(self):
        html = self.page(newer="first", older="last")
        assert 'rel="prev" href="?q=shop&amp;before=first"' in html
        assert 'rel="next" href="?q=shop&amp;after=last"' in html

    def test_first_page_has_no_newer(self):
        assert "Newer" not in self.page(older="last")

    def test_single_page_shows_nothing(self):
        assert self.page().strip() == ""


class Named(forms.Form):
    name = forms.CharField(label="<i>Name", help_text="<script>", max_length=3)
    size = forms.ChoiceField(widget=forms.RadioSelect, choices=[("s", "Small")])
    agreed = forms.BooleanField()
    mark = forms.CharField(widget=forms.HiddenInput, required=False)


class TestForms:
    def form(self, data=None):
        return render('{% include "forms/form.html" %}', form=Named(data))

    def test_labels_and_helps_are_escaped(self):
        html = self.form()
        assert "&lt;i&gt;Name" in html
        assert "<script>" not in html

    def test_an_untouched_form_has_no_notice(self):
        assert 'role="alert"' not in self.form()

    def test_the_notice_takes_the_focus_and_links_each_wrong_field(self):
        html = self.form({"name": "Alice", "agreed": "on"})
        assert 'role="alert" tabindex="-1" autofocus' in html
        assert "Two fields need a change." in html
        assert '<a href="#id_name">' in html
        assert '<a href="#id_size">' in html
        assert 'id="id_size"' in html

    def test_one_wrong_field_reads_as_one(self):
        assert "One field needs a change." in self.form({"name": "Al", "size": "s"})

    def test_a_wrong_field_keeps_what_was_typed_and_points_to_its_error(self):
        html = self.form({"name": "Alice"})
        assert 'value="Alice"' in html
        assert 'aria-describedby="id_name_helptext id_name_error"' in html
        assert 'id="id_name_error"' in html

    def test_hidden_fields_have_no_label(self):
        assert 'for="id_mark"' not in self.form()
        assert 'name="mark"' in self.form()


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_templates_have_no_inline_style_script_or_handler(template):
    text = template.read_text()
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|<script(?![^>]*\ssrc=)", text)
