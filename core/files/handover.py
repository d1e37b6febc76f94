"""A file made by a POST and fetched by the GET after it: encrypted, for its maker, for a quarter of an hour.

What is read once (activation codes) is kept nowhere else. The key is of no use to another account, because the
account is part of what the content was encrypted for.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from pathlib import Path

from core import clock
from core.crypto import CryptoError, current_keys
from core.errors import NotVisible

KEPT = dt.timedelta(minutes=15)
_KEY = re.compile(r"(\d{10})-[0-9a-f]{32}")


def hand_over(folder: Path, account_id: uuid.UUID, content: bytes) -> str:
    """Keep ``content`` for its maker; returns the key. What others left past its time is removed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in _expired(folder):
        left.unlink(missing_ok=True)
    key = f"{int((clock.now() + KEPT).timestamp())}-{uuid.uuid4().hex}"
    path = folder / key
    path.touch(mode=0o600)
    path.write_text(current_keys().encrypt(content, _purpose(account_id)), encoding="ascii")
    return key


def handed_over(folder: Path, account_id: uuid.UUID, key: str) -> bytes:
    """The content kept under ``key``; NotVisible for another account's, an unknown one, or one past its time."""
    found = _KEY.fullmatch(key)
    if found is None or int(found[1]) <= clock.now().timestamp():
        raise NotVisible
    try:
        return current_keys().decrypt((folder / key).read_text(encoding="ascii"), _purpose(account_id))
    except (FileNotFoundError, CryptoError) as error:
        raise NotVisible from error


def _expired(folder: Path) -> Iterator[Path]:
    now = clock.now().timestamp()
    for path in folder.iterdir():
        found = _KEY.fullmatch(path.name)
        if found is not None and int(found[1]) <= now:
            yield path


def _purpose(account_id: uuid.UUID) -> str:
    return f"handover.{account_id}"
