import html

import pytest

from accounts import services
from accounts.models import PlatformSettings, User
from foundation.models import AuditEvent

SETTINGS = "/admin/accounts/platformsettings/1/change/"
CHOSEN = {"revenue_share": "70", "sign_up": "invited", "sign_up_domains": "", "two_factor": "nobody"}


def person_page(person):
    return f"/admin/accounts/user/{person.pk}/change/"


def roles(person, **changes):
    ticked = {"is_partner": person.is_partner, "is_staff": person.is_staff, "is_active": person.is_active} | changes
    names = {"first_name": person.first_name, "last_name": person.last_name}
    return names | {name: "on" for name, on in ticked.items() if on}


@pytest.mark.django_db
def test_the_admin_has_no_sign_in_of_its_own(client):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert client.post("/admin/login/", {"username": "admin@example.com", "password": "x"}).status_code == 302


def test_each_part_of_the_admin_has_a_name_of_its_own(signed_in, admin):
    names = [str(part["name"]) for part in signed_in(admin).get("/admin/").context["app_list"]]
    assert len(set(names)) == len(names)
    assert "People and settings" in names


@pytest.mark.parametrize("url", ["/admin/", "/admin/login/", "/admin/accounts/user/", SETTINGS])
def test_a_partner_is_not_let_in(signed_in, alice, url):
    assert signed_in(alice).get(url, follow=True).status_code == 403


def test_staff_without_the_superuser_flag_manages_everything(signed_in, carol):
    services.set_roles(carol, is_partner=False, is_staff=True, by=None)
    page = signed_in(carol).get("/admin/").text
    assert "/admin/accounts/user/" in page
    assert "/admin/accounts/platformsettings/" in page
    assert "/admin/foundation/auditevent/" in page
    assert "/admin/auth/group/" not in page


def test_a_partner_is_made_and_it_is_audited(signed_in, admin, carol):
    answer = signed_in(admin).post(person_page(carol), roles(carol, is_partner=True))
    assert answer.status_code == 302
    carol.refresh_from_db()
    assert carol.is_partner
    assert carol.partner_since is not None
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.target) == (
        "user.roles_set",
        "admin@example.com",
        f"accounts.user:{carol.ref}",
    )


def test_a_person_is_deactivated_not_deleted(signed_in, admin, carol):
    browser = signed_in(admin)
    assert browser.post(person_page(carol), roles(carol, is_active=False)).status_code == 302
    carol.refresh_from_db()
    assert not carol.is_active
    assert browser.post(f"/admin/accounts/user/{carol.pk}/delete/", {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=carol.pk).exists()


@pytest.mark.parametrize("lost", ["is_staff", "is_active"])
def test_no_admin_locks_themselves_out(signed_in, admin, lost):
    answer = signed_in(admin).post(person_page(admin), roles(admin, **{lost: False}))
    assert "You cannot remove your own admin role or access" in html.unescape(answer.text)
    admin.refresh_from_db()
    assert (admin.is_staff, admin.is_active) == (True, True)


def test_what_is_not_in_the_form_cannot_be_changed(signed_in, admin, carol):
    forged = {"email": "evil@example.com", "slug": "evil", "is_superuser": "on", "password": "x"}
    signed_in(admin).post(person_page(carol), roles(carol) | forged)
    before = (carol.email, carol.slug, carol.is_superuser, carol.password)
    carol.refresh_from_db()
    assert (carol.email, carol.slug, carol.is_superuser, carol.password) == before


def test_nobody_is_added_here(signed_in, admin):
    assert signed_in(admin).get("/admin/accounts/user/add/").status_code == 403


def test_the_private_mode_switch_is_audited(signed_in, admin):
    browser = signed_in(admin)
    assert browser.get("/admin/accounts/platformsettings/").headers["Location"] == SETTINGS
    page = browser.post(SETTINGS, CHOSEN | {"private_mode": "on"}, follow=True).text
    assert '<li class="success">The platform settings are saved.</li>' in page
    assert PlatformSettings.load().private_mode
    event = AuditEvent.objects.get()
    assert (event.verb, event.by, event.detail) == (
        "platform.private_mode_switched",
        "admin@example.com",
        {"on": True},
    )


def test_there_is_one_row_of_settings_and_it_stays(signed_in, admin):
    PlatformSettings.load()
    browser = signed_in(admin)
    assert browser.get("/admin/accounts/platformsettings/add/").status_code == 403
    assert browser.post("/admin/accounts/platformsettings/1/delete/", {"post": "yes"}).status_code == 403
    assert PlatformSettings.objects.count() == 1


def test_a_share_beyond_a_hundred_percent_is_refused_in_the_form(signed_in, admin):
    PlatformSettings.load()
    answer = signed_in(admin).post(SETTINGS, CHOSEN | {"revenue_share": "101"})
    assert "Enter a revenue share between 0 and 100 percent." in answer.text
    assert PlatformSettings.load().revenue_share == 70


@pytest.mark.parametrize("what", ["roles", "switch"])
def test_a_sign_in_of_long_ago_is_asked_for_the_password(client, admin, carol, what):
    PlatformSettings.load()
    client.force_login(admin)
    url, fields = {
        "roles": (person_page(carol), roles(carol, is_staff=True)),
        "switch": (SETTINGS, CHOSEN | {"private_mode": "on"}),
    }[what]
    assert client.get(url).status_code == 200
    assert client.post(url, fields)["Location"].startswith("/accounts/reauthenticate/?next=")
    assert AuditEvent.objects.count() == 0


def test_connections_are_shown_without_their_token(signed_in, admin, connection):
    browser = signed_in(admin)
    url = f"/admin/accounts/githubconnection/{connection.pk}/"
    pages = [browser.get("/admin/accounts/githubconnection/").text, browser.get(f"{url}change/").text]
    assert all("alice-example" in page for page in pages)
    assert not [page for page in pages if "ghp_demo" in page or "token_encrypted" in page or "v1:test" in page]
    assert browser.post(f"{url}change/", {"login": "evil"}).status_code == 403
    assert browser.post(f"{url}delete/", {"post": "yes"}).status_code == 403


def test_the_trail_is_read_only(signed_in, admin, carol):
    services.rename(carol, first_name="C", last_name="", by=carol)
    event = AuditEvent.objects.get()
    browser = signed_in(admin)
    url = f"/admin/foundation/auditevent/{event.pk}/"
    assert "user.renamed" in browser.get(f"{url}change/").text
    assert browser.post(f"{url}change/", {"verb": "x"}).status_code == 403
    assert browser.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert browser.get("/admin/foundation/auditevent/add/").status_code == 403
