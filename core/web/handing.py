"""What a POST makes and the page after it shows: kept for the signed-in maker (``core.files.handover``)."""

import uuid
from pathlib import Path

from core.errors import NotVisible
from core.files.handover import hand_over, handed_over
from core.web.actor import current_actor
from core.web.pages import settings


def keep_for_maker(content: bytes) -> str:
    """Keep ``content`` for whoever is signed in, for a quarter of an hour; returns the key for the address."""
    return hand_over(_folder(), _maker(), content)


def kept_for_maker(key: str) -> bytes:
    """What was kept under ``key``; NotVisible for everybody but its maker, and past its time."""
    return handed_over(_folder(), _maker(), key)


def _maker() -> uuid.UUID:
    account_id = current_actor().account_id
    if account_id is None:
        raise NotVisible
    return account_id


def _folder() -> Path:
    return Path(settings().data_dir) / "handover"
