"""Starting several people at the same moment, each with a database connection of their own."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from core.db import db

Result = TypeVar("Result")
_PATIENCE_SECONDS = 60


def race(app: Flask, actions: Sequence[Callable[[], Result]]) -> list[Result | BaseException]:
    """Run the actions at once, each in its own thread and context; what each gave, or raised, in order."""
    gate = threading.Barrier(len(actions))

    def run(action: Callable[[], Result]) -> Result:
        with app.app_context():
            db.session.connection()
            db.session.rollback()
            gate.wait(_PATIENCE_SECONDS)
            return action()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures: list[Future[Result]] = [pool.submit(run, action) for action in actions]
        return [future.exception() or future.result() for future in futures]


def of_kind(outcomes: Sequence[object], kind: type) -> int:
    """How many outcomes are of this kind."""
    return sum(isinstance(outcome, kind) for outcome in outcomes)
