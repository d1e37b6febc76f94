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

    Raises Refused when the cell is full or the subject holds one of its seats already. A tie rule that
    goes over the plan does not pass here.
    """
    session = require_transaction()
    cell = lock_row(QuotaCell, cell_id)
    if _moved(cell_id, subject_id) < 0:
        raise Refused(_l("这名学生已经占有这个名额。"))
    left = cell.seats + _moved(cell_id)
    if left < 1:
        raise Refused(_l("这个专业在本县区的名额已经用完。"))
    session.add(SeatEntry(cell_id=cell_id, delta=-1, kind=kind, subject_id=subject_id, at=clock.now()))
    session.flush()
    return left - 1


def give_back(*, cell_id: uuid.UUID, subject_id: uuid.UUID, kind: SeatKind) -> int:
    """Inside a transaction: the subject's seat returns; returns how many are free now.

    Raises Refused when the subject holds no seat of the cell (any more), whatever the reason was.
    """
    session = require_transaction()
    cell = lock_row(QuotaCell, cell_id)
    if _moved(cell_id, subject_id) >= 0:
        raise Refused(_l("这个名额已经退回，不能重复退回。"))
    session.add(SeatEntry(cell_id=cell_id, delta=1, kind=kind, subject_id=subject_id, at=clock.now()))
    session.flush()
    return cell.seats + _moved(cell_id)


def carry(*, cell_id: uuid.UUID, to_cell_id: uuid.UUID, seats: int) -> int:
    """Inside a transaction: hand free seats over to a cell of a later round; returns how many stay free here.

    Raises Refused when the cell has not that many free seats, or has handed some to that cell before.
    """
    session = require_transaction()
    cell = lock_row(QuotaCell, cell_id)
    left = cell.seats + _moved(cell_id)
    if not 0 < seats <= left or _moved(cell_id, to_cell_id):
        raise Refused(_l("这个专业在本县区没有这么多空余名额可以转入下一轮。"))
    session.add(
        SeatEntry(cell_id=cell_id, delta=-seats, kind=SeatKind.CARRIED, subject_id=to_cell_id, at=clock.now())
    )
    session.flush()
    return left - seats


def free(cell_id: uuid.UUID) -> int:
    """Seats of a cell that nobody holds."""
    seats = db.session.scalar(select(QuotaCell.seats).where(QuotaCell.id == cell_id)) or 0
    return seats + _moved(cell_id)


def _moved(cell_id: uuid.UUID, subject_id: uuid.UUID | None = None) -> int:
    """Σ of the cell's lines, or of one subject's lines in it."""
    query = select(func.coalesce(func.sum(SeatEntry.delta), 0)).where(SeatEntry.cell_id == cell_id)
    if subject_id is not None:
        query = query.where(SeatEntry.subject_id == subject_id)
    return int(db.session.scalar(query) or 0)
