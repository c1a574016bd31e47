from decimal import Decimal

import pytest
from django.contrib.sessions.models import Session
from django.db import IntegrityError
from django.test import Client

from accounts import services
from accounts.models import GitHubConnection, PlatformSettings, User
from foundation.models import AuditEvent
from tests.people import PASSWORD, make_person

NEW = "a much better one"


def trail():
    return [(event.verb, event.by, event.detail) for event in AuditEvent.objects.order_by("pk")]


def browser_of(person):
    browser = Client()
    browser.force_login(person)
    assert browser.get("/profile/").status_code == 200
    return browser


def test_a_partner_has_a_first_day_and_loses_it_with_the_role(carol, admin):
    made = services.set_roles(carol, is_partner=True, is_staff=False, by=admin)
    assert made.partner_since is not None
    services.set_roles(made, is_partner=False, is_staff=False, by=admin)
    carol.refresh_from_db()
    assert (carol.is_partner, carol.partner_since) == (False, None)


def test_roles_are_audited_when_they_change(carol, admin):
    services.set_roles(carol, is_partner=True, is_staff=False, by=admin)
    services.set_roles(carol, is_partner=True, is_staff=False, by=admin)
    assert trail() == [("user.roles_set", "admin@example.com", {"partner": True, "admin": False})]


def test_an_admin_who_loses_the_role_is_no_superuser_either(admin, alice):
    services.set_roles(admin, is_partner=False, is_staff=False, by=alice)
    admin.refresh_from_db()
    assert (admin.is_staff, admin.is_superuser, admin.has_perm("accounts.view_user")) == (False, False, False)


def test_staff_may_manage_everything_without_any_group():
    person = User(email="erin@example.com", is_staff=True)
    assert person.has_perm("accounts.change_user")
    assert person.has_module_perms("billing")
    person.is_active = False
    assert not person.has_perm("accounts.change_user")


def test_deactivation_ends_the_sessions_of_that_person_alone(alice, bob, admin):
    hers, his = browser_of(alice), browser_of(bob)
    services.set_active(alice, False, by=admin)
    assert hers.get("/profile/")["Location"] == "/accounts/login/?next=/profile/"
    assert his.get("/profile/").status_code == 200
    assert Session.objects.count() == 1
    assert trail() == [("user.deactivated", "admin@example.com", {})]


def test_a_session_from_before_stays_ended_after_activation(alice, admin):
    hers = browser_of(alice)
    services.set_active(alice, False, by=admin)
    services.set_active(alice, True, by=admin)
    assert hers.get("/profile/").status_code == 302


def test_a_changed_password_ends_all_sessions(alice):
    one, other = browser_of(alice), browser_of(alice)
    answer = one.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert answer.status_code == 302
    assert one.get("/profile/").status_code == 302
    assert other.get("/profile/").status_code == 302


def test_private_mode_flips_are_audited(admin):
    for on in (True, True, False):
        services.set_private_mode(on, by=admin)
    assert trail() == [
        ("platform.private_mode_switched", "admin@example.com", {"on": True}),
        ("platform.private_mode_switched", "admin@example.com", {"on": False}),
    ]
    assert AuditEvent.objects.first().target == "accounts.platformsettings:platform"


def test_the_revenue_share_is_audited_with_what_it_was(admin):
    services.set_revenue_share(Decimal("65.50"), by=admin)
    assert trail() == [("platform.revenue_share_set", "admin@example.com", {"before": "70.00", "after": "65.50"})]


def test_there_is_one_row_of_settings(admin):
    PlatformSettings.load()
    with pytest.raises(IntegrityError, match="one_row_of_platform_settings"):
        PlatformSettings(id=2).save(force_insert=True)


def test_two_people_of_one_name_get_two_slugs(db):
    one = make_person("dora")
    other = User.objects.create_user("dora@example.org", "x")
    assert one.slug == "dora"
    assert other.slug == f"dora-{other.ref[:6]}"


def test_an_address_is_one_person_however_it_is_written(alice):
    assert User.objects.get_by_natural_key("ALICE@example.com") == alice
    with pytest.raises(IntegrityError, match="one_user_per_email"):
        User.objects.create(email="Alice@Example.com")


def test_sign_up_makes_a_user_with_a_slug_and_no_role(open_sign_up, client):
    fields = {"email": "Frank.Moss@example.com", "password1": NEW, "password2": NEW}
    assert client.post("/accounts/signup/", fields)["Location"] == "/accounts/confirm-email/"
    frank = User.objects.get()
    assert (frank.email, frank.slug, frank.is_partner, frank.is_staff) == (
        "frank.moss@example.com",
        "frankmoss",
        False,
        False,
    )


def test_partners_publish_for_themselves_and_admins_for_the_platform(alice, bob, carol, admin):
    assert [person.publishes_for for person in (alice, carol, admin)] == [[alice], [], [None]]
    both = services.set_roles(alice, is_partner=True, is_staff=True, by=admin)
    assert both.publishes_for == [alice, None]
    assert [both.may_publish_for(owner) for owner in (alice, None, bob)] == [True, True, False]
    assert [admin.may_publish_for(owner) for owner in (alice, None)] == [False, True]


def test_somebody_deactivated_publishes_for_nobody(alice, admin):
    services.set_roles(alice, is_partner=True, is_staff=True, by=admin)
    away = services.set_active(alice, False, by=admin)
    assert away.publishes_for == []
    assert not GitHubConnection.objects.looked_after_by(away)
