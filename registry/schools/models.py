"""Schools by year, majors by catalogue version, joint two-stage programmes with several owners."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.models import Organisation
from core.db.base import Base, Versioned, new_id
from core.db.types import EnumText, JsonText, UTCDateTime, one_of


class School(Versioned, Base):
    """A secondary vocational school; its staff and scope hang on the organisation."""

    __tablename__ = "school"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), unique=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    county: Mapped[str] = mapped_column(String(6), index=True)
    school_type: Mapped[str] = mapped_column(String(4), default="361")
    ownership: Mapped[str] = mapped_column(String(4), default="21")
    address_zh: Mapped[str] = mapped_column(String(200), default="")
    address_en: Mapped[str] = mapped_column(String(240), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    introduction_zh: Mapped[str] = mapped_column(Text, default="")
    introduction_en: Mapped[str] = mapped_column(Text, default="")
    boarding: Mapped[bool] = mapped_column(default=False)
    organisation: Mapped[Organisation] = relationship()
    names: Mapped[list["SchoolName"]] = relationship(order_by="SchoolName.valid_from", back_populates="school")

    def name(self, language: str, on: dt.date | None = None) -> str:
        """The name in ``zh`` or ``en`` as it was on a day (today's without one)."""
        if on is None:
            return self.organisation.name(language)
        for dated in self.names:
            if dated.holds_on(on):
                return dated.name_en if language == "en" else dated.name_zh
        return self.organisation.name(language)


class SchoolName(Base):
    """A name a school bore from a day until a day, so that old documents stay true."""

    __tablename__ = "school_name"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(160))
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    school: Mapped[School] = relationship(back_populates="names")

    __table_args__ = (
        UniqueConstraint("school_id", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )

    def holds_on(self, day: dt.date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class SchoolYear(Versioned, Base):
    """A school takes part in the joint enrolment of a year, with what its letters of that year say.

    A school that leaves the year keeps the row with the moment and the reason; rejoining clears both.
    """

    __tablename__ = "school_year"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    year: Mapped[int]
    arrival_place: Mapped[str] = mapped_column(String(200), default="")
    arrival_hours: Mapped[str] = mapped_column(String(60), default="")
    bring: Mapped[list[str]] = mapped_column(JsonText, default=list)
    late_sentence: Mapped[str] = mapped_column(String(300), default="")
    letter_pattern: Mapped[str] = mapped_column(String(60), default="{year}{school:10}{serial:05}")
    left_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    left_reason: Mapped[str] = mapped_column(String(200), default="")
    school: Mapped[School] = relationship()

    __table_args__ = (
        UniqueConstraint("school_id", "year"),
        CheckConstraint("(left_at IS NULL) = (left_reason = '')", name="left_says_why"),
    )


class Stage(enum.StrEnum):
    """The secondary stage (中职段) or the college stage (高职段)."""

    SECONDARY = "secondary"
    COLLEGE = "college"


class Major(Base):
    """A major of one catalogue edition; codes are strings and may end in a letter."""

    __tablename__ = "major"

    catalogue_year: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    stage: Mapped[Stage] = mapped_column(EnumText(Stage))
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(100))

    __table_args__ = (one_of("stage", Stage),)

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_zh


class TrainingForm(enum.StrEnum):
    """Programme forms: plain three years, or a through-train of two stages (分段培养方式)."""

    PLAIN = "3"
    THREE_TWO = "3+2"
    THREE_THREE = "3+3"
    FIVE = "5"
    THREE_FOUR = "3+4"


class Programme(Versioned, Base):
    """School × major × form: what a pupil chooses and studies (招生专业)."""

    __tablename__ = "programme"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    catalogue_year: Mapped[int]
    major_code: Mapped[str] = mapped_column(String(8))
    college_catalogue_year: Mapped[int | None]
    college_major_code: Mapped[str | None] = mapped_column(String(8))
    form: Mapped[TrainingForm] = mapped_column(EnumText(TrainingForm))
    years: Mapped[int]
    partner_college_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    tuition_yuan: Mapped[int] = mapped_column(default=0)
    boarding: Mapped[bool] = mapped_column(default=False)
    boarding_yuan: Mapped[int] = mapped_column(default=0)
    note_zh: Mapped[str] = mapped_column(Text, default="")
    note_en: Mapped[str] = mapped_column(Text, default="")
    school: Mapped[School] = relationship()
    partner_college: Mapped[Organisation | None] = relationship()
    major: Mapped[Major] = relationship(
        foreign_keys="[Programme.catalogue_year, Programme.major_code]", overlaps="college_major"
    )
    college_major: Mapped[Major | None] = relationship(
        foreign_keys="[Programme.college_catalogue_year, Programme.college_major_code]", overlaps="major"
    )
    owners: Mapped[list["ProgrammeOwner"]] = relationship(back_populates="programme")

    __table_args__ = (
        ForeignKeyConstraint(["catalogue_year", "major_code"], ["major.catalogue_year", "major.code"]),
        ForeignKeyConstraint(
            ["college_catalogue_year", "college_major_code"], ["major.catalogue_year", "major.code"]
        ),
        one_of("form", TrainingForm),
        CheckConstraint("years BETWEEN 1 AND 8", name="years_in_range"),
        CheckConstraint("(form = '3') = (college_major_code IS NULL)", name="two_stages_name_two_majors"),
        CheckConstraint("tuition_yuan >= 0 AND boarding_yuan >= 0", name="fees_not_negative"),
    )

    @property
    def two_stage(self) -> bool:
        return self.form is not TrainingForm.PLAIN

    def name(self, language: str) -> str:
        """The major's name; of a through-train both stages joined by an arrow."""
        first = self.major.name(language)
        return f"{first} → {self.college_major.name(language)}" if self.college_major else first


class ProgrammeOwner(Base):
    """An organisation that built a joint programme together with others (联合建设单位)."""

    __tablename__ = "programme_owner"

    programme_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    organisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    programme: Mapped[Programme] = relationship(back_populates="owners")
    organisation: Mapped[Organisation] = relationship()
