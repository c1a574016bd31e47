"""Personal API tokens: creation, acceptance, last use and revocation."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts import api_tokens, services
from accounts.api_tokens import Refused
from accounts.models import ApiToken, User
from foundation.models import AuditEvent


def make(owner, name="laptop"):
    return api_tokens.create(owner, name=name, by=owner)


def accepted(text, *, now=None):
    """First name of the token's owner; None if the token is not accepted."""
    token = api_tokens.accept(text, now=now or timezone.now())
    return token and token.owner.short_name


def test_its_text_is_long_random_and_kept_as_a_hash_alone(carol):
    token, text = make(carol)
    _, other = make(carol, "build server")
    assert re.fullmatch(r"pp_[A-Za-z0-9_-]{43}", text)
    assert text != other
    token.refresh_from_db()
    assert token.digest == hashlib.sha256(text.encode()).hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM accounts_apitoken t")
        assert text[3:] not in cursor.fetchone()[0]


def test_it_opens_as_its_owner_and_nothing_else_does(alice, carol):
    _, text = make(carol)
    token, _ = make(alice)
    assert accepted(text) == "Carol"
    assert [accepted(guess) for guess in ("", "pp_", text[:-1], text.upper(), f" {text}", token.digest)] == [None] * 6


def test_a_revoked_one_opens_nothing_and_stays_revoked_at_its_time(carol):
    token, text = make(carol)
    first = api_tokens.revoke(token, by=carol).revoked_at
    assert accepted(text) is None
    assert api_tokens.revoke(token, by=carol).revoked_at == first
    assert AuditEvent.objects.filter(verb="api_token.revoked").count() == 1


def test_of_a_deactivated_person_it_opens_nothing_until_they_are_back(carol, admin):
    _, text = make(carol)
    services.set_active(carol, False, by=admin)
    assert accepted(text) is None
    services.set_active(carol, True, by=admin)
    assert accepted(text) == "Carol"


def test_its_use_is_noted_once_a_minute(carol, django_assert_num_queries):
    token, text = make(carol)
    noon = timezone.now().replace(hour=12, minute=0, second=0, microsecond=0)
    noted = []
    for seconds in (0, 1, 59, 60, 61):
        accepted(text, now=noon + timedelta(seconds=seconds))
        token.refresh_from_db()
        noted.append((token.last_used_at - noon).seconds)
    assert noted == [0, 0, 0, 60, 60]
    with django_assert_num_queries(1):
        accepted(text, now=noon + timedelta(seconds=90))


def test_one_name_once_while_it_works(alice, carol):
    token, _ = make(carol)
    make(alice)
    with pytest.raises(Refused, match="You already have a token named laptop"):
        make(carol)
    api_tokens.revoke(token, by=carol)
    make(carol)
    assert carol.api_tokens.count() == 2


def test_twenty_work_at_most(carol):
    tokens = [make(carol, f"machine {number}")[0] for number in range(20)]
    with pytest.raises(Refused, match="You have 20 tokens, the maximum"):
        make(carol, "one more")
    api_tokens.revoke(tokens[3], by=carol)
    make(carol, "one more")
    assert carol.api_tokens.filter(revoked_at=None).count() == 20


def test_two_of_one_name_at_the_same_moment_make_one(live_db, carol):
    start = Barrier(2)

    def attempt(_):
        start.wait()
        try:
            make(User.objects.get(pk=carol.pk))
            return "made"
        except Refused:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, range(2))) == ["made", "refused"]
    assert ApiToken.objects.count() == 1


def test_the_trail_names_it_without_its_text(carol):
    token, text = make(carol)
    api_tokens.revoke(token, by=carol)
    events = AuditEvent.objects.filter(target=f"accounts.apitoken:{token.ref}").order_by("pk")
    assert [(event.verb, event.by, event.detail) for event in events] == [
        ("api_token.created", "carol@example.com", {"name": "laptop"}),
        ("api_token.revoked", "carol@example.com", {"name": "laptop"}),
    ]
