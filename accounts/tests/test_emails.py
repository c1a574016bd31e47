"""E-mails about an account and its token: each says why it was sent and how to stop it."""

import re

import pytest

from accounts import services
from foundation.models import OutboxMessage

NEW = "correct horse battery"
ADDRESS = re.compile(r"http://testserver/accounts/\S+")


def only(mailoutbox) -> tuple[str, str]:
    """Subject and text of the one e-mail that was sent, its link shortened."""
    [mail] = mailoutbox
    return mail.subject, ADDRESS.sub("LINK", mail.body)


def letter(*paragraphs: str) -> str:
    return "\n\n".join(["Hello,", *paragraphs, "Partner Portal"])


@pytest.mark.django_db
class TestAccountEmails:
    def test_a_new_address_is_confirmed(self, client, open_sign_up, mailoutbox):
        client.post("/accounts/signup/", {"email": "erin@example.com", "password1": NEW, "password2": NEW})
        assert only(mailoutbox) == (
            "Partner Portal: Confirm your e-mail address",
            letter(
                "Confirm that this e-mail address is yours:\nLINK",
                "You get this e-mail because somebody, probably you, entered this address for an account. "
                "If it was not you, ignore it. Nobody can sign in with an address that is not confirmed.",
            ),
        )

    def test_a_second_sign_up_leads_to_the_password(self, client, open_sign_up, alice, mailoutbox):
        client.post("/accounts/signup/", {"email": alice.email, "password1": NEW, "password2": NEW})
        assert only(mailoutbox) == (
            "Partner Portal: You already have an account",
            letter(
                "You already have an account with alice@example.com. Nothing was changed.",
                "Did you forget your password? Reset it here:\nLINK",
                "You get this e-mail because somebody, probably you, tried to sign up with this address. "
                "If it was not you, ignore it.",
            ),
        )

    def test_a_forgotten_password_is_chosen_anew(self, client, alice, mailoutbox):
        client.post("/accounts/password/reset/", {"email": alice.email})
        assert only(mailoutbox) == (
            "Partner Portal: Choose a new password",
            letter(
                "Choose a new password here:\nLINK",
                "The link works once.",
                "You get this e-mail because somebody, probably you, asked for a new password. "
                "If it was not you, ignore it. Your password stays the same.",
            ),
        )

    def test_an_unknown_address_is_told_so(self, client, open_sign_up, mailoutbox):
        client.post("/accounts/password/reset/", {"email": "o'brien&co@example.com"})
        assert only(mailoutbox) == (
            "Partner Portal: No account with this address",
            letter(
                "There is no account with o'brien&co@example.com, so no password was reset.",
                "Try another address, or create an account here:\nLINK",
                "You get this e-mail because somebody, probably you, asked for a new password for this address. "
                "If it was not you, ignore it.",
            ),
        )


@pytest.mark.django_db
def test_a_token_that_stopped_working(connection, github):
    github.world.tokens["ghp_demo_alice"].revoked = True
    services.check_connection(connection)
    assert OutboxMessage.objects.get().text.strip() == letter(
        "Your GitHub token no longer works. It was revoked or deleted on GitHub. "
        "Scans are paused until you save a new token. Published modules are not affected.",
        "Fix it on your profile:\nhttp://testserver/profile/#github",
        "You get this e-mail because you manage this GitHub connection. "
        "There is one e-mail for each problem. Remove the connection to get none.",
    )
