"""Sentences about who may create an account: pure functions of data."""

from accounts.models import Invitation, PlatformSettings, SignUp
from foundation.paragraphs import listed

MOST_DOMAINS = 10


def closed(platform: PlatformSettings) -> str:
    """Text of the sign-up page where there is none."""
    if platform.sign_up == SignUp.INVITED:
        return "You need an invitation to create an account. Ask an admin of this portal for one."
    return "Nobody can create an account at the moment. Ask an admin of this portal."


def lead(platform: PlatformSettings) -> str:
    """Line above the sign-up form; blank if it is for everyone."""
    if platform.sign_up == SignUp.OPEN:
        return ""
    return f"For e-mail addresses of {_domains(platform)}."


def refusal(platform: PlatformSettings) -> str:
    """Error at an address that may not sign up."""
    if platform.sign_up == SignUp.DOMAINS:
        return f"Use an address of {_domains(platform)}, or ask an admin of this portal for an invitation."
    return closed(platform)


def invitation(row: Invitation) -> str:
    """First line of the page that accepts an invitation."""
    account = {
        Invitation.Role.USER: "an account",
        Invitation.Role.PARTNER: "a partner account",
        Invitation.Role.ADMIN: "an admin account",
    }[Invitation.Role(row.role)]
    return f"You are invited to create {account}."


def _domains(platform: PlatformSettings) -> str:
    return listed(platform.admitted_domains, most=MOST_DOMAINS)
