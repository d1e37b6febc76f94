"""How a place stands for the reader of the result page: what was answered, what can be done, until when."""

from flask import url_for

from core import clock
from core.access import Actor
from core.i18n import current_language, say
from core.i18n import gettext as _
from enrolment.confirmations.models import ConfirmationState
from enrolment.confirmations.operations import standing_of
from enrolment.cycles.words import deadline_text
from enrolment.results.answers import Answer, ResultAction
from enrolment.results.models import Placement
from enrolment.results.promises import default_words, give_up_words


def answer_for(actor: Actor, placement: Placement) -> Answer:
    """The answer given so far, and the buttons that are still open to this reader."""
    arrival, gone, given = standing_of(placement.id)
    if arrival is not None:
        at = clock.moment_text(arrival.arrived_at, current_language())
        return Answer(_("已报到"), "success", (_("已于 %(at)s 报到。", at=at),), _letter(actor, placement))
    if gone is not None:
        return Answer(_("未报到"), "danger", (_("到报到截止没有报到，名额已经退回，通知书作废。"),), ())
    late = clock.now() >= placement.application.round.confirm_until
    if given is None:
        return _open(actor, placement, late=late)
    if given.state is ConfirmationState.DECLINED:
        return Answer(_("已放弃"), "neutral", _declined(placement, by_default=given.by_default), ())
    if given.state is ConfirmationState.DECLINE_ASKED:
        sentence = _("孩子提出放弃录取，等待监护人同意。监护人同意之前，名额一直保留。")
        actions = () if late else _both(actor, placement)
        return Answer(_("等待监护人"), "warning", (_until(placement), sentence), actions)
    sentence = _("已确认录取。请下载通知书，在报到日期带着材料到校。")
    if given.by_default:
        sentence = _("确认截止前没有收到答复，已按本县区规定确认录取。请下载通知书，在报到日期带着材料到校。")
    actions = _letter(actor, placement) + (() if late else _decline(actor, placement))
    return Answer(_("已确认"), "success", (sentence,), actions)


def _declined(placement: Placement, *, by_default: bool) -> tuple[str, ...]:
    cost = give_up_words(placement.application.applicant, placement.application.round)
    gone = _("名额已经退回，通知书作废。%(cost)s。", cost=say(cost))
    if not by_default:
        return (gone,)
    return (_("确认截止前没有收到答复，已按本县区规定视为放弃录取。"), gone)


def _until(placement: Placement) -> str:
    """Until when to answer and what happens otherwise: the first line under the result."""
    in_round = placement.application.round
    return _(
        "请在 %(until)s 前确认；%(default)s。",
        until=deadline_text(in_round.confirm_until),
        default=say(default_words(in_round, placement.application.applicant.county)),
    )


def _open(actor: Actor, placement: Placement, *, late: bool) -> Answer:
    if late:
        county = placement.application.applicant.county
        default = say(default_words(placement.application.round, county))
        sentence = _("确认时间已过，没有收到答复：%(default)s。正在办理，请稍后再看。", default=default)
        return Answer(_("未确认"), "warning", (sentence,), ())
    sentence = _("放弃需要监护人同意。")
    return Answer(_("待确认"), "info", (_until(placement), sentence), _both(actor, placement))


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
    if not actor.may("confirmations.letter"):
        return ()
    url = url_for("confirmations.letter", placement_id=placement.id)
    return (ResultAction(_("下载录取通知书（PDF）"), url, primary=True),)
