"""Subject, greeting and sign-off of every e-mail."""

import pytest

from foundation import outbox
from foundation.models import OutboxMessage

LETTER = """Hello,

Tom & Jerry <1.0.0> was removed.

You get this e-mail because you have deployments of it. Destroy them to get none.

Partner Portal
"""


def test_an_email_greets_says_why_it_was_sent_and_how_to_stop_it_and_signs_off():
    why, stop = "you have deployments of it", "Destroy them to get none."
    assert outbox.letter("Tom & Jerry <1.0.0> was removed.\n", why=why, stop=stop) == LETTER


@pytest.mark.django_db
def test_what_is_posted_is_the_whole_letter():
    outbox.post(
        key="one",
        to="alice@example.com",
        subject="Removed",
        text="Tom & Jerry <1.0.0> was removed.",
        why="you have deployments of it",
        stop="Destroy them to get none.",
    )
    assert OutboxMessage.objects.get().text == LETTER
