"""The demonstration's own folder: fresh secrets readable by their owner only, one SQLite file."""

import base64
import json
import os
import secrets
import shutil
from pathlib import Path
from typing import Any, Final

from core.config import PREFIX, Settings, new_secret

SECRETS: Final = "secrets.json"
BUILT: Final = "built.json"
DATABASE: Final = "zone.db"


class NotOurs(Exception):
    """The folder holds something that is no demonstration; nothing in it is touched."""


def prepare(folder: Path) -> None:
    """Make the folder and its secrets, once. Raises NotOurs for a folder with other things in it."""
    _demand_ours(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder / SECRETS).exists():
        _write(folder / SECRETS, _new_secrets())


def clear(folder: Path) -> None:
    """Throw an earlier demonstration away. Raises NotOurs for a folder that is none."""
    _demand_ours(folder)
    shutil.rmtree(folder, ignore_errors=True)


def is_built(folder: Path) -> bool:
    """Whether a build came to its end; an interrupted one leaves no mark and is begun again."""
    return (folder / BUILT).exists()


def mark_built(folder: Path, facts: dict[str, object]) -> None:
    """Write down that the build is complete, and what it holds."""
    _write(folder / BUILT, facts)


def facts(folder: Path) -> dict[str, Any]:
    """What the complete build holds: the sign-in names of the families, rows, audit entries."""
    kept: dict[str, Any] = json.loads((folder / BUILT).read_text("utf-8"))
    return kept


def forget_database(folder: Path) -> None:
    """Remove what an interrupted build left: the database, its journal, the stored files."""
    for name in (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", "bell.db", BUILT):
        (folder / name).unlink(missing_ok=True)
    for name in ("files", "outbox", "metrics"):
        shutil.rmtree(folder / name, ignore_errors=True)


def environment(folder: Path, port: int) -> dict[str, str]:
    """The settings of the demonstration as environment variables, for this process and its children."""
    kept = json.loads((folder / SECRETS).read_text("utf-8"))
    values = {
        "mode": "demo",
        "secret_key": kept["secret_key"],
        "keys": kept["keys"],
        "index_key": kept["index_key"],
        "data_dir": str(folder.resolve()),
        "database_url": f"sqlite:///{(folder / DATABASE).resolve()}",
        "public_url": f"http://127.0.0.1:{port}",
        "notice_channels": "inbox,file",
        "log_level": "warning",
    }
    return {f"{PREFIX}{name.upper()}": value for name, value in values.items()}


def settings(folder: Path, port: int) -> Settings:
    """The settings of the demonstration; foreign ``ZONE_`` variables of the shell are left out."""
    for name in [one for one in os.environ if one.startswith(PREFIX)]:
        del os.environ[name]
    os.environ.update(environment(folder, port))
    return Settings()


def _demand_ours(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / SECRETS).exists():
        raise NotOurs(str(folder))


def _new_secrets() -> dict[str, str]:
    return {"secret_key": new_secret(), "keys": f"demo1:{_key()}", "index_key": _key()}


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write(path: Path, content: dict[str, str] | dict[str, object]) -> None:
    """Whole or not at all, readable by the owner only."""
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
    draft.replace(path)
