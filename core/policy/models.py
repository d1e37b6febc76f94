"""Policy sheets in force in this installation: dated, versioned, never changed once stored."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, new_id
from core.db.triggers import append_only
from core.db.types import JsonText, UTCDateTime


class StoredPolicySheet(Base):
    """One version of one sheet. A new rule is a new row with a later ``effective_from``."""

    __tablename__ = "policy_sheet"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(30))
    scope: Mapped[str] = mapped_column(String(6))
    sheet_version: Mapped[str] = mapped_column(String(40))
    effective_from: Mapped[dt.date]
    effective_to: Mapped[dt.date | None]
    body: Mapped[dict[str, Any]] = mapped_column(JsonText)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    stored_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("kind", "scope", "sheet_version"),
        CheckConstraint("effective_to IS NULL OR effective_to >= effective_from", name="dates_in_order"),
    )


append_only(StoredPolicySheet)
