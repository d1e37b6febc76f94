"""One hundred seats are one hundred seats, however many families press the button at once."""

import uuid

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.audit import record
from core.audit.operations import House
from core.db import db, transaction
from core.errors import Refused
from enrolment.plans import ledger
from enrolment.plans.models import QuotaCell, SeatEntry, SeatKind
from tests import factories as base
from tests.concurrency.race import of_kind, race
from tests.enrolment import factories
from tests.figures import Figure

pytestmark = pytest.mark.slow


def cell_of(seats: int) -> uuid.UUID:
    """A quota cell with so many seats."""
    programme = base.programme(base.school())
    factories.plan(factories.open_round(), [(programme, {base.JS: seats})])
    return db.session.scalars(select(QuotaCell.id)).one()


def take_one(cell: uuid.UUID) -> int:
    with transaction():
        left = ledger.take(cell_id=cell, subject_id=uuid.uuid4(), kind=SeatKind.PLACED)
        record(House(), "probe.take", ("quota_cell", cell))
    return left


def test_exactly_as_many_as_there_are_seats(context: Flask, figure: Figure) -> None:
    cell = cell_of(100)

    def family() -> tuple[int, int]:
        granted = refused = 0
        for _ in range(20):
            try:
                take_one(cell)
                granted += 1
            except Refused:
                refused += 1
        return granted, refused

    outcomes = race(context, [family] * 16)
    db.session.rollback()
    assert of_kind(outcomes, tuple) == 16, outcomes
    granted = sum(one[0] for one in outcomes if isinstance(one, tuple))
    rows = db.session.scalar(select(func.count()).select_from(SeatEntry))
    assert (granted, rows, ledger.free(cell)) == (100, 100, 0)
    figure(f"proof 35: 16 x 20 for 100 seats on {db.engine.dialect.name}, exactly {granted} granted")


def test_a_seat_returns_once_whatever_the_reason(context: Flask) -> None:
    cell = cell_of(1)
    family = uuid.uuid4()
    with transaction():
        assert ledger.take(cell_id=cell, subject_id=family, kind=SeatKind.PLACED) == 0
        with pytest.raises(Refused):
            ledger.take(cell_id=cell, subject_id=family, kind=SeatKind.PLACED)
        with pytest.raises(Refused):
            ledger.take(cell_id=cell, subject_id=uuid.uuid4(), kind=SeatKind.PLACED)
        assert ledger.give_back(cell_id=cell, subject_id=family, kind=SeatKind.DECLINED) == 1
        with pytest.raises(Refused):
            ledger.give_back(cell_id=cell, subject_id=family, kind=SeatKind.NO_SHOW)
        record(House(), "probe.seats", ("quota_cell", cell))
    assert ledger.free(cell) == 1


def test_nobody_gives_back_what_was_never_taken(context: Flask) -> None:
    cell = cell_of(1)
    with pytest.raises(Refused), transaction():
        ledger.give_back(cell_id=cell, subject_id=uuid.uuid4(), kind=SeatKind.DECLINED)
    with pytest.raises(RuntimeError):
        ledger.take(cell_id=cell, subject_id=uuid.uuid4(), kind=SeatKind.PLACED)
