import hashlib
import hmac
import html
import json
import re

import pytest
from django.template.loader import render_to_string

from accounts import services
from accounts.models import GitHubConnection
from foundation.models import AuditEvent, OutboxMessage

SAVE = "/profile/github/webhook/"
SECRET = re.compile(r'id="new-webhook-secret">([\w-]{43})<')


def text(response):
    return html.unescape(response.text)


@pytest.fixture
def chosen(connection, github, alice):
    """Alice's connection with its repository."""
    number = github.world.find("alice-example/cloud-modules").id
    return services.select_repository(connection, repository_id=number, by=alice)


def test_without_a_repository_the_card_says_what_comes_first(signed_in, alice, connection):
    page = text(signed_in(alice).get("/profile/"))
    assert "Select a repository first." in page
    assert "Create secret" not in page


def test_without_a_connection_there_is_no_card(signed_in, alice):
    assert 'id="webhook"' not in signed_in(alice).get("/profile/").text


def test_the_empty_card_says_what_to_do(signed_in, alice, chosen):
    page = text(signed_in(alice).get("/profile/"))
    assert f"http://testserver/hooks/github/{chosen.ref}/" in page
    assert "Create the secret, then add the webhook on GitHub with these values." in page
    assert "<code>application/json</code>" in page
    assert "Just the push event" in page
    assert "Create secret" in page
    assert "No delivery yet" not in page


def test_the_secret_is_shown_once_and_signs(signed_in, alice, chosen):
    browser = signed_in(alice)
    answer = browser.post(SAVE, follow=True)
    assert answer.redirect_chain == [("/profile/#webhook", 302)]
    assert "no-store" in answer["Cache-Control"]
    (secret,) = SECRET.findall(answer.text)
    assert GitHubConnection.objects.get().webhook_secret == secret
    later = browser.get("/profile/")
    assert secret not in later.text
    assert "Stored encrypted, never shown again" in later.text
    assert "No delivery yet" in later.text
    assert secret not in str(dict(browser.session)) + str(browser.cookies)
    assert secret.encode() not in bytes(GitHubConnection.objects.get().webhook_secret_encrypted)


def test_a_delivery_shows_on_the_card(signed_in, alice, chosen):
    browser = signed_in(alice)
    (secret,) = SECRET.findall(browser.post(SAVE, follow=True).text)
    signature = hmac.new(secret.encode(), b"{}", hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "one", "X-Hub-Signature-256": f"sha256={signature}"}
    address = f"/hooks/github/{chosen.ref}/"
    assert browser.post(address, b"{}", content_type="application/json", headers=headers).text == "pong"
    page = " ".join(text(browser.get("/profile/")).split())
    assert re.search(r"Last delivery .{1,200} \(ping\)", page)
    assert "No delivery yet" not in page


def test_a_delivery_of_the_repository_before_is_not_the_cards(signed_in, alice, chosen, github):
    browser = signed_in(alice)
    (secret,) = SECRET.findall(browser.post(SAVE, follow=True).text)
    body = json.dumps({"repository": {"id": chosen.repository_id}}).encode()
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "one", "X-Hub-Signature-256": f"sha256={signature}"}
    browser.post(f"/hooks/github/{chosen.ref}/", body, content_type="application/json", headers=headers)
    assert "Last delivery" in browser.get("/profile/").text
    other = github.add_repository("alice-example/new-modules", {"main.tf": ""})
    services.select_repository(chosen, repository_id=other.id, by=alice)
    page = browser.get("/profile/").text
    assert "Last delivery" not in page
    assert "No delivery yet" in page


def test_the_card_asks_the_database_for_nothing(chosen, django_assert_num_queries):
    chosen.webhook_secret = "secret"
    with django_assert_num_queries(0):
        card = render_to_string("accounts/_webhook.html", {"connection": chosen, "last_delivery": None})
    assert "No delivery yet" in card


def test_a_replaced_secret_is_another_and_audited_without_its_text(signed_in, alice, chosen):
    browser = signed_in(alice)
    first, second = (SECRET.findall(browser.post(SAVE, follow=True).text)[0] for _ in range(2))
    assert first != second
    assert GitHubConnection.objects.get().webhook_secret == second
    events = AuditEvent.objects.filter(verb__startswith="connection.webhook").order_by("pk")
    assert [event.verb for event in events] == ["connection.webhook_made", "connection.webhook_secret_replaced"]
    assert [event.detail for event in events] == [{"repository": "alice-example/cloud-modules"}] * 2


def test_a_reload_after_the_secret_makes_no_other_one(signed_in, alice, chosen):
    browser = signed_in(alice)
    (secret,) = SECRET.findall(browser.post(SAVE, follow=True).text)
    assert SECRET.findall(browser.get("/profile/").text) == []
    assert GitHubConnection.objects.get().webhook_secret == secret


def test_replacing_a_secret_asks_first(signed_in, alice, chosen):
    browser = signed_in(alice)
    assert 'popovertarget="replace-secret"' not in browser.get("/profile/").text
    browser.post(SAVE, follow=True)
    page = browser.get("/profile/").text
    assert '<button type="button" popovertarget="replace-secret">' in page
    assert "Replace the secret of the webhook?" in page
    assert "Deliveries are refused until GitHub has the new one." in page


class TestRefusedDeliveries:
    @pytest.fixture
    def refused(self, signed_in, alice, chosen, client):
        signed_in(alice).post(SAVE)
        self.address = f"/hooks/github/{chosen.ref}/"
        for _ in range(2):
            assert deliver(client, self.address, "a wrong secret").status_code == 403
        return chosen

    def test_they_are_shown_on_the_card_and_on_every_page(self, refused, signed_in, alice):
        page = " ".join(text(signed_in(alice).get("/profile/")).split())
        assert "Deliveries refused" in page
        assert "<strong>A delivery was refused" in page
        assert "Your webhook's deliveries are refused." in text(signed_in(alice).get("/"))

    def test_the_publisher_is_told_once(self, refused, alice):
        (message,) = OutboxMessage.objects.filter(to=alice.email)
        assert message.subject == "Your webhook's deliveries are refused"
        assert "/profile/#webhook" in message.text

    def test_the_next_accepted_one_takes_it_back(self, refused, signed_in, alice, client):
        refused.refresh_from_db()
        assert deliver(client, self.address, refused.webhook_secret).text == "pong"
        page = text(signed_in(alice).get("/profile/"))
        assert "refused" not in page.replace("Deliveries are refused until GitHub has the new one.", "")

    def test_a_new_secret_takes_it_back(self, refused, signed_in, alice):
        signed_in(alice).post(SAVE)
        assert GitHubConnection.objects.get().delivery_refused_at is None

    def test_without_a_secret_nothing_is_noted(self, chosen, client):
        assert deliver(client, f"/hooks/github/{chosen.ref}/", "x").status_code == 403
        assert GitHubConnection.objects.get().delivery_refused_at is None


def deliver(client, address, secret):
    signature = hmac.new(secret.encode(), b"{}", hashlib.sha256).hexdigest()
    headers = {"X-GitHub-Event": "ping", "X-GitHub-Delivery": "one", "X-Hub-Signature-256": f"sha256={signature}"}
    return client.post(address, b"{}", content_type="application/json", headers=headers)


def test_without_a_repository_no_secret_is_made(signed_in, alice, connection):
    assert signed_in(alice).post(SAVE).status_code == 422
    assert GitHubConnection.objects.get().webhook_secret == ""


def test_without_a_connection_it_is_404(signed_in, alice):
    assert signed_in(alice).post(SAVE).status_code == 404


def test_a_sign_in_of_long_ago_is_asked_for_the_password(client, alice, chosen):
    client.force_login(alice)
    assert client.post(SAVE)["Location"] == "/accounts/reauthenticate/?next=%2Fprofile%2F%23webhook"
    assert GitHubConnection.objects.get().webhook_secret == ""


def test_an_admin_makes_the_platforms(signed_in, admin, platform_connection, github):
    number = github.world.find("platform-example/platform-modules").id
    services.select_repository(platform_connection, repository_id=number, by=admin)
    assert SECRET.search(signed_in(admin).post(f"{SAVE}?for=platform", follow=True).text)


def test_others_make_none_for_the_platform(signed_in, alice, carol, platform_connection):
    assert signed_in(alice).post(f"{SAVE}?for=platform").status_code == 403
    assert signed_in(carol).post(SAVE).status_code == 403
    assert GitHubConnection.objects.get().webhook_secret == ""
