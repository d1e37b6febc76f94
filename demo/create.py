"""Making the database and building the zone in it."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import func, select

from core.audit.verification import verify
from core.config import Settings
from core.db import Base, db
from demo import home
from demo.build import STAGES, Builder
from demo.scale import Scale
from demo.signins import names_of
from demo.stages import Progress

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


class BrokenChain(RuntimeError):
    """The audit chain of a fresh build does not hold: a fault of the program."""


def create(
    app: Flask, folder: Path, settings: Settings, scale: Scale, heed: Callable[[], None], *, watched: bool
) -> Progress:
    """Build everything from nothing; the mark that it is complete comes last."""
    progress = Progress(STAGES, watched, heed)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS))
        cast = Builder(scale, settings, progress).build()
        heed()
        found = verify()
        if not found.sound:
            raise BrokenChain(str(found.first_fault))
        names = names_of(cast)
        home.mark_built(folder, {"families": names, "audit_entries": found.chain.entries, "rows": _rows()})
        db.session.remove()
    return progress


def _rows() -> int:
    """Rows of all tables together."""
    tables = Base.metadata.sorted_tables
    return sum(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
