"""Stored files: bytes live encrypted in the content-addressed store, the row tells what they are."""

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, new_id
from core.db.types import UTCDateTime


class StoredFile(Base):
    """One accepted upload. ``sha256`` is of the stored (re-encoded) content."""

    __tablename__ = "stored_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    media_type: Mapped[str] = mapped_column(String(100))
    extension: Mapped[str] = mapped_column(String(10))
    size: Mapped[int]
    stored_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    stored_by: Mapped[uuid.UUID | None]

    __table_args__ = (CheckConstraint("size > 0", name="size_positive"),)
