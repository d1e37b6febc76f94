"""How many pupils leave junior school in a county this year: the measure of its column in the plan."""

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Base, Versioned, new_id
from core.db.types import UTCDateTime


class CountyGraduates(Versioned, Base):
    """A county's graduates (初中毕业生) of a year, as its bureau states them with their basis."""

    __tablename__ = "county_graduates"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    cycle_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cycle.id"))
    county: Mapped[str] = mapped_column(String(6))
    graduates: Mapped[int]
    basis: Mapped[str] = mapped_column(Text)
    stated_by: Mapped[uuid.UUID]
    stated_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("cycle_id", "county"),
        CheckConstraint("graduates >= 0", name="not_negative"),
        CheckConstraint("basis <> ''", name="has_basis"),
    )
