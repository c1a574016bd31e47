from accounts.models.github import (
    OWNER_MAY_PUBLISH,
    AccessibleRepository,
    ConnectionQuerySet,
    GitHubConnection,
    looked_after,
)
from accounts.models.invitations import Invitation, InvitationQuerySet
from accounts.models.people import PLATFORM_SLUG, PeopleManager, User, short_name
from accounts.models.platform import PlatformSettings, SignUp, TwoFactor
from accounts.models.tokens import ApiToken
from accounts.models.unsent import UnsentForm

__all__ = [
    "AccessibleRepository",
    "ApiToken",
    "ConnectionQuerySet",
    "GitHubConnection",
    "Invitation",
    "InvitationQuerySet",
    "OWNER_MAY_PUBLISH",
    "PLATFORM_SLUG",
    "PeopleManager",
    "PlatformSettings",
    "SignUp",
    "TwoFactor",
    "UnsentForm",
    "User",
    "looked_after",
    "short_name",
]
