"""Typed settings, read from the environment (prefix ``ZONE_``) and nowhere else."""

import difflib
import os
import secrets
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import click
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Mode = Literal["production", "demo", "test"]
Words = Annotated[tuple[str, ...], NoDecode]

PREFIX = "ZONE_"
TEST_PREFIX = "ZONE_TEST_"
"""Names the test suite passes to itself; they are no settings."""

_SECRETS = ("secret_key", "keys", "index_key")
_PLACEHOLDERS = ("changeme", "change-me", "change_me", "example", "default", "placeholder", "password")
_MIN_SECRET = 32
_MIN_DISTINCT = 12


class UnsafeSettings(click.ClickException):
    """The settings are wrong, or only fit for trying things out; one line a fault, never a value."""

    exit_code = 2

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("the settings are not fit to start:\n  " + "\n  ".join(self.faults))

    def __str__(self) -> str:
        return self.message


class Settings(BaseSettings):
    """Everything an installation may decide. Read it with ``read_settings``, which names every fault.

    ``keys`` lists data-encryption keys as ``name:base64`` separated by commas, newest first;
    ``index_key`` feeds the blind indexes. Both are 32 random bytes (``python -m core.cli keys new``).
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", hide_input_in_errors=True)

    mode: Mode = "production"
    secret_key: SecretStr = SecretStr("")
    keys: SecretStr = SecretStr("")
    index_key: SecretStr = SecretStr("")
    database_url: str = ""
    allow_sqlite: bool = False
    debug: bool = False
    data_dir: Path = Path("instance")
    backup_dir: Path | None = None
    pg_bin_dir: Path | None = None
    public_url: str = "http://127.0.0.1:8000"
    helpline: str = "400-000-0000"
    languages: Words = ("zh", "en")
    max_upload_bytes: int = Field(default=20 * 1024 * 1024, ge=1024)
    solver_seconds: int = Field(default=120, ge=1)
    solver_memory_mib: int = Field(default=1024, ge=128)
    lease_seconds: int = Field(default=20, ge=2)
    reaper_seconds: int = Field(default=5, ge=1)
    grace_seconds: int = Field(default=20, ge=1)
    queue_url: str = ""
    notice_channels: Words = ("inbox", "file")
    trusted_proxies: int = Field(default=0, ge=0)
    idle_minutes_staff: int = Field(default=30, ge=1)
    idle_minutes_applicant: int = Field(default=60, ge=1)
    absolute_hours: int = Field(default=12, ge=1)
    metrics_token: SecretStr = SecretStr("")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    min_free_mib: int = Field(default=512, ge=0)
    backup_max_hours: int = Field(default=26, ge=1)
    queue_max_seconds: int = Field(default=120, ge=1)

    @field_validator("languages", "notice_channels", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        """Lists are written with commas."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("database_url", "queue_url")
    @classmethod
    def _name_driver(cls, value: str) -> str:
        """SQLite or PostgreSQL; the driver in the address is ours to choose."""
        if value.startswith("postgresql://"):
            value = "postgresql+psycopg://" + value.removeprefix("postgresql://")
        if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value

    @cached_property
    def resolved_database_url(self) -> str:
        """The database asked for, or the SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'zone.db'}"

    @cached_property
    def resolved_backup_dir(self) -> Path:
        """Where backups are kept: as set, or ``backups`` in the data directory."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def is_sqlite(self) -> bool:
        return self.resolved_database_url.startswith("sqlite")

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        """Unknown names are refused everywhere; production never starts with what is fit for trials only."""
        faults = list(_unknown_names(os.environ))
        if self.mode == "production":
            faults += self._production_faults()
        if faults:
            raise UnsafeSettings(faults)
        return self

    def _production_faults(self) -> list[str]:
        faults = []
        if self.debug:
            faults.append("ZONE_DEBUG must be off in production")
        faults.extend(
            f"ZONE_{name.upper()} must be set to a long random value (python -m core.cli keys new)"
            for name in _SECRETS
            if _is_weak(getattr(self, name).get_secret_value())
        )
        values = [getattr(self, name).get_secret_value() for name in _SECRETS]
        if all(values) and len(set(values)) < len(values):
            faults.append("ZONE_SECRET_KEY, ZONE_KEYS and ZONE_INDEX_KEY must differ from each other")
        if self.is_sqlite and not self.allow_sqlite:
            faults.append("ZONE_DATABASE_URL must name a PostgreSQL database (or set ZONE_ALLOW_SQLITE=true)")
        if not self.public_url.startswith("https://"):
            faults.append("ZONE_PUBLIC_URL must begin with https://")
        return faults


def read_settings() -> Settings:
    """The settings of this process from its environment; UnsafeSettings names each fault, never a value."""
    try:
        return Settings()
    except ValidationError as error:
        raise UnsafeSettings(_sentence(fault) for fault in error.errors(include_input=False)) from None


def _sentence(fault: Any) -> str:
    name = "_".join(str(part) for part in fault["loc"][:1]).upper()
    return f"{PREFIX}{name}: {fault['msg']}"


def _unknown_names(environment: Iterable[str]) -> Iterable[str]:
    """A misspelt setting must not be silently without effect."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    for name in sorted(environment):
        upper = name.upper()
        if upper.startswith(PREFIX) and not upper.startswith(TEST_PREFIX) and upper not in known:
            near = difflib.get_close_matches(upper, known, n=1)
            yield f"{name} is not a setting" + (f" (did you mean {near[0]}?)" if near else "")


def _is_weak(secret: str) -> bool:
    """Too short, too uniform, or one of the words people leave in templates."""
    lowered = secret.lower()
    return (
        len(secret) < _MIN_SECRET
        or len(set(secret)) < _MIN_DISTINCT
        or any(word in lowered for word in _PLACEHOLDERS)
    )


def new_secret() -> str:
    """A fresh random secret of 32 bytes, URL-safe base64."""
    return secrets.token_urlsafe(32)
