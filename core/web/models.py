"""Idempotency tokens: the same form sent twice has one effect and one answer."""

import datetime as dt
import uuid

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base
from core.db.types import UTCDateTime


class RequestToken(Base):
    """A used token. ``location`` is where the first request sent its user; empty until it has answered."""

    __tablename__ = "request_token"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[uuid.UUID | None]
    endpoint: Mapped[str] = mapped_column(String(120))
    used_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    location: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (Index("ix_request_token_used_at", "used_at"),)
