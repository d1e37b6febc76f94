"""Encrypted columns: bound to key and purpose, altered values are noticed, equal values meet in the index."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import crypto
from core.crypto import CryptoError, EncryptedText, FileCipher, KeyRing, blind_index, current_keys, use_keys

A = base64.urlsafe_b64encode(b"a" * 32).decode()
B = base64.urlsafe_b64encode(b"b" * 32).decode()
RING = KeyRing.parse(f"new:{A}, old:{B}", B)


@pytest.fixture(autouse=True)
def _ring() -> Iterator[None]:
    before = crypto._Current.ring
    use_keys(RING)
    yield
    crypto._Current.ring = before


@given(st.binary(max_size=200))
def test_what_is_encrypted_comes_back(plain: bytes) -> None:
    assert RING.decrypt(RING.encrypt(plain, "p"), "p") == plain


def test_equal_values_never_look_equal() -> None:
    assert RING.encrypt(b"x", "p") != RING.encrypt(b"x", "p")


def test_the_first_key_encrypts_and_all_decrypt() -> None:
    assert RING.encrypt(b"x", "p").startswith("new:")
    old = KeyRing.parse(f"old:{B}", B).encrypt(b"x", "p")
    assert RING.decrypt(old, "p") == b"x"
    assert RING.newest == "new"


@pytest.mark.parametrize("change", ["purpose", "byte", "key", "unknown"])
def test_a_value_moved_or_altered_does_not_open(change: str) -> None:
    stored, purpose = RING.encrypt(b"310118200901010001", "person.document_number"), "person.document_number"
    if change == "purpose":
        purpose = "applicant.document_number"
    elif change == "byte":
        raw = bytearray(base64.b64decode(stored.partition(":")[2]))
        raw[-1] ^= 1
        stored = "new:" + base64.b64encode(raw).decode()
    elif change == "key":
        stored = stored.replace("new:", "old:")
    else:
        stored = stored.replace("new:", "lost:")
    with pytest.raises(CryptoError):
        RING.decrypt(stored, purpose)


@pytest.mark.parametrize("keys", ["", "nameless", f":{A}", "short:YWJj", "bad:§§§"])
def test_malformed_keys_are_refused(keys: str) -> None:
    with pytest.raises(CryptoError):
        KeyRing.parse(keys, A)


def test_without_a_ring_nothing_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crypto._Current, "ring", None)
    with pytest.raises(CryptoError):
        current_keys()


def test_equal_values_meet_in_the_index_of_one_purpose_and_key() -> None:
    assert blind_index("phone", "13800000000") == blind_index("phone", "13800000000")
    assert blind_index("phone", "13800000000") != blind_index("document", "13800000000")
    first = blind_index("phone", "13800000000")
    use_keys(KeyRing.parse(f"new:{A}", A))
    assert blind_index("phone", "13800000000") != first


def test_columns_and_files_use_the_ring() -> None:
    column = EncryptedText("probe")
    stored = column.process_bind_param("𬭎〇", None)
    assert stored is not None
    assert "𬭎" not in stored
    assert column.process_result_value(stored, None) == "𬭎〇"
    assert column.process_bind_param(None, None) is None
    assert FileCipher().decrypt(FileCipher().encrypt(b"paper")) == b"paper"
