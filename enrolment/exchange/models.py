"""Keys of bureaus, the packages sent and taken in, and the results that came by package."""

import datetime as dt
import enum
import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.crypto import EncryptedText
from core.db.base import Base, Versioned, new_id
from core.db.triggers import append_only, guard
from core.db.types import EnumText, JsonText, UTCDateTime, WordsText, one_of
from core.files.models import StoredFile
from core.words import Words
from enrolment.applications.models import Applicant
from enrolment.exchange.packages import Kind


class KeyState(enum.StrEnum):
    """proposed → confirmed by another person → retired; or refused."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    RETIRED = "retired"
    REFUSED = "refused"


class ExchangeKey(Versioned, Base):
    """A bureau's public keys as another bureau (or itself) has confirmed them.

    ``holder`` is the county bureau that relies on the key, ``county`` the one whose key it is; of the own key the
    private halves are kept as well, encrypted. One person enters a key, another compares its fingerprint.
    """

    __tablename__ = "exchange_key"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    holder: Mapped[str] = mapped_column(String(6))
    county: Mapped[str] = mapped_column(String(6))
    public: Mapped[str] = mapped_column(String(120))
    private: Mapped[str | None] = mapped_column(EncryptedText("exchange_key.private"))
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[KeyState] = mapped_column(EnumText(KeyState), default=KeyState.PROPOSED)
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        one_of("state", KeyState),
        CheckConstraint("(private IS NOT NULL) = (holder = county)", name="own_key_has_private"),
        CheckConstraint("decided_by IS NULL OR decided_by <> proposed_by", name="two_persons"),
        CheckConstraint("(state = 'proposed') = (decided_by IS NULL)", name="decided_by_somebody"),
        Index(
            "uq_exchange_key_confirmed",
            "holder",
            "county",
            unique=True,
            sqlite_where=(state == KeyState.CONFIRMED),
            postgresql_where=(state == KeyState.CONFIRMED),
        ),
    )


guard(
    ExchangeKey,
    "kept",
    "UPDATE",
    "OLD.public <> NEW.public OR OLD.fingerprint <> NEW.fingerprint OR OLD.holder <> NEW.holder "
    "OR OLD.county <> NEW.county OR OLD.state IN ('retired', 'refused')",
    "a key is not changed",
)


class Way(enum.StrEnum):
    """Out of this installation, or into it."""

    SENT = "sent"
    TAKEN = "taken"
    SET_ASIDE = "set_aside"


class ExchangePackage(Base):
    """One package that was made here, taken in here, or read and set aside. Append-only.

    Between two bureaus packages are numbered from 1 and each names the one before by its SHA-256, so none can be
    left out, put in or taken twice. ``counts`` says what it held or did.
    """

    __tablename__ = "exchange_package"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    way: Mapped[Way] = mapped_column(EnumText(Way))
    kind: Mapped[Kind] = mapped_column(EnumText(Kind))
    year: Mapped[int]
    sender: Mapped[str] = mapped_column(String(6))
    receiver: Mapped[str] = mapped_column(String(6))
    number: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    file_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("stored_file.id"))
    counts: Mapped[dict[str, Any]] = mapped_column(JsonText, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    acted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    acted_by_label: Mapped[str] = mapped_column(String(200))
    acted_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    file: Mapped[StoredFile] = relationship()

    __table_args__ = (
        one_of("way", Way),
        one_of("kind", Kind),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("sender <> receiver", name="two_bureaus"),
        CheckConstraint("way <> 'set_aside' OR note <> ''", name="set_aside_says_why"),
        Index(
            "uq_exchange_package_sent",
            "sender",
            "receiver",
            "number",
            unique=True,
            sqlite_where=(way == Way.SENT),
            postgresql_where=(way == Way.SENT),
        ),
        Index(
            "uq_exchange_package_received",
            "sender",
            "receiver",
            "number",
            unique=True,
            sqlite_where=(way != Way.SENT),
            postgresql_where=(way != Way.SENT),
        ),
    )


append_only(ExchangePackage)


class ExchangeResult(Base):
    """A pupil's result as a package of results told it: the place, or none. Append-only."""

    __tablename__ = "exchange_result"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    package_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("exchange_package.id"))
    applicant_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("applicant.id"))
    round_number: Mapped[int]
    programme_code: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[Words | None] = mapped_column(WordsText)
    rank: Mapped[int | None]
    adjusted: Mapped[bool] = mapped_column(default=False)
    applicant: Mapped[Applicant] = relationship()

    __table_args__ = (
        UniqueConstraint("package_id", "applicant_id"),
        CheckConstraint(
            "(programme_code = '') = (place IS NULL) AND (programme_code = '') = (rank IS NULL)",
            name="placed_has_place_and_rank",
        ),
    )


append_only(ExchangeResult)
