"""Organisations: the committee, provinces, county bureaus, schools, partner colleges."""

import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.access.kinds import OrganisationKind
from core.db.base import Base, Versioned, new_id
from core.db.types import EnumText, one_of


class Organisation(Versioned, Base):
    """One office or school. ``division`` is its GB/T 2260 code (a school's: its county's)."""

    __tablename__ = "organisation"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[OrganisationKind] = mapped_column(EnumText(OrganisationKind))
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name_zh: Mapped[str] = mapped_column(String(100))
    name_en: Mapped[str] = mapped_column(String(160))
    division: Mapped[str] = mapped_column(String(6), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    parent: Mapped["Organisation | None"] = relationship(remote_side=[id])

    __table_args__ = (one_of("kind", OrganisationKind),)

    def name(self, language: str) -> str:
        """The name in ``zh`` or ``en``."""
        return self.name_en if language == "en" else self.name_zh

    @property
    def province(self) -> str:
        """The division code of its province; empty for the committee and the platform."""
        return f"{self.division[:2]}0000" if self.division else ""
