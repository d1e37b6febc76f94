"""Carrying what is left of a year into the next round: a frozen plan with its source, and the ledger's lines."""

import uuid
from collections.abc import Mapping

from core import clock
from core.audit import record
from core.audit.operations import Signature
from core.db.transaction import require_transaction
from core.errors import Refused
from core.sheets import BadSheets
from core.words import Words
from enrolment.plans.ledger import carry
from enrolment.plans.models import Plan
from enrolment.plans.operations import freeze
from enrolment.plans.sheet import PlanSheet, read_plan, write_plan
from enrolment.plans.states import PlanState
from enrolment.plans.storage import store_sheet

Sources = Mapping[tuple[str, str], Mapping[uuid.UUID, int]]
"""(programme code, county) → cells of earlier rounds with the free seats each hands over."""


def carry_over(actor: Signature, *, round_id: uuid.UUID, source: Plan, sheet: PlanSheet, seats: Sources) -> Plan:
    """Inside a transaction: the frozen first plan of a round from the free seats of earlier ones.

    Every seat leaves its old cell in the same transaction, so that no seat is on offer twice. Raises Refused
    when the sheet is not sound, or a seat has been taken meanwhile.
    """
    session = require_transaction()
    _refuse_unsound(sheet)
    plan = Plan(
        round_id=round_id,
        number=1,
        state=PlanState.DRAFT,
        based_on_id=source.id,
        rules={},
        note="",
        source_sha256=source.frozen_sha256,
        created_at=clock.now(),
        created_by=actor.account_id,
    )
    store_sheet(plan, sheet)
    session.add(plan)
    session.flush()
    plan.state = PlanState.APPROVED
    session.flush()
    for row in plan.programmes:
        for cell in row.cells:
            for old, count in sorted(seats.get((row.programme.code, cell.county), {}).items(), key=str):
                carry(cell_id=old, to_cell_id=cell.id, seats=count)
    record(actor, "plans.carry_over", plan, source=source.frozen_sha256, seats=sum(one.seats for one in sheet.cells))
    freeze(actor, plan_id=plan.id)
    session.flush()
    return plan


def _refuse_unsound(sheet: PlanSheet) -> None:
    try:
        read_plan(write_plan(sheet))
    except BadSheets as error:
        first = [fault.sentence for fault in error.faults[:3]]
        raise Refused(Words("".join(one.zh for one in first), " ".join(one.en for one in first))) from error
