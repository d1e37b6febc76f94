"""The figures of the queue: what comes in and goes out by day, who decided how much, why things went back."""

import datetime as dt
import math
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select

from core import clock
from core.access import Actor
from core.accounts.models import Account
from core.charts.figure import ChartFigure
from core.db import db
from core.i18n import current_language
from core.i18n import gettext as _
from core.words import Words
from enrolment.applications.models import Application, ApplicationVersion
from enrolment.reviews.codes import return_codes
from enrolment.reviews.models import ReviewClaim, ReviewDecision, Verdict
from enrolment.reviews.scope import visible_cases

DAYS = 14
PACE_DAYS = 3
"""The pace is what was closed in the last whole days and today, per day."""

CLOSING = (Verdict.PASSED, Verdict.RETURNED, Verdict.REFUSED)


@dataclass(frozen=True, slots=True)
class OfficerFigures:
    """One officer: decisions in the round by kind, and the cases in the hands now."""

    name: str
    passed: int
    returned: int
    refused: int
    held: int


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """Everything on the page; ``days_left`` is None without a pace or with nothing waiting."""

    officers: tuple[OfficerFigures, ...]
    a_day: float
    days_left: int | None
    by_day: ChartFigure | None
    reasons: ChartFigure | None


def queue_figures(actor: Actor, round_id: uuid.UUID, waiting: int) -> QueueFigures:
    """The figures of a round for the actor's counties, in three queries; ``waiting`` cases are undecided."""
    decisions, came, held = _decisions(actor, round_id), _submissions(actor, round_id), _held(actor, round_id)
    standing = [one for one in decisions if one.verdict in CLOSING]
    closed = Counter(clock.beijing_day(one.decided_at) for one in standing)
    recent = [clock.today() - dt.timedelta(days=days) for days in range(PACE_DAYS)]
    a_day = sum(closed[day] for day in recent) / PACE_DAYS
    return QueueFigures(
        officers=_officers(standing, held),
        a_day=a_day,
        days_left=math.ceil(waiting / a_day) if waiting and a_day else None,
        by_day=_by_day(came, closed),
        reasons=_reasons(standing),
    )


@dataclass(frozen=True, slots=True)
class _Decision:
    verdict: Verdict
    codes: tuple[str, ...]
    by: str
    decided_at: dt.datetime


def _decisions(actor: Actor, round_id: uuid.UUID) -> Sequence[_Decision]:
    """The decisions of the round that were not taken back."""
    query = (
        select(
            ReviewDecision.application_id,
            ReviewDecision.verdict,
            ReviewDecision.codes,
            Account.display_name,
            ReviewDecision.decided_at,
        )
        .join(Account, Account.id == ReviewDecision.decided_by)
        .where(ReviewDecision.application_id.in_(_cases(actor, round_id)))
        .order_by(ReviewDecision.application_id, ReviewDecision.number)
    )
    standing: list[tuple[uuid.UUID, _Decision]] = []
    for application_id, verdict, codes, name, at in db.session.execute(query):
        if verdict is Verdict.UNDONE:
            if standing and standing[-1][0] == application_id:
                standing.pop()
            continue
        decision = _Decision(verdict, tuple(str(one["code"]) for one in codes), name, at)
        standing.append((application_id, decision))
    return [decision for _application_id, decision in standing]


def _submissions(actor: Actor, round_id: uuid.UUID) -> Mapping[dt.date, int]:
    query = select(ApplicationVersion.submitted_at).where(
        ApplicationVersion.application_id.in_(_cases(actor, round_id)), ApplicationVersion.submitted_at.is_not(None)
    )
    return Counter(clock.beijing_day(at) for at in db.session.scalars(query) if at is not None)


def _held(actor: Actor, round_id: uuid.UUID) -> Mapping[str, int]:
    query = (
        select(Account.display_name, func.count())
        .join(ReviewClaim, ReviewClaim.account_id == Account.id)
        .where(ReviewClaim.until > clock.now(), ReviewClaim.application_id.in_(_cases(actor, round_id)))
        .group_by(Account.id, Account.display_name)
    )
    return {name: int(count) for name, count in db.session.execute(query)}


def _cases(actor: Actor, round_id: uuid.UUID) -> Select[uuid.UUID]:
    return visible_cases(actor).where(Application.round_id == round_id).with_only_columns(Application.id)


def _officers(standing: Sequence[_Decision], held: Mapping[str, int]) -> tuple[OfficerFigures, ...]:
    counted = Counter((one.by, one.verdict) for one in standing)
    names = sorted({one.by for one in standing} | held.keys())
    rows = (
        OfficerFigures(
            name,
            passed=counted[name, Verdict.PASSED],
            returned=counted[name, Verdict.RETURNED],
            refused=counted[name, Verdict.REFUSED],
            held=held.get(name, 0),
        )
        for name in names
    )
    return tuple(sorted(rows, key=lambda one: -(one.passed + one.returned + one.refused)))


def _by_day(came: Mapping[dt.date, int], closed: Mapping[dt.date, int]) -> ChartFigure | None:
    from core.charts.lines import Line, lines

    if not came and not closed:
        return None
    first = max(min({*came, *closed}), clock.today() - dt.timedelta(days=DAYS - 1))
    days = [first + dt.timedelta(days=number) for number in range((clock.today() - first).days + 1)]
    series = ((_("提交"), came), (_("办结"), closed))
    return lines(
        _("每天的提交和办结"),
        [Line(name, tuple((day, counts.get(day, 0)) for day in days)) for name, counts in series],
        head=_("日期"),
        unit=Words("份", "applications"),
        language=current_language(),
    )


def _reasons(standing: Sequence[_Decision]) -> ChartFigure | None:
    """Why applications were returned, the most frequent first, so that the junior schools can be told."""
    from core.charts.bars import Bar, bars

    counted = Counter(code for one in standing for code in one.codes)
    if not counted:
        return None
    language, known = current_language(), return_codes()
    named = [(known[code].label.text(language) if code in known else code, count) for code, count in counted.items()]
    return bars(
        _("退回补正的原因"),
        [Bar(label, count) for label, count in sorted(named, key=lambda one: (-one[1], one[0]))],
        head=(_("退回原因"), _("次数")),
        unit=Words("次", "times"),
        language=language,
    )
