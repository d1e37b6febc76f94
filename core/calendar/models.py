"""Days that an office entered by hand: they win over the published holiday list."""

import datetime as dt
import uuid

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Versioned, new_id
from core.db.types import UTCDateTime


class CalendarDay(Versioned, Base):
    """One day set as working or free, with the notice it rests on."""

    __tablename__ = "calendar_day"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    day: Mapped[dt.date] = mapped_column(unique=True)
    working: Mapped[bool]
    basis: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
