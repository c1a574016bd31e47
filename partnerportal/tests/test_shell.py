import html
import re

import pytest
from django.conf import settings
from django.template.loader import get_template

from accounts.models import PlatformSettings
from partnerportal import __version__
from partnerportal.error_pages import PAGES
from partnerportal.refusals import refusal


def links(response):
    return [item.label for item in response.context["nav"]]


@pytest.fixture
def private_mode(db):
    PlatformSettings.load()
    PlatformSettings.objects.update(private_mode=True)


@pytest.fixture
def page(client):
    """Loads the style guide, which is public, as the given person."""

    def read(person=None, path="/styleguide/"):
        if person:
            client.force_login(person)
        return client.get(path)

    return read


def test_a_user_does_not_see_publish(page, carol):
    assert links(page(carol)) == ["Deploy", "Deployments", "Billing"]


def test_a_partner_sees_publish_first(page, alice):
    assert links(page(alice)) == ["Publish", "Deploy", "Deployments", "Billing"]


def test_an_admin_sees_publish_and_admin(page, admin):
    assert links(page(admin)) == ["Publish", "Deploy", "Deployments", "Billing", "Admin"]


@pytest.mark.django_db
def test_a_visitor_sees_sign_in_and_no_account_menu(page, open_sign_up):
    response = page()
    assert links(response) == ["Sign in", "Sign up"]
    assert 'id="me"' not in response.text


@pytest.mark.django_db
def test_where_one_is_is_marked(page, open_sign_up):
    response = page(path="/accounts/login/")
    assert [(item.label, item.current) for item in response.context["nav"]] == [("Sign in", "page"), ("Sign up", "")]


def test_the_account_menu_signs_out_by_post(page, alice):
    form = r'<form action="/accounts/logout/" method="post">\s*<input type="hidden" name="csrfmiddlewaretoken"'
    assert re.search(form, page(alice).text)


def test_the_top_bar_shows_the_balance(page, alice):
    assert '0<span class="wide">credits</span>' in page(alice).text


@pytest.mark.usefixtures("private_mode")
class TestPrivateMode:
    def test_partners_read_what_they_see(self, page, alice):
        assert "<strong>Private Mode is on.</strong> You see everyone" in page(alice).text

    def test_users_read_what_others_see_of_theirs(self, page, carol):
        assert "<strong>Private Mode is on.</strong> Partners can see your deployments" in page(carol).text

    def test_admins_read_that_it_is_on(self, page, admin):
        assert "<strong>Private Mode is on.</strong> Partners see everyone" in page(admin).text

    def test_visitors_read_nothing(self, page):
        assert "Private Mode" not in page().text


def test_no_banner_while_private_mode_is_off(page, alice):
    assert "Private Mode is on." not in page(alice).text


@pytest.mark.django_db
@pytest.mark.parametrize(("cookie", "attribute"), [("dark", ' data-theme="dark"'), ("auto", ""), ('"><b', "")])
def test_the_theme_comes_from_its_cookie(client, cookie, attribute):
    client.cookies["theme"] = cookie
    assert f'<html lang="en"{attribute}>' in client.get("/styleguide/").text


@pytest.mark.django_db
def test_a_missing_page_is_404_in_the_look_of_the_portal(client):
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.text


@pytest.mark.django_db
class TestSignIn:
    def test_a_wrong_password_is_422_and_keeps_the_address(self, client, carol):
        response = client.post("/accounts/login/", {"login": carol.email, "password": "wrong"})
        assert response.status_code == 422
        assert f'value="{carol.email}"' in response.text
        assert "wrong" not in response.text

    def test_the_right_password_leads_to_the_start_page(self, client, carol):
        response = client.post("/accounts/login/", {"login": carol.email, "password": "demo-portal"})
        assert (response.status_code, response.headers["Location"]) == (302, "/")

    def test_sign_up_lists_the_rules_for_passwords(self, client, open_sign_up):
        assert "<ul><li>Your password can" in client.get("/accounts/signup/").text

    def test_sign_up_sends_a_link_that_confirms_the_address(self, client, open_sign_up, mailoutbox):
        data = {"email": "dave@example.com", "password1": "a-long-secret", "password2": "a-long-secret"}
        assert client.post("/accounts/signup/", data).headers["Location"] == "/accounts/confirm-email/"
        [message] = mailoutbox
        assert message.subject == "Partner Portal: Confirm your e-mail address"
        link = next(line for line in message.body.splitlines() if line.startswith("http"))
        page = client.get(link)
        assert "<strong>dave@example.com</strong>" in page.text
        assert client.post(link).status_code == 302
        assert client.get(link).text.count("This link does not work") == 1

    def test_reset_link_works_once(self, client, carol, mailoutbox):
        client.post("/accounts/password/reset/", {"email": carol.email})
        [message] = mailoutbox
        link = next(line for line in message.body.splitlines() if line.startswith("http"))
        form = client.get(link, follow=True)
        new = {"password1": "another-secret", "password2": "another-secret"}
        done = client.post(form.request["PATH_INFO"], new, follow=True)
        assert "Password changed" in done.text
        client.cookies.clear()
        assert "This link does not work" in client.get(link, follow=True).text

    def test_too_many_tries_are_429_in_the_look_of_the_portal(self, client):
        """The limit is five resets a minute for one address."""
        answers = [
            client.post("/accounts/password/reset/", {"email": "eve@example.com"}, REMOTE_ADDR="198.51.100.7")
            for _ in range(6)
        ]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert "Too many attempts" in answers[-1].text


@pytest.mark.parametrize(
    ("name", "words"), [("500.html", "Something went wrong"), ("400.html", "cannot read this request")]
)
def test_pages_for_a_broken_portal_need_no_request_and_no_database(name, words):
    assert words in get_template(name).render()


def test_the_footer_names_the_version(page, alice):
    assert f"<span>Partner Portal {__version__}</span>" in page(alice).text


def test_the_footer_of_the_admin_names_the_version(page, admin):
    assert f"<p>Partner Portal {__version__}</p>" in page(admin, "/admin/").text


@pytest.mark.parametrize("name", PAGES)
def test_an_error_page_says_what_happened_what_was_kept_and_what_to_do(name):
    has_template = name in {path.stem for path in (settings.BASE_DIR / "templates").glob("*.html")}
    page = get_template(f"{name}.html").render() if has_template else refusal(name, by_htmx=False).content.decode()
    text = html.unescape(page)
    assert f"<p>{PAGES[name].text}</p>" in text
    assert f'<h1 id="h-{PAGES[name].code}">{PAGES[name].title}</h1>' in text


def test_a_refusal_may_say_its_own_reason():
    text = get_template("403.html").render({"exception": "Only admins publish for the platform."})
    assert "You don&#x27;t have permission to do this</h1>" in text
    assert "<p>Only admins publish for the platform.</p>" in text
