"""An admin reads the start of hashes and keys letter by letter, from whether a list finds a row."""

import pytest

from accounts.models import ApiToken
from tests.people import make_admin

LOOKUPS = [
    "/admin/accounts/user/?password__startswith=pbkdf2",
    "/admin/accounts/user/?apitoken__digest__startswith=0",
    "/admin/accounts/user/?q=&o=1&password__regex=^p",
    "/admin/accounts/user/?_to_field=password",
    "/admin/accounts/apitoken/?digest__startswith={digest}",
    "/admin/accounts/apitoken/?owner__password__startswith=pbkdf2",
    "/admin/accounts/invitation/?digest__startswith=0",
    "/admin/accounts/githubconnection/?token_encrypted__contains=a",
    "/admin/accounts/githubconnection/?owner__password__contains=a",
    "/admin/mfa/authenticator/?data__contains=secret",
    "/admin/deployments/deployment/?secrets_encrypted__isnull=0",
    "/admin/deployments/run/?deployment__owner__password__startswith=pbkdf2",
    "/admin/foundation/outboxmessage/?secret_encrypted__isnull=0",
]


@pytest.mark.parametrize("address", LOOKUPS)
def test_no_list_of_the_admin_tells_the_start_of_a_hash(client, carol, address):
    token = ApiToken.objects.create(owner=carol, name="build server", digest="ab" * 32)
    client.force_login(make_admin())
    answer = client.get(address.format(digest=token.digest[:4]))
    assert answer.status_code == 400
    assert b"build server" not in answer.content
