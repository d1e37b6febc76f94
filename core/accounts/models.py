"""Accounts, role grants, sign-in sessions, activation and recovery codes, throttle counters."""

import datetime as dt
import enum
import uuid

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from core.access.models import Organisation
from core.access.roles import Role
from core.crypto import EncryptedText, blind_index
from core.db.base import Base, Versioned, new_id
from core.db.types import EnumText, UTCDateTime, one_of


class AccountState(enum.StrEnum):
    """``pending`` has no password yet; ``frozen`` was stopped by its owner, ``disabled`` by an officer."""

    PENDING = "pending"
    ACTIVE = "active"
    FROZEN = "frozen"
    DISABLED = "disabled"


class Account(Versioned, Base):
    """A person who may sign in. ``sign_in_name`` is not an ID number and not a phone number."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    sign_in_name: Mapped[str] = mapped_column(String(80), unique=True)
    display_name: Mapped[str] = mapped_column(EncryptedText("account.display_name"))
    state: Mapped[AccountState] = mapped_column(EnumText(AccountState), default=AccountState.PENDING)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    phone: Mapped[str | None] = mapped_column(EncryptedText("account.phone"))
    phone_index: Mapped[str | None] = mapped_column(String(64), index=True)
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText("account.totp_secret"))
    totp_last_step: Mapped[int] = mapped_column(default=0)
    language: Mapped[str] = mapped_column(String(5), default="zh")
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    grants: Mapped[list["RoleGrant"]] = relationship(back_populates="account", order_by="RoleGrant.given_at")

    __table_args__ = (
        one_of("state", AccountState),
        CheckConstraint("state <> 'active' OR password_hash IS NOT NULL", name="active_has_password"),
    )

    @validates("phone")
    def _index_phone(self, _key: str, value: str | None) -> str | None:
        self.phone_index = blind_index("phone", value) if value else None
        return value


class RoleGrant(Base):
    """A role given to an account for an organisation, from a day until a day (or for good)."""

    __tablename__ = "role_grant"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(EnumText(Role))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organisation.id"))
    given_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    given_by: Mapped[uuid.UUID | None]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    account: Mapped[Account] = relationship(back_populates="grants")
    organisation: Mapped[Organisation | None] = relationship()

    __table_args__ = (
        one_of("role", Role),
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )


class SignInSession(Base):
    """One signed-in browser. Only the SHA-256 of its token is kept; ``device`` is a word for its owner."""

    __tablename__ = "sign_in_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    revoked_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    second_factor_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(60), default="")
    account: Mapped[Account] = relationship()


class CodePurpose(enum.StrEnum):
    """What a one-time code opens."""

    ACTIVATION = "activation"
    RECOVERY = "recovery"


class OneTimeCode(Base):
    """A one-time code, kept as a keyed hash: activation slips, recovery codes for the second factor.

    A used code and a code replaced by a later one both carry ``used_at``.
    """

    __tablename__ = "one_time_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[CodePurpose] = mapped_column(EnumText(CodePurpose))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    used_at: Mapped[dt.datetime | None] = mapped_column(UTCDateTime)
    account: Mapped[Account] = relationship()

    __table_args__ = (one_of("purpose", CodePurpose),)


class ThrottleCounter(Base):
    """Tries counted for one key (a hash of what is guarded, with or without the address).

    ``last_at`` is the last try that was let through; waiting is counted from it.
    """

    __tablename__ = "throttle_counter"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    bucket: Mapped[str] = mapped_column(String(100))
    failures: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[dt.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        UniqueConstraint("bucket"),
        CheckConstraint("failures >= 0", name="failures_counted"),
        Index("ix_throttle_counter_last_at", "last_at"),
    )
