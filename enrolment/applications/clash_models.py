"""One person with submitted applications in two counties of a round (两地报名): a case both bureaus decide."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, Versioned, new_id
from core.db.triggers import guard, never_removed
from core.db.types import EnumText, UTCDateTime, one_of
from enrolment.applications.models import Application


class ClashState(enum.StrEnum):
    """open → decided by both bureaus alike | ended, because one application was withdrawn."""

    OPEN = "open"
    DECIDED = "decided"
    ENDED = "ended"


class ClashBasis(enum.StrEnum):
    """What a bureau's answer rests on."""

    EXAM = "exam"
    ROLL = "roll"
    FAMILY = "family"


NEITHER = "none"
"""The answer that neither county goes on: both applications are withdrawn."""


class FilingClash(Versioned, Base):
    """The two applications, in the order of their counties' codes, and what each bureau answered.

    An answer is the code of the county that goes on, or ``NEITHER``; ``outcome`` is what both agreed on.
    """

    __tablename__ = "filing_clash"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    one_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    other_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("application.id"), index=True)
    one_county: Mapped[str] = mapped_column(String(6))
    other_county: Mapped[str] = mapped_column(String(6))
    state: Mapped[ClashState] = mapped_column(EnumText(ClashState), default=ClashState.OPEN)
    opened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    one_answer: Mapped[str] = mapped_column(String(6), default="")
    one_basis: Mapped[ClashBasis | None] = mapped_column(EnumText(ClashBasis))
    one_by: Mapped[uuid.UUID | None]
    one_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    other_answer: Mapped[str] = mapped_column(String(6), default="")
    other_basis: Mapped[ClashBasis | None] = mapped_column(EnumText(ClashBasis))
    other_by: Mapped[uuid.UUID | None]
    other_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str] = mapped_column(String(6), default="")
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    one: Mapped[Application] = relationship(foreign_keys=[one_id])
    other: Mapped[Application] = relationship(foreign_keys=[other_id])

    __table_args__ = (
        one_of("state", ClashState),
        CheckConstraint("one_county < other_county", name="two_counties"),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_has_time"),
        CheckConstraint("(one_answer = '') = (one_by IS NULL)", name="one_by_somebody"),
        CheckConstraint("(other_answer = '') = (other_by IS NULL)", name="other_by_somebody"),
        CheckConstraint(
            "(state = 'decided') = (outcome <> '') AND (outcome = '' OR (one_answer = outcome AND "
            "other_answer = outcome AND one_by <> other_by))",
            name="both_agree",
        ),
        Index(
            "uq_filing_clash_open",
            "one_id",
            "other_id",
            unique=True,
            sqlite_where=(state == ClashState.OPEN),
            postgresql_where=(state == ClashState.OPEN),
        ),
    )

    @property
    def counties(self) -> tuple[str, str]:
        """The two counties in the order of their codes."""
        return (self.one_county, self.other_county)

    def application_of(self, county: str) -> Application:
        """The application of one of the two counties."""
        return self.one if county == self.one_county else self.other


guard(FilingClash, "ended", "UPDATE", "OLD.state <> 'open'", "the case is closed")
never_removed(FilingClash, "filing_clash is append-only")
