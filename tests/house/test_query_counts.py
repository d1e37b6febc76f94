"""No page asks the database more often than its kind may: a list eight times, a record twelve (proof 44).

Walked over the access table like the access proofs: every page, as everybody at home who may open it. That the
number does not grow with the rows is kept by the tests of the rooms that show lists.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from core.db import db
from tests.figures import Figure
from tests.house.inhabitants import World
from tests.house.test_routes import Call, browser_of, calls, may_call

LIST, RECORD = 8, 12


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SELECTs sent while it is open."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def budget(call: Call) -> int:
    """What a page may ask: one with an id in its address shows a record, every other one a list."""
    return RECORD if call.ids else LIST


def test_proof_44_every_page_keeps_its_budget(world: World, app: Flask, figure: Figure) -> None:
    pages = [call for call in calls(app) if call.method == "GET"]
    most: dict[str, int] = {}
    over: list[str] = []
    for one in (one for one in world.inhabitants if one.home):
        browser = browser_of(app, one.account_id)
        for call in pages:
            if call.route.access.level != "anonymous" and not may_call(call, one):
                continue
            with counted() as sent:
                answer = browser.get(call.address(world.objects(call.route.endpoint)))
            if answer.status_code == 200 and answer.mimetype == "text/html":
                most[call.route.endpoint] = max(len(sent), most.get(call.route.endpoint, 0))
                if len(sent) > budget(call):
                    over.append(f"{one.role}: {call} asks {len(sent)} times, may {budget(call)}")
    figure(f"proof 44: {len(most)} pages of {db.engine.dialect.name}, at most {max(most.values())} queries")
    assert not over, "\n".join(over)
