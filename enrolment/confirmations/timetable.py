"""What a change of the dates after the results does to families with a place, and the message to them."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from core import clock
from core.audit.operations import Signature
from core.db import db
from core.i18n import gettext as _
from core.i18n import lazy as _l
from core.notices.facts import Facts
from core.notices.templates import add_template
from core.words import Words
from enrolment.applications.models import Applicant, Application
from enrolment.applications.notices import tell_family
from enrolment.confirmations.models import Arrival, Confirmation, ConfirmationState
from enrolment.cycles.impact import ImpactLine, RoundChange
from enrolment.results.models import Placement
from enrolment.results.visibility import released_placements

MOVED = "confirmations.dates_moved"
_GONE = (ConfirmationState.DECLINED,)


def register() -> None:
    """The sentence."""
    add_template(
        MOVED,
        _l(
            "录取确认和报到的时间有变化：确认截止 %(until)s，报到 %(first)s 至 %(last)s。"
            "已发出的录取通知书上是原来的时间，以本通知为准。"
        ),
        title=_l("确认和报到时间有变化"),
        urgent=True,
    )


def impact_on_places(change: RoundChange) -> Iterable[ImpactLine]:
    """Places without an answer, letters that state the old days, and whom a notice reaches."""
    places = _places(change)
    if not places:
        return
    answered = set(
        db.session.scalars(
            select(Confirmation.placement_id).where(Confirmation.placement_id.in_([one.id for one in places]))
        )
    )
    open_ones = sum(one.id not in answered for one in places)
    if change.before.confirm_until != change.after.confirm_until:
        yield ImpactLine(_("还没有答复的录取"), _("按新的确认截止时间答复。"), open_ones)
    arrival = [(one.arrive_from, one.arrive_until) for one in (change.before, change.after)]
    if arrival[0] != arrival[1]:
        detail = _("录取通知书上是原来的报到时间；新时间写在通知里，名单和报到页面按新时间。")
        yield ImpactLine(_("已答复的录取"), detail, len(answered), warning=bool(answered))
    yield ImpactLine(_("通知"), _("这些考生和监护人会收到新的时间。"), len(places))


def tell_placed(_actor: Signature, change: RoundChange) -> None:
    """Inside the transaction of the save: every family with a place that is not given up or taken up."""
    first, last = (
        Words(clock.date_text(day, "zh", weekday=True), clock.date_text(day, "en", weekday=True))
        for day in (change.after.arrive_from, change.after.arrive_until)
    )
    for one in _places(change):
        facts: Facts = {"until": change.after.confirm_until, "first": first, "last": last}
        tell_family(one.application.applicant, MOVED, facts, link=f"/applications/{one.application_id}")


def _places(change: RoundChange) -> Sequence[Placement]:
    """The released places of the round that still lead to an arrival."""
    gone = select(Confirmation.placement_id).where(Confirmation.state.in_(_GONE))
    query = (
        released_placements()
        .join(Application, Application.id == Placement.application_id)
        .join(Applicant, Applicant.id == Application.applicant_id)
        .where(
            Application.round_id == change.round_id,
            Placement.programme_id.is_not(None),
            Placement.id.not_in(gone),
            Placement.id.not_in(select(Arrival.placement_id)),
        )
        .options(
            contains_eager(Placement.application)
            .contains_eager(Application.applicant)
            .options(selectinload(Applicant.guardians))
        )
        .order_by(Placement.id)
    )
    return db.session.scalars(query).unique().all()
