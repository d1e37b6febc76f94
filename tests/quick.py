"""What makes a suite of one database and one application a test quick, and changes nothing that is tested."""

import functools
import gc
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from core.db import db

_STATEMENTS = 10_000
_GARBAGE = 50_000


def compile_addresses_once() -> None:
    """Each application has the same addresses; werkzeug would compile their builders anew for each."""
    compiled: dict[object, Callable[..., tuple[str, str]]] = {}
    compiler = Rule._compile_builder

    @functools.wraps(compiler)
    def builder(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = tuple(self._trace), repr(self.defaults), append_unknown
        if key not in compiled:
            compiled[key] = compiler(self, append_unknown)
        return compiled[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]


def leave_what_stays_to_itself() -> None:
    """The collector need not look through the imported modules again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, 20, 20)


class Statements:
    """Compiled statements kept from test to test: every engine gets the first one's dialect and cache."""

    def __init__(self) -> None:
        self._dialect: Any = None
        self._cache: LRUCache[Any, Any] = LRUCache(_STATEMENTS)

    def share(self, engine: Engine) -> None:
        """Let ``engine`` use what others have compiled."""
        if self._dialect is None:
            engine.connect().close()  # the dialect learns about its server at the first connection
            self._dialect = engine.dialect
        engine.dialect = engine.pool._dialect = self._dialect
        engine._compiled_cache = self._cache


STATEMENTS = Statements()


def prepare(app: Flask) -> None:
    """Make the database of a test's application quick."""
    with app.app_context():
        _without_sync(db.engine)
        STATEMENTS.share(db.engine)


def _without_sync(engine: Engine) -> None:
    """A test's file need not survive a power cut (the test server of PostgreSQL does not sync either)."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _no_sync)


def _no_sync(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous = OFF")
