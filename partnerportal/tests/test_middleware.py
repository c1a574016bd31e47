"""Malformed requests, as no browser sends them."""

import pytest
from django.test import Client

UTF_16 = "application/x-www-form-urlencoded; charset=utf-16"


@pytest.mark.parametrize(
    "path",
    [
        "/admin/deployments/run/?status__exact=%00",
        "/admin/foundation/auditevent/?verb=%00",
        "/admin/foundation/heartbeat/?pk__in=%00",
        "/admin/autocomplete/?app_label=billing&model_name=allowance&field_name=partner&term=%00",
    ],
)
def test_a_nul_in_an_address_is_a_bad_request(client, admin, path):
    client.force_login(admin)
    assert client.get(path).status_code == 400


def test_a_key_that_is_none_is_a_bad_request(client, admin):
    client.force_login(admin)
    assert client.post("/admin/billing/allowance/add/", {"partner": "x"}).status_code == 400


def test_a_year_that_no_calendar_has_is_a_bad_request(client, admin):
    client.force_login(admin)
    assert client.get("/admin/foundation/auditevent/?at__year=99999").status_code == 400


@pytest.mark.parametrize("path", ["/", "/accounts/login/"])
def test_a_nul_in_the_session_cookie_is_a_bad_request(client, db, path):
    client.cookies["sessionid"] = "\0" * 9
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("path", ["/accounts/login/", "/profile/name/"])
def test_a_form_in_another_encoding_is_a_bad_request(db, path):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(path, b"a=b", content_type=UTF_16).status_code == 400


@pytest.mark.parametrize("path", ["/", "/profile/", "/deployments/", "/billing/", "/publish/", "/no-such-page/"])
def test_going_back_to_a_page_behind_the_sign_in_asks_for_it_anew(client, alice, path):
    client.force_login(alice)
    rules = {rule.strip() for rule in client.get(path)["Cache-Control"].split(",")}
    assert {"private", "no-store"} <= rules


@pytest.mark.parametrize("path", ["/accounts/login/", "/no-such-page/", "/api/modules/v1/a/b/c/versions"])
def test_no_cache_keeps_what_a_visitor_without_a_session_gets(client, db, path):
    rules = {rule.strip() for rule in client.get(path)["Cache-Control"].split(",")}
    assert {"private", "no-store"} <= rules


def test_static_files_may_be_kept_by_signed_in_people_too(client, alice):
    client.force_login(alice)
    assert "no-store" not in client.get("/static/favicon.svg").get("Cache-Control", "")
