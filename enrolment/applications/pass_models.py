"""Pass lists (面试、体检名单): who may choose a programme that asks for an interview or a check, as it was loaded."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Base, new_id
from core.db.triggers import append_only
from core.db.types import EnumText, JsonText, UTCDateTime, one_of
from enrolment.cycles.models import Round
from registry.schools.models import Programme


class PassEffect(enum.StrEnum):
    """What a pupil who is not on the list meets: the programme cannot be chosen, or the choice is skipped."""

    BAR = "bar"
    SKIP = "skip"


class PassList(Base):
    """A programme of a round asks for a list; ``basis`` is the published condition it rests on."""

    __tablename__ = "pass_list"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("round.id"), index=True)
    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"))
    name: Mapped[str] = mapped_column(String(30))
    effect: Mapped[PassEffect] = mapped_column(EnumText(PassEffect))
    basis: Mapped[str] = mapped_column(String(200))
    opened_by: Mapped[uuid.UUID]
    opened_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    round: Mapped[Round] = relationship()
    programme: Mapped[Programme] = relationship()
    loads: Mapped[list["PassListLoad"]] = relationship(
        back_populates="pass_list", order_by="PassListLoad.number.desc()"
    )

    __table_args__ = (
        UniqueConstraint("round_id", "programme_id", "name"),
        one_of("effect", PassEffect),
        CheckConstraint("basis <> ''", name="says_on_what"),
    )

    @property
    def newest(self) -> "PassListLoad | None":
        """The load that counts."""
        return self.loads[0] if self.loads else None


append_only(PassList)


class PassListLoad(Base):
    """One loading of a list: the candidate numbers sorted, and the SHA-256 of them one a line. The newest counts."""

    __tablename__ = "pass_list_load"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    list_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pass_list.id"))
    number: Mapped[int]
    candidates: Mapped[list[str]] = mapped_column(JsonText)
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_by: Mapped[uuid.UUID]
    loaded_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    pass_list: Mapped[PassList] = relationship(back_populates="loads")

    __table_args__ = (
        UniqueConstraint("list_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )


append_only(PassListLoad)
