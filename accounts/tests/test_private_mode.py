import pytest

from accounts import private_mode
from accounts.models import User

TO_PARTNERS = (
    "You see everyone's deployments, statements and costs, read only. "
    "Other partners see yours, but not your secrets. You can change only your own. "
    "Everybody can deploy every published module."
)
TO_ADMINS = (
    "Partners see everyone's deployments, statements and costs, read only. Everybody can deploy every published module."
)


@pytest.mark.parametrize(
    ("person", "text"),
    [
        (
            User(),
            "Partners can see your deployments, their logs and costs, not your secrets. "
            "They can't change anything of yours.",
        ),
        (User(is_partner=True), TO_PARTNERS),
        (User(is_staff=True), TO_ADMINS),
        (User(is_staff=True, is_partner=True), TO_ADMINS),
    ],
)
def test_everybody_reads_what_private_mode_opens(person, text):
    banner = private_mode.banner(person)
    assert (banner.title, banner.text) == ("Private Mode is on.", text)
