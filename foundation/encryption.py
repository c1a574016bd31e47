"""Secrets at rest: AES-256-GCM with a key ring, each ciphertext bound to the row that holds it."""

import base64
import binascii
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

VERSION = b"v1"
NONCE_BYTES = 12
LONGEST_ID = 60  # characters of a key's id that are shown


class DecryptionFailed(Exception):
    """The ciphertext was changed, moved to another row, or made with a key that is not in the ring.

    `missing_key` is the id of that key, and blank for the other two.
    """

    def __init__(self, message: str = "", *, missing_key: str = "") -> None:
        super().__init__(message)
        self.missing_key = missing_key


@lru_cache(maxsize=4)
def _ring(text: str) -> dict[str, AESGCM]:
    try:
        pairs = [entry.strip().split(":", 1) for entry in text.split(",")]
        return {key_id: AESGCM(base64.b64decode(key, validate=True)) for key_id, key in pairs}
    except (ValueError, binascii.Error) as error:
        raise ImproperlyConfigured(
            "PORTAL_KEYS must read id:base64key[,id:base64key], each key 32 random bytes in base64."
        ) from error


def key_ids() -> list[str]:
    """The ids in the ring, the one that encrypts first; raises ImproperlyConfigured when PORTAL_KEYS is malformed."""
    return list(_ring(settings.PORTAL_KEYS))


def encrypt(plaintext: bytes, *, context: str) -> bytes:
    """Ciphertext `v1:<key id>:<nonce><ciphertext>` of `plaintext`; `context` names its row and field."""
    key_id, key = next(iter(_ring(settings.PORTAL_KEYS).items()))
    nonce = os.urandom(NONCE_BYTES)
    return b":".join([VERSION, key_id.encode(), nonce + key.encrypt(nonce, plaintext, context.encode())])


def decrypt(token: bytes, *, context: str) -> bytes:
    """The plaintext of a ciphertext made by `encrypt` for the same `context`; raises DecryptionFailed."""
    version, _, rest = bytes(token).partition(b":")
    key_id, _, sealed = rest.partition(b":")
    name = key_id.decode(errors="replace")
    key = _ring(settings.PORTAL_KEYS).get(name)
    if version != VERSION:
        raise DecryptionFailed("not a ciphertext of this portal")
    if key is None:
        raise DecryptionFailed(f"no key {key_id!r} in PORTAL_KEYS", missing_key=name[:LONGEST_ID])
    try:
        return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: truncated within the nonce
        raise DecryptionFailed(f"ciphertext does not belong to {context}") from error
