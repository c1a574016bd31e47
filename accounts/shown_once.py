"""Secrets that a page shows once, after the post that made them: until then encrypted in the session.

Without this the answer to the post would show them, and a reload of it would post again.
"""

import base64
import json

from accounts.requests import SignedInRequest
from foundation import encryption


def put(request: SignedInRequest, name: str, texts: dict[str, str]) -> None:
    sealed = encryption.encrypt(json.dumps(texts).encode(), context=_context(request, name))
    request.session[_key(name)] = base64.b64encode(sealed).decode()


def take(request: SignedInRequest, name: str) -> dict[str, str]:
    """The texts that were put under this name; nothing the second time."""
    sealed = request.session.pop(_key(name), "")
    try:
        return json.loads(encryption.decrypt(base64.b64decode(sealed), context=_context(request, name)))
    except encryption.DecryptionFailed:
        return {}


def _key(name: str) -> str:
    return f"shown_once:{name}"


def _context(request: SignedInRequest, name: str) -> str:
    return f"session:{request.user.ref}:{name}"
