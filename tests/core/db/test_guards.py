"""The guards with conditions, each tried with the change it is there to refuse."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import Connection, Uuid, bindparam, text
from sqlalchemy.exc import DBAPIError

from core.db import Base
from core.db.triggers import GUARDS, Guard
from tests.core.db.rows import Row, Search
from tests.core.db.test_invariants import APPEND_ONLY, connection, insert
from tests.figures import Figure

__all__ = ["connection"]

STORED_ID = Uuid()
MOMENT = dt.datetime(2026, 6, 2, 8, tzinfo=dt.UTC)
CASES = {
    "issued_document_content_fixed": ["UPDATE issued_document SET content = '{}'"],
    "issued_document_no_delete": ["DELETE FROM issued_document"],
    "issued_document_no_truncate": ["TRUNCATE issued_document CASCADE"],
    "application_locked_insert": ["INSERT application"],
    "application_locked_move": [
        "UPDATE application SET round_id = :open_round WHERE round_id = :locked_round",
        "UPDATE application SET round_id = :locked_round WHERE round_id = :open_round",
    ],
    "application_locked_delete": ["DELETE FROM application WHERE round_id = :locked_round"],
    "application_version_locked_insert": ["INSERT version"],
    "application_version_locked_update": [
        "UPDATE application_version SET number = 9 WHERE application_id = :locked_application",
        "UPDATE application_version SET application_id = :open_application WHERE id = :locked_version",
        "UPDATE application_version SET application_id = :locked_application WHERE id = :open_version",
    ],
    "application_version_locked_delete": ["DELETE FROM application_version WHERE id = :locked_version"],
    "choice_locked_insert": ["INSERT choice"],
    "choice_locked_update": [
        "UPDATE choice SET rank = 9 WHERE version_id = :locked_version",
        "UPDATE choice SET version_id = :open_version WHERE version_id = :locked_version",
        "UPDATE choice SET version_id = :locked_version WHERE version_id = :open_version",
    ],
    "choice_locked_delete": ["DELETE FROM choice WHERE version_id = :locked_version"],
    "plan_programme_frozen_insert": ["INSERT programme"],
    "plan_programme_frozen_update": [
        "UPDATE plan_programme SET capacity = 99 WHERE plan_id = :frozen_plan",
        "UPDATE plan_programme SET plan_id = :draft_plan WHERE plan_id = :frozen_plan",
        "UPDATE plan_programme SET plan_id = :frozen_plan WHERE plan_id = :draft_plan",
    ],
    "plan_programme_frozen_delete": ["DELETE FROM plan_programme WHERE plan_id = :frozen_plan"],
    "plan_limit_frozen_insert": ["INSERT limit"],
    "plan_limit_frozen_update": [
        "UPDATE plan_limit SET body = '{}' WHERE plan_id = :frozen_plan",
        "UPDATE plan_limit SET plan_id = :draft_plan WHERE plan_id = :frozen_plan",
        "UPDATE plan_limit SET plan_id = :frozen_plan WHERE plan_id = :draft_plan",
    ],
    "plan_limit_frozen_delete": ["DELETE FROM plan_limit WHERE plan_id = :frozen_plan"],
    "quota_cell_frozen_insert": ["INSERT cell"],
    "quota_cell_frozen_update": [
        "UPDATE quota_cell SET seats = 99 WHERE plan_programme_id = :frozen_programme",
        "UPDATE quota_cell SET plan_programme_id = :draft_programme WHERE plan_programme_id = :frozen_programme",
        "UPDATE quota_cell SET plan_programme_id = :frozen_programme WHERE plan_programme_id = :draft_programme",
    ],
    "quota_cell_frozen_delete": ["DELETE FROM quota_cell WHERE plan_programme_id = :frozen_programme"],
    "file_return_decided": ["UPDATE file_return SET note = 'y'"],
    "trial_ended": ["UPDATE trial SET failure = 'y'"],
    "placement_closed": ["INSERT placement"],
    "issued_document_needs_roster": ["INSERT letter"],
    "no_show_arrived": ["INSERT no-show"],
    "arrival_handed_back": ["INSERT arrival"],
    "confirmation_declined_stays": ["UPDATE confirmation SET state = 'accepted' WHERE id = :declined"],
    "application_holds_a_place": ["INSERT second application"],
    "correction_case_no_delete": ["DELETE FROM correction_case"],
    "correction_case_no_truncate": ["TRUNCATE correction_case CASCADE"],
    "rule_revision_decided": ["UPDATE rule_revision SET answer = 'y'"],
    "filing_clash_ended": ["UPDATE filing_clash SET ended_at = '2026-06-02'"],
    "exchange_key_kept": [
        "UPDATE exchange_key SET public = 'y' WHERE id = :confirmed_key",
        "UPDATE exchange_key SET fingerprint = 'y' WHERE id = :confirmed_key",
        "UPDATE exchange_key SET county = '310118' WHERE id = :confirmed_key",
        "UPDATE exchange_key SET state = 'confirmed' WHERE id = :refused_key",
    ],
    "correction_case_decided_stays": ["UPDATE correction_case SET note = 'y'"],
}
"""What each guard must refuse: a change in place, and a row moved out of or into what is closed."""


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


@dataclass(frozen=True, slots=True)
class Scene:
    """Rows that are tried, and the ids the statements name."""

    rows: Mapping[str, Row]
    ids: Mapping[str, object]


@pytest.fixture
def scene(connection: Connection) -> Scene:
    """A locked and an open round with one choice each, a frozen and a draft plan with one cell each, one document."""
    ids: dict[str, object] = {}
    for name in ("locked", "open"):
        ids[f"{name}_round"] = put(connection, "round", state="open", locked_at=None)["id"]
        ids[f"{name}_application"] = put(connection, "application", round_id=ids[f"{name}_round"])["id"]
        version = put(connection, "application_version", application_id=ids[f"{name}_application"])
        ids[f"{name}_version"] = version["id"]
        put(connection, "choice", version_id=version["id"])
    for name in ("frozen", "draft"):
        ids[f"{name}_plan"] = put(connection, "plan", state="draft", frozen_at=None, frozen_sha256=None)["id"]
        ids[f"{name}_programme"] = put(connection, "plan_programme", plan_id=ids[f"{name}_plan"])["id"]
        put(connection, "plan_limit", plan_id=ids[f"{name}_plan"])
        put(connection, "quota_cell", plan_programme_id=ids[f"{name}_programme"])
    put(connection, "issued_document")
    change(connection, "UPDATE round SET state = 'locked', locked_at = '2026-06-01' WHERE id = :locked_round", ids)
    frozen = "UPDATE plan SET state = 'frozen', frozen_at = '2026-06-01', frozen_sha256 = '0' WHERE id = :frozen_plan"
    change(connection, frozen, ids)
    rows = {
        "INSERT application": row_of("application", round_id=ids["locked_round"]),
        "INSERT version": row_of("application_version", application_id=ids["locked_application"]),
        "INSERT choice": row_of("choice", version_id=ids["locked_version"]),
        "INSERT programme": row_of("plan_programme", plan_id=ids["frozen_plan"]),
        "INSERT limit": row_of("plan_limit", plan_id=ids["frozen_plan"]),
        "INSERT cell": row_of("quota_cell", plan_programme_id=ids["frozen_programme"]),
        **decided(connection, ids),
    }
    return Scene(rows, ids)


def decided(connection: Connection, ids: dict[str, object]) -> dict[str, Row]:
    """Rows whose end is reached, and those that would go on after it."""
    put(connection, "file_return", state="confirmed", decided_by=uuid.uuid4(), decided_at=MOMENT)
    put(connection, "trial", state="cancelled", finished_at=MOMENT, outcome=None, assignment_sha256=None)
    put(connection, "correction_case", state="withdrawn", decided_at=MOMENT, made_placement_id=None)
    put(
        connection,
        "rule_revision",
        state="refused",
        decided_by=uuid.uuid4(),
        decided_at=MOMENT,
        answer="x",
        sheet_id=None,
    )
    nobody = {"one_answer": "", "one_by": None, "other_answer": "", "other_by": None, "outcome": ""}
    counties = {"one_county": "310118", "other_county": "320509"}
    put(connection, "filing_clash", state="ended", ended_at=MOMENT, **nobody, **counties)
    for state in ("confirmed", "refused"):
        ids[f"{state}_key"] = put(connection, "exchange_key", state=state, decided_by=uuid.uuid4())["id"]
    ids["declined"] = put(connection, "confirmation", state="declined", by_default=True)["id"]
    closed = put(connection, "round", state="open", locked_at=None)["id"]
    closed_run = put(connection, "run", round_id=closed)["id"]
    change(
        connection,
        "UPDATE round SET state = 'closed', locked_at = '2026-06-01' WHERE id = :closed",
        {"closed": closed},
    )
    arrived = put(connection, "arrival")["placement_id"]
    handed_back = put(connection, "no_show")["placement_id"]
    placed = put(connection, "application", round_id=ids["open_round"])
    held = put(connection, "placement", application_id=placed["id"], corrects_id=None)["id"]
    put(connection, "confirmation", placement_id=held, state="accepted")
    return {
        "INSERT placement": row_of("placement", run_id=closed_run, corrects_id=None),
        "INSERT letter": row_of("issued_document", kind="admission_letter", subject_kind="placement"),
        "INSERT no-show": row_of("no_show", placement_id=arrived),
        "INSERT arrival": row_of("arrival", placement_id=handed_back),
        "INSERT second application": row_of("application", applicant_id=placed["applicant_id"]),
    }


def change(connection: Connection, statement: str, ids: Mapping[str, object]) -> None:
    """One statement by raw SQL; at least one row must be meant by it."""
    asked = text(statement)
    kinds = [bindparam(name, type_=STORED_ID) for name in asked.compile().params]
    done = connection.execute(asked.bindparams(*kinds), {one.key: ids[one.key] for one in kinds})
    assert done.rowcount


def attempt(connection: Connection, guard: Guard, statement: str, scene: Scene) -> None:
    if statement in scene.rows:
        insert(connection, Base.metadata.tables[guard.table], scene.rows[statement])
    else:
        change(connection, statement, scene.ids)


def test_each_guard_refuses_its_cases(connection: Connection, scene: Scene, figure: Figure) -> None:
    kept = [guard for guard in conditional() if guard.create(connection.dialect.name)]
    tried = 0
    for guard in kept:
        for statement in CASES[guard.name]:
            step = connection.begin_nested()
            with pytest.raises(DBAPIError, match=guard.message):
                attempt(connection, guard, statement, scene)
            step.rollback()
            tried += 1
    figure(
        f"proof 33: {len(kept)} conditional guards on {connection.dialect.name}, {tried} changes, {tried} refusals"
    )


def test_every_conditional_guard_has_a_case(app: Flask) -> None:
    assert {guard.name for guard in conditional()} == set(CASES)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_guards_are_made_and_dropped_by_name(dialect: str) -> None:
    for guard in GUARDS:
        made, dropped = guard.create(dialect), guard.drop(dialect)
        assert bool(made) == bool(dropped) == (dialect == "postgresql" or guard.moment != "TRUNCATE")
        assert all(guard.name in statement for statement in (*made, *dropped))
