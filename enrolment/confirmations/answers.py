"""How a place stands for the reader of the result page: what was answered, what can be done, until when."""

from flask import url_for

from core import clock
from core.access import Actor
from core.i18n import current_language
from core.i18n import gettext as _
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.models import ConfirmationState
from enrolment.confirmations.operations import arrival_of, confirmation_of
from enrolment.results.answers import Answer, ResultAction
from enrolment.results.models import Placement


def answer_for(actor: Actor, placement: Placement) -> Answer:
    """The answer given so far, and the buttons that are still open to this reader."""
    arrival = arrival_of(placement.id)
    if arrival is not None:
        at = clock.moment_text(arrival.arrived_at, current_language())
        return Answer(_("已报到"), "success", (_("已于 %(at)s 报到。", at=at),), _letter(actor, placement))
    given = confirmation_of(placement.id)
    late = clock.now() >= placement.application.round.confirm_until
    if given is None:
        return _open(actor, placement, late=late)
    if given.state is ConfirmationState.DECLINED:
        return Answer(_("已放弃"), "neutral", (_("名额已经退回，通知书作废。可以参加征求志愿。"),), ())
    if given.state is ConfirmationState.DECLINE_ASKED:
        sentence = _("孩子提出放弃录取，等待监护人同意。名额保留到监护人同意为止。")
        return Answer(_("等待监护人"), "warning", (sentence,), () if late else _both(actor, placement))
    sentence = _("已确认录取。请下载通知书，在报到日期带着材料到校。")
    actions = _letter(actor, placement) + (() if late else _decline(actor, placement))
    return Answer(_("已确认"), "success", (sentence,), actions)


def _open(actor: Actor, placement: Placement, *, late: bool) -> Answer:
    until = clock.moment_text(placement.application.round.confirm_until, current_language())
    if late:
        return Answer(_("未确认"), "warning", (_("确认时间已过。请联系生源地教育局。"),), ())
    sentence = _("请在 %(until)s 前确认。放弃需要监护人同意。", until=until)
    return Answer(_("待确认"), "info", (sentence,), _both(actor, placement))


def _both(actor: Actor, placement: Placement) -> tuple[ResultAction, ...]:
    if not actor.may("confirmations.answer"):
        return ()
    url = url_for("confirmations.accept", placement_id=placement.id)
    accept = ResultAction(_("确认录取"), url, post=True, primary=True)
    return (accept, *_decline(actor, placement))


def _decline(actor: Actor, placement: Placement) -> tuple[ResultAction, ...]:
    if not actor.may("confirmations.answer"):
        return ()
    return (ResultAction(_("放弃录取"), url_for("confirmations.decline_page", placement_id=placement.id)),)


def _letter(actor: Actor, placement: Placement) -> tuple[ResultAction, ...]:
    if letter_of(placement.id) is None or not actor.may("confirmations.letter"):
        return ()
    url = url_for("confirmations.letter", placement_id=placement.id)
    return (ResultAction(_("下载录取通知书（PDF）"), url, primary=True),)
