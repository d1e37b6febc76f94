"""Files between a POST and the GET after it: for their maker, for a quarter of an hour, unreadable on disk."""

import uuid
from pathlib import Path

import pytest
from flask import Flask

from core import clock
from core.errors import NotVisible
from core.files.handover import KEPT, hand_over, handed_over

ME, OTHER = uuid.uuid4(), uuid.uuid4()


def test_only_the_maker_reads_it_and_only_for_a_while(context: Flask, tmp_path: Path) -> None:
    with clock.frozen(clock.now()) as now:
        key = hand_over(tmp_path, ME, b"%PDF secret")
        assert handed_over(tmp_path, ME, key) == b"%PDF secret"
        assert b"secret" not in (tmp_path / key).read_bytes()
        assert (tmp_path / key).stat().st_mode & 0o077 == 0
        with pytest.raises(NotVisible):
            handed_over(tmp_path, OTHER, key)
        now.advance(KEPT)
        with pytest.raises(NotVisible):
            handed_over(tmp_path, ME, key)
        hand_over(tmp_path, OTHER, b"later")
        assert not (tmp_path / key).exists()


@pytest.mark.parametrize("key", ["", "x", "../../etc/passwd", "9999999999-" + "0" * 32])
def test_unknown_keys_are_not_found(context: Flask, tmp_path: Path, key: str) -> None:
    with pytest.raises(NotVisible):
        handed_over(tmp_path, ME, key)
