import pytest
from allauth.account.internal.flows.login import record_authentication
from django.test import RequestFactory

from accounts import repositories, services


@pytest.fixture
def signed_in(client):
    """Signs the test's client in, as with a password entered just now: `signed_in(alice)`."""

    def sign_in(person):
        client.force_login(person)
        request = RequestFactory().get("/")
        request.session = client.session
        record_authentication(request, person, method="password")
        request.session.save()
        return client

    return sign_in


@pytest.fixture
def connection(github, alice):
    """Alice's connection: a classic token, no repository chosen, its list of repositories read."""
    return connect(alice, token="ghp_demo_alice", by=alice)


@pytest.fixture
def platform_connection(github, admin):
    return connect(None, token="ghp_demo_platform", by=admin)


def connect(owner, *, token, by):
    made = services.save_token(owner, token=token, by=by)
    repositories.refresh(made.pk)
    made.refresh_from_db()
    return made
