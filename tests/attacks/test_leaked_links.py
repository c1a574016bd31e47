"""Keys that let somebody in: where they lead, and where they are written down."""

import re

import pytest
import requests
from django.core import mail
from django.urls import reverse

from embedded import processes
from partnerportal.access_log import shown

EVIL = ["evil.example.net", "portal.example.com:8443"]


@pytest.fixture
def portal(settings):
    """A portal that many hosts lead to, of which one is its own."""
    settings.PORTAL_URL = "https://portal.example.com"
    settings.ALLOWED_HOSTS = ["*"]


@pytest.mark.parametrize("host", EVIL)
@pytest.mark.parametrize("address", ["carol@example.com", "nobody@example.com"])
@pytest.mark.usefixtures("portal", "carol", "open_sign_up")
def test_whoever_asks_for_a_reset_does_not_choose_where_its_link_leads(client, host, address):
    client.post(reverse("account_reset_password"), {"email": address}, headers={"host": host})
    (message,) = mail.outbox
    links = re.findall(r"https?://\S+", message.body)
    assert links
    assert all(link.startswith("https://portal.example.com/accounts/") for link in links)
    assert host not in message.body


@pytest.mark.parametrize("host", EVIL)
def test_a_confirmation_link_leads_to_the_portal(client, portal, open_sign_up, host):
    typed = {"email": "dave@example.com", "password1": "long-enough-words", "password2": "long-enough-words"}
    client.post(reverse("account_signup"), typed, headers={"host": host})
    assert re.findall(r"https?://[^/\s]+", mail.outbox[0].body) == ["https://portal.example.com"]


def links(admin):
    """Addresses that hold a key; each is also asked for without its slash, and with a part that is too much."""
    secret = "k3y-" + "S" * 40
    addresses = [
        f"/accounts/password/reset/key/1a-{secret}/",
        f"/accounts/confirm-email/{secret}/",
        f"/invitation/{secret}/",
        f"/registry/archives/{secret}/greeting-1.0.0.tar.gz",
        f"/accounts/login/?next=/invitation/{secret}/",
        f"/admin/accounts/user/?q={secret}",
        f"/invitation/{secret}é/",
    ]
    return secret, [*addresses, *(address.rstrip("/") for address in addresses), f"/invitation/{secret}/more/"]


def test_no_log_of_the_web_server_holds_a_key(start_child, admin):
    secret, addresses = links(admin)
    port = processes.free_port()
    web = start_child("partnerportal.serve", "--port", str(port), env={"WEB_PROCESSES": "1"})
    web.wait_for("Uvicorn running on")
    for address in addresses:
        requests.get(f"http://127.0.0.1:{port}{address}", timeout=20, allow_redirects=False)
    requests.get(f"http://127.0.0.1:{port}/livez", timeout=20)
    web.wait_for("GET /livez")
    log = web.log.read_text()
    assert secret not in log
    assert log.count("GET /invitation/<str:token>/") == 4
    assert "GET /registry/archives/<str:key>/<str:name>.tar.gz" in log


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("/deployments/a234567bcd/runs/12/", "/deployments/a234567bcd/runs/12/"),
        ("/deployments/?q=secret+shop", "/deployments/"),
        ("/static/css/base.css", "/static/css/base.css"),
        ("/admin/accounts/user/12/change/", "/admin/accounts/user/12/change/"),
        ("/%69nvitation/abc/", "/invitation/<str:token>/"),
        ("/wp-login.php", "/wp-login.php"),
        ("/nowhere/abc/def", "/nowhere/…"),
        ("/nowhere%0AINFO:%20all%20well", "/nowhere%0AINFO%3A%20all%20well"),
        ("/[", "/%5B"),
    ],
)
def test_a_log_shows_what_is_no_secret(address, text):
    assert shown(address) == text
