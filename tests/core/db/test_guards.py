"""The guards with conditions, each tried with the change it is there to refuse."""

from collections.abc import Mapping

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.db import Base
from core.db.triggers import GUARDS, Guard
from tests.core.db.rows import Row, Search
from tests.core.db.test_invariants import APPEND_ONLY, connection, insert
from tests.figures import Figure

__all__ = ["connection"]

HASH = "0" * 64
CASES = {
    "issued_document_content_fixed": "UPDATE issued_document SET content = '{}'",
    "application_version_locked_insert": "INSERT version",
    "application_version_locked_update": "UPDATE application_version SET number = 9",
    "application_version_locked_delete": "DELETE FROM application_version",
    "choice_locked_insert": "INSERT choice",
    "choice_locked_update": "UPDATE choice SET rank = 9",
    "choice_locked_delete": "DELETE FROM choice",
    "quota_cell_frozen_insert": "INSERT cell",
    "quota_cell_frozen_update": "UPDATE quota_cell SET seats = 99",
    "quota_cell_frozen_delete": "DELETE FROM quota_cell",
}


def conditional() -> list[Guard]:
    return [guard for guard in GUARDS if APPEND_ONLY not in guard.message]


def row_of(name: str, **values: object) -> Row:
    search = Search(Base.metadata.tables[name])
    found = {**search.row(), **values}
    search.close()
    return found


def put(connection: Connection, name: str, **values: object) -> Row:
    row = row_of(name, **values)
    insert(connection, Base.metadata.tables[name], row)
    return row


@pytest.fixture
def scene(connection: Connection) -> Mapping[str, Row]:
    """A locked round with one choice, a frozen plan with one cell, one issued document."""
    round_ = put(connection, "round", state="open", locked_at=None)
    application = put(connection, "application", round_id=round_["id"])
    version = put(connection, "application_version", application_id=application["id"])
    put(connection, "choice", version_id=version["id"])
    plan = put(connection, "plan", state="draft", frozen_at=None, frozen_sha256=None)
    programme = put(connection, "plan_programme", plan_id=plan["id"])
    put(connection, "quota_cell", plan_programme_id=programme["id"])
    put(connection, "issued_document")
    connection.execute(text("UPDATE round SET state = 'locked', locked_at = '2026-06-01 00:00:00'"))
    frozen = "UPDATE plan SET state = 'frozen', frozen_at = '2026-06-01 00:00:00', frozen_sha256 = :hash"
    connection.execute(text(frozen), {"hash": HASH})
    return {
        "INSERT version": row_of("application_version", application_id=application["id"]),
        "INSERT choice": row_of("choice", version_id=version["id"]),
        "INSERT cell": row_of("quota_cell", plan_programme_id=programme["id"]),
    }


def attempt(connection: Connection, guard: Guard, scene: Mapping[str, Row]) -> None:
    statement = CASES[guard.name]
    if statement in scene:
        insert(connection, Base.metadata.tables[guard.table], scene[statement])
    else:
        connection.execute(text(statement))


def test_each_guard_refuses_its_case(connection: Connection, scene: Mapping[str, Row], figure: Figure) -> None:
    for guard in conditional():
        step = connection.begin_nested()
        with pytest.raises(DBAPIError, match=guard.message):
            attempt(connection, guard, scene)
        step.rollback()
    figure(f"proof 33: {len(CASES)} conditional guards on {connection.dialect.name}, {len(CASES)} refusals")


def test_every_conditional_guard_has_a_case() -> None:
    assert {guard.name for guard in conditional()} == set(CASES)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_guards_are_made_and_dropped_by_name(dialect: str) -> None:
    for guard in GUARDS:
        made, dropped = guard.create(dialect), guard.drop(dialect)
        assert bool(made) == bool(dropped) == (dialect == "postgresql" or guard.moment != "TRUNCATE")
        assert all(guard.name in statement for statement in (*made, *dropped))
