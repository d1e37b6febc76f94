"""Production refuses what is only fit for trials; a misspelt setting is named, a value never shown."""

from pathlib import Path

import pytest

from core.config import Settings, UnsafeSettings, new_secret, read_settings

GOOD = {
    "ZONE_SECRET_KEY": "w0Xn4lq2Zp8rT6uYc1Bv9mKd3sHf7jGa5eRi",
    "ZONE_KEYS": "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "ZONE_INDEX_KEY": "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=",
    "ZONE_DATABASE_URL": "postgresql://zone@db.invalid/zone",
    "ZONE_PUBLIC_URL": "https://zone.invalid",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def faults_with(environment: pytest.MonkeyPatch, name: str, value: str) -> str:
    environment.setenv(name, value)
    with pytest.raises(UnsafeSettings) as refused:
        read_settings()
    return str(refused.value)


def test_good_production_settings_are_read(environment: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert settings.mode == "production"
    assert settings.resolved_database_url == "postgresql+psycopg://zone@db.invalid/zone"
    assert settings.resolved_backup_dir == Path("instance/backups")


@pytest.mark.parametrize("name", ["ZONE_SECRET_KEY", "ZONE_KEYS", "ZONE_INDEX_KEY"])
@pytest.mark.parametrize(
    "value", ["", "short", "a" * 64, "changeme" * 8, "please-set-an-example-value-of-32-characters"]
)
def test_production_refuses_missing_and_default_secrets(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    told = faults_with(environment, name, value)
    assert f"{name} must be set to a long random value" in told
    assert not value or value not in told


def test_production_refuses_one_secret_for_two_purposes(environment: pytest.MonkeyPatch) -> None:
    assert "must differ" in faults_with(environment, "ZONE_INDEX_KEY", GOOD["ZONE_SECRET_KEY"])


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ZONE_DEBUG", "true", "ZONE_DEBUG must be off"),
        ("ZONE_PUBLIC_URL", "http://zone.invalid", "ZONE_PUBLIC_URL must begin with https://"),
        ("ZONE_DATABASE_URL", "", "must name a PostgreSQL database"),
        ("ZONE_DATABASE_URL", "sqlite:///zone.db", "must name a PostgreSQL database"),
        ("ZONE_DATABASE_URL", "mysql://zone@db.invalid/zone", "must begin with postgresql:// or sqlite:///"),
        ("ZONE_QUEUE_URL", "amqp://broker", "must begin with postgresql:// or sqlite:///"),
        ("ZONE_MODE", "staging", "ZONE_MODE"),
        ("ZONE_LEASE_SECONDS", "1", "ZONE_LEASE_SECONDS"),
        ("ZONE_LEASE_SECONDS", "soon", "ZONE_LEASE_SECONDS"),
        ("ZONE_DATABASE_URI", "x", "ZONE_DATABASE_URI is not a setting (did you mean ZONE_DATABASE_URL?)"),
        ("ZONE_ZEBRA", "x", "ZONE_ZEBRA is not a setting"),
    ],
)
def test_each_fault_is_named(environment: pytest.MonkeyPatch, name: str, value: str, sentence: str) -> None:
    assert sentence in faults_with(environment, name, value)


def test_sqlite_may_be_allowed(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ZONE_DATABASE_URL", "")
    environment.setenv("ZONE_ALLOW_SQLITE", "true")
    assert read_settings().is_sqlite


def test_all_faults_are_told_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ZONE_DEBUG", "true")
    environment.setenv("ZONE_KEYS", "")
    told = faults_with(environment, "ZONE_PUBLIC_URL", "http://zone.invalid")
    assert all(name in told for name in ("ZONE_DEBUG", "ZONE_KEYS", "ZONE_PUBLIC_URL"))


def test_secrets_do_not_show_in_the_text_of_the_settings(environment: pytest.MonkeyPatch) -> None:
    settings = read_settings()
    assert not any(GOOD[name] in repr(settings) for name in ("ZONE_SECRET_KEY", "ZONE_KEYS", "ZONE_INDEX_KEY"))


def test_lists_are_written_with_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ZONE_NOTICE_CHANNELS", "inbox, console")
    assert read_settings().notice_channels == ("inbox", "console")


def test_demo_mode_starts_with_little() -> None:
    assert Settings(mode="demo").is_sqlite


def test_new_secrets_are_strong_and_new() -> None:
    assert len(new_secret()) >= 43
    assert new_secret() != new_secret()
