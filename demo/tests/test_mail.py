import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from demo import mailbox


@pytest.fixture(autouse=True)
def mail_pages(settings, tmp_path):
    settings.ROOT_URLCONF = "demo.urls"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    options = settings.TEMPLATES[0]["OPTIONS"]
    settings.TEMPLATES = [
        {
            **settings.TEMPLATES[0],
            "DIRS": [*settings.TEMPLATES[0]["DIRS"], "demo/templates"],
            "OPTIONS": options | {"context_processors": [*options["context_processors"], "demo.mail.link"]},
        }
    ]


def send(subject, body, to="carol@example.com", **parts):
    message = EmailMultiAlternatives(
        subject, body, "portal@example.com", [to], connection=get_connection("demo.mailbox.EmailBackend")
    )
    if "html" in parts:
        message.attach_alternative(parts["html"], "text/html")
    assert message.send() == 1


def test_newest_message_stands_first(client, db):
    send("First", "one")
    send("Second", "two", to="bob@example.com")
    text = client.get("/demo/mail/").content.decode()
    assert text.index("Second") < text.index("First")
    assert "bob@example.com" in text


def test_no_message_yet_says_what_to_do(client, open_sign_up):
    text = client.get("/demo/mail/").content.decode()
    assert "No e-mail yet" in text
    assert 'href="/accounts/signup/"' in text


def test_a_link_in_a_message_can_be_followed(client, db):
    send("Confirm", "Hello Zoë,\nopen http://127.0.0.1:8000/accounts/confirm-email/Mg:abc/ today", html="<b>other</b>")
    page = client.get(f"/demo/mail/{mailbox.letters()[0].name}/").content.decode()
    assert '<a href="http://127.0.0.1:8000/accounts/confirm-email/Mg:abc/"' in page
    assert "Hello Zoë," in page
    assert "other" not in page


def test_markup_in_a_message_is_text(client, db):
    send("<b>Subject</b>", "<script>alert(1)</script>")
    page = client.get(f"/demo/mail/{mailbox.letters()[0].name}/").content.decode()
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;Subject&lt;/b&gt;" in page
    assert "<b>Subject" not in page


@pytest.mark.parametrize("name", ["none", "..%2Fsecrets", "..%2F..%2Fetc%2Fpasswd"])
def test_what_is_no_message_is_404(client, db, name):
    assert client.get(f"/demo/mail/{name}/").status_code == 404


MAILBOX = 'href="/demo/mail/"'


def test_a_newcomer_finds_the_mailbox_from_sign_up_to_the_confirmed_address(client, open_sign_up, settings):
    settings.EMAIL_BACKEND = "demo.mailbox.EmailBackend"
    assert client.get("/accounts/signup/").text.count(MAILBOX) == 2  # below the form, and in the footer
    fields = {"email": "erin@example.com", "password1": "correct horse battery", "password2": "correct horse battery"}
    page = client.post("/accounts/signup/", fields, follow=True).text
    assert "<strong>erin@example.com</strong>" in page
    assert page.count(MAILBOX) == 2
    assert "Confirm your e-mail address" in client.get("/demo/mail/").text


def test_every_page_of_the_demo_leads_to_the_mailbox(client, carol):
    client.force_login(carol)
    assert all(client.get(page).text.count(MAILBOX) == 1 for page in ("/", "/profile/", "/deploy/"))
