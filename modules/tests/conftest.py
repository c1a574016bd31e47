import pytest

from accounts import api_tokens
from modules.models import Module
from modules.tests.published_versions import make_module
from modules.tests.registry_protocol import HOST


@pytest.fixture
def ask(client, settings):
    """Gives the answer to a person's token: `ask(carol, path)`; for None one without a token."""
    settings.ALLOWED_HOSTS = [HOST]
    texts = {}

    def get(person, path, method="GET"):
        if person and person not in texts:
            texts[person] = api_tokens.create(person, name="terminal", by=person)[1]
        headers = {"Authorization": f"Bearer {texts[person]}"} if person else {}
        return client.generic(method, path, headers={"Host": HOST} | headers, secure=True)

    return get


@pytest.fixture
def greeting(alice):
    """Alice's module of three versions, for everyone, at alice/greeting/terraform."""
    return make_module(alice, slug="greeting", audience=Module.Audience.EVERYONE)
