"""A placement that takes the place of a released one: the public answer, the rosters and nothing else follow it."""

import uuid

from sqlalchemy import select

from core import clock
from core.audit.operations import Signature
from core.db.transaction import require_transaction
from core.errors import Refused
from core.i18n import lazy as _l
from enrolment.results.models import Placement, PublicAnswer
from enrolment.results.public_answers import answer_for
from enrolment.results.rosters import seal_rosters
from enrolment.results.visibility import publication_of, released_placement_of


def replace_placement(actor: Signature, old: Placement, new: Placement) -> None:
    """Inside a transaction: store ``new`` beside ``old``; list, look-up and rosters say the new one, marked.

    The old placement, its answer and the earlier rosters stay as they were. Raises Refused when ``old`` is not
    the released placement that stands. The caller moves the seats before.
    """
    session = require_transaction()
    standing, publication = released_placement_of(old.application_id), publication_of(old.run.round_id)
    if standing is None or standing.id != old.id or publication is None:
        raise Refused(_l("这名考生的结果已经变动，请重新提出更正。"))
    session.add(new)
    session.flush()
    before = session.scalars(select(PublicAnswer).where(PublicAnswer.placement_id == old.id)).one()
    before.ended_at = clock.now()
    session.add(answer_for(publication, new, before.receipt_tail, publication.run.round.cycle.year))
    session.flush()
    seal_rosters(actor, publication, _schools(old, new))


def _schools(*placements: Placement) -> list[uuid.UUID]:
    schools = {one.programme.school_id for one in placements if one.programme is not None}
    return sorted(schools, key=str)
