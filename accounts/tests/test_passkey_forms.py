"""What no browser sends as a passkey is refused like a wrong one: no page answers 500, and nobody gets in."""

import base64
import json

import pytest
from allauth.mfa.models import Authenticator

BYTES = "QUJD"
# As a browser sends it, but the public key in it is cut after its first byte.
ATTESTATION = (
    b"\xa3cfmtdnonegattStmt\xa0hauthDataY\x00\x3d" + bytes(32) + b"\xc5" + bytes(20) + b"\x00\x05" + bytes(5) + b"\x1b"
)


def attested(cbor: bytes) -> str:
    """A new passkey with this in place of what the authenticator says."""
    said = base64.urlsafe_b64encode(cbor).decode().rstrip("=")
    response = {"clientDataJSON": "e30", "attestationObject": said, "authenticatorData": said, "signature": BYTES}
    return json.dumps({"id": BYTES, "rawId": BYTES, "type": "public-key", "response": response})


NOT_A_PASSKEY = [
    "",
    "{",
    "null",
    "5",
    "[]",
    '"x"',
    "{}",
    "[" * 5000,
    '{"a":' * 5000,
    "1" * 5000,
    "NaN",
    *(attested(cbor) for cbor in (b"\xa1" * 3000, b"\x1b", b"\xa1\x01", b"\xa1\x81\x01\x02", ATTESTATION)),
    json.dumps({"id": "x", "rawId": "x", "type": "public-key", "response": {}}),
    json.dumps({"id": 5, "rawId": 5, "type": "public-key", "response": {"userHandle": 5}}),
    json.dumps({"id": BYTES, "rawId": BYTES, "type": "public-key", "response": []}),
    json.dumps(
        {
            "id": BYTES,
            "rawId": BYTES,
            "type": "public-key",
            "response": {
                "clientDataJSON": BYTES,
                "attestationObject": BYTES,
                "authenticatorData": BYTES,
                "signature": BYTES,
                "userHandle": "!!",
            },
        }
    ),
    json.dumps(
        {
            "id": BYTES,
            "rawId": BYTES,
            "type": "public-key",
            "response": {
                "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0IiwiY2hhbGxlbmdlIjoiIiwib3JpZ2luIjoiIn0",
                "attestationObject": "oA",
                "authenticatorData": "A" * 60,
                "signature": BYTES,
                "userHandle": "____",
            },
        }
    ),
]


@pytest.mark.django_db
@pytest.mark.parametrize("text", NOT_A_PASSKEY, ids=range(len(NOT_A_PASSKEY)))
def test_it_signs_nobody_in(client, settings, text):
    settings.ACCOUNT_RATE_LIMITS = settings.MFA_RATE_LIMITS = False
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": text})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/")
    assert client.get("/profile/").status_code == 302


@pytest.mark.parametrize("text", NOT_A_PASSKEY, ids=range(len(NOT_A_PASSKEY)))
def test_it_is_not_added(signed_in, carol, text):
    browser = signed_in(carol)
    browser.get("/accounts/2fa/webauthn/add/")
    answer = browser.post("/accounts/2fa/webauthn/add/", {"name": "x", "credential": text})
    assert answer.status_code == 422
    assert not Authenticator.objects.exists()


@pytest.mark.django_db
def test_a_user_handle_of_somebody_else_signs_nobody_in(client, carol):
    client.get("/accounts/2fa/webauthn/login/", headers={"Accept": "application/json"})
    forged = {"id": BYTES, "rawId": BYTES, "type": "public-key", "response": {"userHandle": str(carol.pk)}}
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(forged)})
    assert answer["Location"] == "/accounts/login/"
