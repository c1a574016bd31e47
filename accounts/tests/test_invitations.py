"""Invitations: a link that creates one account once, for the address that was invited."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts import entry_rules, invitations
from accounts.models import Invitation, SignUp, User
from foundation import sending
from foundation.models import AuditEvent, OutboxMessage

ROLE = Invitation.Role
NEW = "correct horse battery"
LIST = "/admin/accounts/invitation/"
BROKEN = "This link does not work"


def link_of(by, email="erin@example.com", role=ROLE.USER):
    """The path of a new invitation's link."""
    return invitations.create(email, role=role, by=by)[1].removeprefix("http://testserver")


def accept(link, browser=None, **changes):
    fields = {"password1": NEW, "password2": NEW, "first_name": "Erin", "last_name": "Moss"} | changes
    return (browser or Client()).post(link, fields)


def test_an_invited_user_chooses_a_password_and_is_in(admin):
    link, browser = link_of(admin), Client()
    page = browser.get(link).text
    assert "You are invited to create an account." in page
    assert "<strong>erin@example.com</strong>" in page
    assert accept(link, browser)["Location"] == "/"
    erin = User.objects.get(email="erin@example.com")
    assert (erin.first_name, erin.last_name, erin.is_partner, erin.is_staff) == ("Erin", "Moss", False, False)
    assert browser.get("/profile/").status_code == 200


def test_an_invited_partner_is_one_on_acceptance(admin):
    accept(link_of(admin, role=ROLE.PARTNER))
    erin = User.objects.get(email="erin@example.com")
    assert (erin.is_partner, erin.partner_since is not None, erin.is_staff) == (True, True, False)


def test_the_invited_address_counts_as_confirmed_and_no_other_is_taken(admin, mailoutbox):
    accept(link_of(admin), email="evil@example.com", role="admin")
    address = EmailAddress.objects.exclude(user=admin).get()
    assert (address.email, address.verified, address.primary) == ("erin@example.com", True, True)
    assert mailoutbox == []
    answer = Client().post("/accounts/login/", {"login": "erin@example.com", "password": NEW})
    assert answer["Location"] == "/"


def test_a_link_works_once(admin):
    link = link_of(admin)
    accept(link)
    again = accept(link)
    assert (again.status_code, BROKEN in again.text) == (404, True)
    assert User.objects.filter(email="erin@example.com").count() == 1


def test_a_revoked_link_does_not_work(admin):
    link = link_of(admin)
    invitations.revoke(Invitation.objects.get(), by=admin)
    assert (Client().get(link).status_code, accept(link).status_code) == (404, 404)
    assert not User.objects.filter(email="erin@example.com").exists()


def test_an_expired_link_does_not_work(admin):
    link = link_of(admin)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert accept(link).status_code == 404
    assert not User.objects.filter(email="erin@example.com").exists()


@pytest.mark.parametrize("lost", [{"is_staff": False}, {"is_active": False}])
def test_a_link_of_somebody_who_is_no_admin_any_more_does_not_work(admin, lost):
    link = link_of(admin, role=ROLE.PARTNER)
    User.objects.filter(pk=admin.pk).update(**lost)
    assert BROKEN in Client().get(link).text
    assert accept(link).status_code == 404
    assert not User.objects.filter(email="erin@example.com").exists()
    assert Invitation.objects.get().state(timezone.now()) == "Not valid: who invited is no admin now"


def test_a_link_is_stored_only_as_a_hash(admin):
    token = link_of(admin).split("/")[2]
    row = str(Invitation.objects.values().get())
    assert (len(token), token in row) == (43, False)
    assert Client().get("/invitation/abc/").status_code == 404


def test_a_second_invitation_replaces_the_first(admin):
    first, second = link_of(admin), link_of(admin, "Erin@example.com", role=ROLE.PARTNER)
    assert accept(first).status_code == 404
    assert accept(second).status_code == 302
    assert User.objects.get(email="erin@example.com").is_partner


def test_a_bad_password_keeps_the_link(admin):
    link = link_of(admin)
    answer = accept(link, password1="sunflower2026", password2="sunflower2026")
    assert (answer.status_code, "easy to guess" in answer.text) == (422, True)
    assert accept(link).status_code == 302


def test_who_is_signed_in_signs_out_first(signed_in, admin, carol):
    link = link_of(admin)
    answer = signed_in(carol).get(link)
    assert answer["Location"].startswith("/accounts/logout/?next=%2Finvitation%2F")
    assert accept(link, signed_in(carol)).status_code == 302
    assert not User.objects.filter(email="erin@example.com").exists()


def test_an_invitation_waits_while_sign_up_is_closed(admin):
    link = link_of(admin)
    entry_rules.set_sign_up(SignUp.CLOSED, by=admin)
    answer = accept(link)
    assert (answer.status_code, "Your invitation is kept. Try again later." in answer.text) == (409, True)
    entry_rules.set_sign_up(SignUp.INVITED, by=admin)
    assert accept(link).status_code == 302


def test_an_address_that_got_an_account_in_the_meantime(admin):
    link = link_of(admin)
    User.objects.create_user("erin@example.com", NEW)
    answer = accept(link)
    assert (answer.status_code, "erin@example.com has an account already." in answer.text) == (409, True)
    assert Invitation.objects.get().accepted_at is None


def test_what_happened_is_audited(admin):
    link = link_of(admin, role=ROLE.PARTNER)
    accept(link)
    invitations.revoke(invitations.create("frank@example.com", role=ROLE.USER, by=admin)[0], by=admin)
    assert [(event.verb, event.by, event.detail) for event in AuditEvent.objects.order_by("pk")] == [
        ("invitation.created", "admin@example.com", {"email": "erin@example.com", "role": "partner"}),
        ("invitation.accepted", "erin@example.com", {"role": "partner"}),
        ("invitation.created", "admin@example.com", {"email": "frank@example.com", "role": "user"}),
        ("invitation.revoked", "admin@example.com", {"email": "frank@example.com"}),
    ]


class TestEMail:
    def test_it_says_who_invites_until_when_and_why(self, admin, mailoutbox):
        invitation = invitations.invite("erin@example.com", role=ROLE.PARTNER, by=admin)
        sending.send_due()
        [mail] = mailoutbox
        assert (mail.to, mail.subject) == (["erin@example.com"], "Partner Portal: You are invited")
        assert re.sub(r"http://testserver/invitation/[\w-]{43}/", "LINK", mail.body) == (
            "Hello,\n\n"
            "admin@example.com invites you to create a partner account. Choose your password here:\nLINK\n\n"
            f"The link works once, until {invitation.expires_at:%-d %B %Y}.\n\n"
            "You get this e-mail because an admin of this portal entered your address. "
            "If you do not want an account, ignore it.\n\n"
            "Partner Portal\n"
        )

    def test_nobody_reads_the_link_in_the_outbox(self, signed_in, admin, mailoutbox):
        invitations.invite("erin@example.com", role=ROLE.USER, by=admin)
        message = OutboxMessage.objects.get()
        assert (message.text, b"invitation/" in bytes(message.secret_text_encrypted)) == ("", False)
        page = signed_in(admin).get(f"/admin/foundation/outboxmessage/{message.pk}/change/").text
        assert "testserver/invitation/" not in page
        sending.send_due()
        message.refresh_from_db()
        assert bytes(message.secret_text_encrypted) == b""
        assert "/invitation/" in mailoutbox[0].body


class TestAdmin:
    def test_an_admin_invites_sees_and_revokes(self, signed_in, admin):
        browser = signed_in(admin)
        assert "a link that works once, for 7 days" in browser.get(f"{LIST}add/").text
        assert browser.post(f"{LIST}add/", {"email": "Erin@example.com", "role": "partner"})["Location"] == LIST
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.role, invitation.invited_by) == ("erin@example.com", "partner", admin)
        assert OutboxMessage.objects.get().to == "erin@example.com"
        assert "Waiting" in browser.get(LIST).text
        assert invitation.digest not in browser.get(f"{LIST}{invitation.pk}/change/").text
        browser.post(LIST, {"action": "revoke", "_selected_action": [invitation.pk]})
        page = browser.get(LIST).text
        assert ("1 invitation revoked." in page, "Revoked" in page) == (True, True)

    def test_somebody_with_an_account_is_not_invited(self, signed_in, admin, carol):
        answer = signed_in(admin).post(f"{LIST}add/", {"email": "Carol@example.com", "role": "user"})
        assert "has an account already. Nothing was changed. You can change roles under Users." in answer.text
        assert not Invitation.objects.exists()

    def test_no_admin_is_invited_here(self, signed_in, admin):
        answer = signed_in(admin).post(f"{LIST}add/", {"email": "erin@example.com", "role": "admin"})
        assert "Select a valid choice" in answer.text
        assert not Invitation.objects.exists()

    def test_inviting_asks_for_the_password_after_a_while(self, client, admin):
        client.force_login(admin)
        answer = client.post(f"{LIST}add/", {"email": "erin@example.com", "role": "user"})
        assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
        assert not Invitation.objects.exists()

    @pytest.mark.parametrize("number", [1, 3])
    def test_the_list_asks_no_more_for_more_rows(self, signed_in, admin, number, django_assert_max_num_queries):
        for each in range(number):
            link_of(admin, f"guest-{each}@example.com")
        browser = signed_in(admin)
        with django_assert_max_num_queries(9):
            page = browser.get(LIST).text
        assert page.count("guest-") >= number


@pytest.mark.django_db
class TestFirstAdmin:
    def test_the_command_prints_a_link_that_makes_an_admin_once(self, capsys, mailoutbox):
        call_command("invite_admin", "root@example.com")
        sentence, link = capsys.readouterr().out.splitlines()
        assert sentence == "Open this link to create the account of root@example.com. It works once, for 7 days."
        path, browser = link.removeprefix("http://testserver"), Client()
        assert "You are invited to create an admin account." in browser.get(path).text
        assert accept(path, browser)["Location"] == "/"
        assert browser.get("/admin/").status_code == 200
        assert (accept(path).status_code, mailoutbox) == (404, [])

    def test_it_works_where_sign_up_is_closed(self, capsys):
        entry_rules.set_sign_up(SignUp.CLOSED, by=None)
        call_command("invite_admin", "root@example.com")
        link = capsys.readouterr().out.splitlines()[-1]
        assert accept(link.removeprefix("http://testserver")).status_code == 302

    @pytest.mark.parametrize(
        ("email", "error"),
        [
            ("root", "root is not an e-mail address."),
            (
                "carol@example.com",
                "carol@example.com has an account already. Nothing was changed. Another admin can give it the role.",
            ),
        ],
    )
    def test_it_says_why_it_prints_none(self, carol, email, error):
        with pytest.raises(CommandError, match=f"^{re.escape(error)}$"):
            call_command("invite_admin", email)
        assert not Invitation.objects.exists()
