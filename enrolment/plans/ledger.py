"""The seat ledger (名额流水): seats are taken and given back by adding lines; free = seats + Σ lines.

The cell's row is locked first, so that two takers never see the same last seat.
"""

import uuid

from sqlalchemy import func, select

from core import clock
from core.db import db, lock_row, require_transaction
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.plans.models import QuotaCell, SeatEntry, SeatKind


def take(*, cell_id: uuid.UUID, subject_id: uuid.UUID, kind: SeatKind) -> int:
    """Inside a transaction: one seat for a subject; returns how many are left.

    Raises Refused when the cell is full. A tie rule that goes over the plan does not pass here.
    """
    session = require_transaction()
    cell = lock_row(QuotaCell, cell_id)
    left = cell.seats + _moved(cell_id)
    if left < 1:
        raise Refused(_l("这个专业在本县区的名额已经用完。"))
    session.add(SeatEntry(cell_id=cell_id, delta=-1, kind=kind, subject_id=subject_id, at=clock.now()))
    session.flush()
    return left - 1


def give_back(*, cell_id: uuid.UUID, subject_id: uuid.UUID, kind: SeatKind) -> int:
    """Inside a transaction: the subject's seat returns; giving the same seat back twice breaks a constraint."""
    session = require_transaction()
    cell = lock_row(QuotaCell, cell_id)
    session.add(SeatEntry(cell_id=cell_id, delta=1, kind=kind, subject_id=subject_id, at=clock.now()))
    session.flush()
    return cell.seats + _moved(cell_id)


def free(cell_id: uuid.UUID) -> int:
    """Seats of a cell that nobody holds."""
    seats = db.session.scalar(select(QuotaCell.seats).where(QuotaCell.id == cell_id)) or 0
    return seats + _moved(cell_id)


def _moved(cell_id: uuid.UUID) -> int:
    query = select(func.coalesce(func.sum(SeatEntry.delta), 0)).where(SeatEntry.cell_id == cell_id)
    return int(db.session.scalar(query) or 0)
