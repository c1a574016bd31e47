import base64

import pytest
from django.core.exceptions import ImproperlyConfigured

from foundation.encryption import DecryptionFailed, decrypt, encrypt, key_ids

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
ROW = "accounts.githubconnection:abc:token"


@pytest.fixture
def keys(settings):
    def use(*ring):
        settings.PORTAL_KEYS = ",".join(ring)

    use(NEW, OLD)
    return use


@pytest.mark.parametrize("plaintext", [b"", b"x", b"a:b::c", bytes(range(256)) * 1000])
def test_what_was_encrypted_comes_back(keys, plaintext):
    assert decrypt(encrypt(plaintext, context=ROW), context=ROW) == plaintext


def test_the_first_key_encrypts_and_is_named(keys):
    assert encrypt(b"secret", context=ROW).startswith(b"v1:new:")
    assert key_ids() == ["new", "old"]


def test_the_plaintext_does_not_show_and_no_two_ciphertexts_are_alike(keys):
    one, other = encrypt(b"secret", context=ROW), encrypt(b"secret", context=ROW)
    assert b"secret" not in one
    assert one != other


def test_an_older_key_still_opens(keys):
    keys(OLD)
    sealed = encrypt(b"secret", context=ROW)
    keys(NEW, OLD)
    assert decrypt(sealed, context=ROW) == b"secret"


def test_a_key_that_left_the_ring_opens_nothing(keys):
    sealed = encrypt(b"secret", context=ROW)
    keys(OLD)
    with pytest.raises(DecryptionFailed, match="no key b'new' in PORTAL_KEYS"):
        decrypt(sealed, context=ROW)


def test_another_key_of_the_same_name_opens_nothing(keys):
    sealed = encrypt(b"secret", context=ROW)
    keys("new:" + base64.b64encode(b"x" * 32).decode())
    with pytest.raises(DecryptionFailed):
        decrypt(sealed, context=ROW)


def test_a_ciphertext_belongs_to_its_row(keys):
    sealed = encrypt(b"secret", context=ROW)
    with pytest.raises(DecryptionFailed, match="does not belong to accounts.githubconnection:xyz:token"):
        decrypt(sealed, context="accounts.githubconnection:xyz:token")


def test_every_changed_byte_is_noticed(keys):
    sealed = encrypt(b"secret", context=ROW)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(DecryptionFailed):
            decrypt(changed, context=ROW)


def test_every_shorter_text_is_noticed(keys):
    sealed = encrypt(b"secret", context=ROW)
    for length in range(len(sealed)):
        with pytest.raises(DecryptionFailed):
            decrypt(sealed[:length], context=ROW)


def test_the_database_may_give_a_memoryview(keys):
    assert decrypt(memoryview(encrypt(b"secret", context=ROW)), context=ROW) == b"secret"


@pytest.mark.parametrize("ring", ["", "nokey", "a:", "a:####", "a:c2hvcnQ="])
def test_a_malformed_ring_is_a_sentence(keys, ring):
    keys(ring)
    with pytest.raises(ImproperlyConfigured, match="PORTAL_KEYS must read id:base64key"):
        encrypt(b"secret", context=ROW)
