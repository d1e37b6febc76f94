"""The store: what is put comes back or nothing does; nothing readable and nothing half-written on disk."""

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from core.files.store import Corrupt, FileStore, NotStored, download_name


class Sealed:
    """AES-GCM under a key of the test."""

    def __init__(self) -> None:
        self._cipher = AESGCM(b"k" * 32)

    def encrypt(self, plain: bytes, /) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, None)

    def decrypt(self, stored: bytes, /) -> bytes:
        return self._cipher.decrypt(stored[:12], stored[12:], None)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", Sealed())


def _on_disk(store: FileStore) -> list[Path]:
    return sorted(place for place in store.root.rglob("*") if place.is_file())


@pytest.mark.parametrize("data", [b"", b"x", "欧阳䶮".encode() * 100_000])
def test_what_is_put_comes_back(store: FileStore, data: bytes) -> None:
    sha256 = store.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert sha256 in store
    assert store.get(sha256) == data


def test_nothing_readable_on_disk_and_only_for_the_owner(store: FileStore) -> None:
    store.put(b"SECRET" * 100)
    (place,) = _on_disk(store)
    assert b"SECRET" not in place.read_bytes()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_same_content_lies_there_once(store: FileStore) -> None:
    assert store.put(b"a") == store.put(b"a")
    assert len(_on_disk(store)) == 1


def test_sixteen_writers_of_one_content(store: FileStore) -> None:
    with ThreadPoolExecutor(16) as pool:
        names = set(pool.map(store.put, [b"content"] * 64))
    assert len(names) == 1
    assert len(_on_disk(store)) == 1
    assert store.get(names.pop()) == b"content"


def test_delete_says_whether_there_was_any(store: FileStore) -> None:
    sha256 = store.put(b"a")
    assert store.delete(sha256)
    assert not store.delete(sha256)
    assert sha256 not in store
    with pytest.raises(NotStored):
        store.get(sha256)


def test_changed_byte_is_found(store: FileStore) -> None:
    sha256 = store.put(b"content")
    (place,) = _on_disk(store)
    stored = bytearray(place.read_bytes())
    stored[20] ^= 1
    place.write_bytes(stored)
    with pytest.raises(InvalidTag):
        store.get(sha256)


def test_swapped_files_are_found_and_mended_by_storing_again(store: FileStore) -> None:
    first, second = store.put(b"first"), store.put(b"second")
    places = {sha256: store.root / sha256[:2] / sha256[2:] for sha256 in (first, second)}
    places[first].write_bytes(places[second].read_bytes())
    with pytest.raises(Corrupt):
        store.get(first)
    store.put(b"first")
    assert store.get(first) == b"first"


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63, "a" * 65]
)
def test_only_hashes_name_files(store: FileStore, name: str) -> None:
    for act in (store.get, store.delete, store.__contains__):
        with pytest.raises(ValueError, match="64 hex digits"):
            act(name)


def test_failure_in_the_middle_leaves_nothing(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(b"content")
    assert _on_disk(store) == []


def test_file_is_on_the_disk_before_it_has_its_name(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    happened: list[str] = []
    sync, move = os.fsync, Path.replace

    def seen_sync(handle: int) -> None:
        happened.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    def seen_move(source: Path, target: Path) -> Path:
        happened.append("name")
        return move(source, target)

    monkeypatch.setattr(os, "fsync", seen_sync)
    monkeypatch.setattr(Path, "replace", seen_move)
    store.put(b"content")
    assert happened == ["file", "name", "folder"]


@given(st.text(max_size=200))
def test_download_names_are_always_plain(label: str) -> None:
    name = download_name(label, "3f2a9c01" + "0" * 56, "jpg")
    assert name.endswith("-3f2a9c01.jpg")
    assert len(name) < 80
    assert not set(name) & set('/\\:*?"<>|\r\n\t\0 \u202e')
    assert not name.startswith((".", "-"))


def test_download_name_says_what_it_is() -> None:
    assert download_name("身份证 照片", "3f2a9c01" + "0" * 56, "jpg") == "身份证-照片-3f2a9c01.jpg"
    assert download_name("../../", "3f2a9c01" + "0" * 56, "pdf") == "file-3f2a9c01.pdf"
