"""Typed settings, read from the environment (prefix ``ZONE_``) and nowhere else."""

import secrets
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Mode = Literal["production", "demo", "test"]


class UnsafeSettings(ValueError):
    """Production was asked to start with a setting that is only fit for trying things out."""


class Settings(BaseSettings):
    """Everything an installation may decide; unknown ``ZONE_`` names in the env file are refused.

    ``keys`` lists data-encryption keys as ``name:base64`` separated by commas, newest first;
    ``index_key`` feeds the blind indexes. Both are 32 random bytes (``flask keys new``).
    """

    model_config = SettingsConfigDict(env_prefix="ZONE_", env_file_encoding="utf-8", extra="forbid")

    mode: Mode = "production"
    secret_key: SecretStr = SecretStr("")
    keys: SecretStr = SecretStr("")
    index_key: SecretStr = SecretStr("")
    database_url: str = ""
    allow_sqlite: bool = False
    debug: bool = False
    data_dir: Path = Path("instance")
    public_url: str = "http://127.0.0.1:8000"
    helpline: str = "400-000-0000"
    languages: tuple[str, ...] = ("zh", "en")
    max_upload_bytes: int = Field(default=20 * 1024 * 1024, ge=1024)
    solver_seconds: int = Field(default=120, ge=1)
    solver_memory_mib: int = Field(default=1024, ge=128)
    lease_seconds: int = Field(default=20, ge=2)
    reaper_seconds: int = Field(default=5, ge=1)
    queue_url: str = ""
    notice_channels: tuple[str, ...] = ("inbox", "file")
    trusted_proxies: int = Field(default=0, ge=0)
    idle_minutes_staff: int = 30
    idle_minutes_applicant: int = 60
    absolute_hours: int = 12

    @cached_property
    def resolved_database_url(self) -> str:
        """The database asked for, or the SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'zone.db'}"

    @property
    def is_sqlite(self) -> bool:
        return self.resolved_database_url.startswith("sqlite")

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        """Production never starts with debug, missing secrets, or SQLite unless allowed."""
        if self.mode != "production":
            return self
        faults = []
        if self.debug:
            faults.append("ZONE_DEBUG must be off")
        faults.extend(
            f"ZONE_{name.upper()} must be set to a long random value"
            for name in ("secret_key", "keys", "index_key")
            if len(getattr(self, name).get_secret_value()) < 32
        )
        if self.is_sqlite and not self.allow_sqlite:
            faults.append("ZONE_DATABASE_URL must name a PostgreSQL database (or set ZONE_ALLOW_SQLITE=true)")
        if faults:
            raise UnsafeSettings("; ".join(faults))
        return self


def new_secret() -> str:
    """A fresh random secret of 32 bytes, URL-safe base64."""
    return secrets.token_urlsafe(32)
