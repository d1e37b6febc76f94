"""The folder of the demonstration: its own secrets, nobody else's files."""

import json
import stat
from pathlib import Path

import pytest

from core.crypto import KeyRing
from demo import home
from demo.serve import HOST, port_is_free


def test_secrets_are_fresh_and_readable_by_their_owner_only(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    home.prepare(first)
    home.prepare(second)
    kept = json.loads((first / home.SECRETS).read_text("utf-8"))
    assert stat.S_IMODE((first / home.SECRETS).stat().st_mode) == 0o600
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    other = json.loads((second / home.SECRETS).read_text("utf-8"))
    assert not set(kept.values()) & set(other.values())
    KeyRing.parse(kept["keys"], kept["index_key"])


def test_preparing_again_keeps_the_secrets(tmp_path: Path) -> None:
    home.prepare(tmp_path)
    before = (tmp_path / home.SECRETS).read_bytes()
    home.prepare(tmp_path)
    assert (tmp_path / home.SECRETS).read_bytes() == before


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("mine", "utf-8")
    for touch in (home.prepare, home.clear):
        with pytest.raises(home.NotOurs):
            touch(tmp_path)
    assert letter.read_text("utf-8") == "mine"


def test_an_interrupted_build_leaves_no_mark_and_is_begun_again(tmp_path: Path) -> None:
    home.prepare(tmp_path)
    (tmp_path / home.DATABASE).write_bytes(b"half")
    (tmp_path / "files").mkdir()
    assert not home.is_built(tmp_path)
    home.forget_database(tmp_path)
    assert not (tmp_path / home.DATABASE).exists()
    assert not (tmp_path / "files").exists()
    home.mark_built(tmp_path, {"families": {}})
    assert home.is_built(tmp_path)
    assert home.facts(tmp_path) == {"families": {}}


def test_a_port_in_use_is_seen() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not port_is_free(port)
    assert port_is_free(port)
