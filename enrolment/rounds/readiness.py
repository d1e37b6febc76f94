"""What must be true before a round is locked and run, each line with a link to where it is mended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from core import clock
from core.db import db
from core.errors import Refused
from core.i18n import current_language, say
from core.i18n import gettext as _
from core.jobs.duties import last_done
from core.observe.health import BACKUP_DUTY
from core.policy.entry import run_cases
from core.sheets import BadSheets
from enrolment.applications.clashes import unsettled
from enrolment.applications.models import Application
from enrolment.applications.pass_lists import lists_of_round
from enrolment.applications.states import ApplicationState
from enrolment.cycles.models import CountyWindow, Round
from enrolment.cycles.policy import filing_sheets
from enrolment.cycles.queries import windows_of
from enrolment.cycles.words import county_text
from enrolment.plans.models import Plan
from enrolment.plans.operations import plan_in_force
from enrolment.plans.storage import sheet_of
from enrolment.rounds.county_inputs import county_inputs
from enrolment.rounds.desk_instance import build_instance
from enrolment.rounds.gather import inputs_of
from registry.schools.models import Programme

_TIMETABLE, _PLANS, _QUEUE, _CANDIDATES = (
    "cycles.timetable",
    "plans.versions",
    "reviews.queue",
    "candidates.candidates",
)
_TAKEN = "returns.taken"
_PASSED, _CLASHES = "pass_lists.lists", "clashes.cases"
_RULES = "rules.overview"
PLACES = (_TIMETABLE, _PLANS, _QUEUE, _CANDIDATES, _TAKEN, _PASSED, _CLASHES, _RULES)
"""The pages on which something is mended, as they are registered; those of a round take its id."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """One line of the check: what is looked at, how it stands, where to mend it. Blocking unless ``warning``."""

    label: str
    ready: bool
    detail: str
    link: str = ""
    warning: bool = False


def readiness(round_: Round) -> tuple[Readiness, ...]:
    """All lines for a round, in the order of the work."""
    plan, windows = plan_in_force(round_.id), windows_of(round_)
    dated = [one.county for one in windows]
    return (
        *_windows(windows),
        *_rule_tests(round_, dated),
        _plan(plan),
        _queue(round_),
        *_clashes(round_),
        *_pass_lists(round_),
        *_inputs(round_, plan, dated),
    )


def blocking(lines: tuple[Readiness, ...]) -> tuple[Readiness, ...]:
    """The lines that must be mended before the next step."""
    return tuple(line for line in lines if not line.ready and not line.warning)


def backup_line(most_hours: int) -> Readiness:
    """How old the last backup is: a warning, because the round itself does not need it."""
    last = last_done(BACKUP_DUTY)
    if last is None or last.outcome:
        return Readiness(_("备份"), False, _("还没有成功的备份，锁定前请联系系统管理员做一次。"), warning=True)
    hours = int((clock.now() - last.last_at).total_seconds() // 3600)
    if hours >= most_hours:
        told = _("最近一次备份在 %(hours)s 小时前，锁定前请联系系统管理员再做一次。", hours=hours)
        return Readiness(_("备份"), False, told, warning=True)
    return Readiness(_("备份"), True, _("最近一次备份在 %(hours)s 小时前。", hours=hours))


def _rule_tests(round_: Round, counties: Sequence[str]) -> tuple[Readiness, ...]:
    """The rules of entry of each county must answer their own test cases as stated."""
    if not counties:
        return ()
    try:
        sheets = filing_sheets(round_, counties)
    except Refused as error:
        return (Readiness(_("报考规则"), False, say(error.sentence), _RULES),)
    lines = []
    for county, sheet in sheets.items():
        wrong = sum(not one.holds for one in run_cases(sheet.rules, sheet.cases))
        name = county_text(county)
        if wrong:
            told = _("%(county)s的报考规则有 %(count)s 条试算不符。", county=name, count=wrong)
            lines.append(Readiness(_("报考规则"), False, told, _RULES))
        elif not sheet.cases:
            told = _("%(county)s的报考规则还没有试算。", county=name)
            lines.append(Readiness(_("报考规则"), False, told, _RULES, warning=True))
    if lines:
        return tuple(lines)
    count = sum(len(sheet.cases) for sheet in sheets.values())
    return (Readiness(_("报考规则"), True, _("各县区的 %(count)s 条试算全部相符。", count=count), _RULES),)


def _windows(windows: Sequence[CountyWindow]) -> tuple[Readiness, ...]:
    """Every county's filing must have closed (each county has its own window)."""
    if not windows:
        return (Readiness(_("报名时间"), False, _("还没有设置任何县区的报名时间。"), _TIMETABLE),)
    now = clock.now()
    open_ = [one for one in windows if one.closes_at > now]
    if not open_:
        return (Readiness(_("报名时间"), True, _("各县区报名都已截止。"), _TIMETABLE),)
    return tuple(
        Readiness(
            _("报名时间"),
            False,
            _(
                "%(county)s报名要到 %(at)s 才截止。",
                county=county_text(one.county),
                at=clock.moment_text(one.closes_at, current_language()),
            ),
            _TIMETABLE,
        )
        for one in open_
    )


def _plan(plan: Plan | None) -> Readiness:
    if plan is None:
        return Readiness(_("招生计划"), False, _("还没有各方都批准的计划。"), _PLANS)
    return Readiness(_("招生计划"), True, _("第 %(number)s 版，已由各县区批准。", number=plan.number), _PLANS)


def _queue(round_: Round) -> Readiness:
    """No application may still wait for a decision."""
    waiting = select(func.count(Application.id)).where(
        Application.round_id == round_.id,
        Application.state.in_((ApplicationState.SUBMITTED, ApplicationState.RETURNED)),
    )
    count = int(db.session.scalar(waiting) or 0)
    if count:
        return Readiness(_("预审"), False, _("还有 %(count)s 份报名等待预审或补正。", count=count), _QUEUE)
    return Readiness(_("预审"), True, _("没有等待预审的报名。"), _QUEUE)


def _clashes(round_: Round) -> tuple[Readiness, ...]:
    """Nobody may stand in two counties: both bureaus must have agreed which one goes on."""
    pairs = Counter(unsettled(round_.id))
    return tuple(
        Readiness(
            _("两地报名"),
            False,
            _(
                "有 %(count)s 名考生在%(one)s和%(other)s都提交了报名，两个县区还没有商定。",
                count=count,
                one=county_text(one),
                other=county_text(other),
            ),
            _CLASHES,
        )
        for (one, other), count in sorted(pairs.items())
    )


def _pass_lists(round_: Round) -> tuple[Readiness, ...]:
    """A programme that asks for a list needs one: without it nobody could be admitted there."""
    lists = lists_of_round(round_.id)
    missing = [one for one in lists if one.newest is None]
    if missing:
        return tuple(
            Readiness(
                _("合格名单"),
                False,
                _("%(programme)s的“%(list)s”名单还没有载入。", programme=_named(one.programme), list=one.name),
                _PASSED,
            )
            for one in missing
        )
    if not lists:
        return ()
    return (Readiness(_("合格名单"), True, _("%(count)s 份名单都已载入。", count=len(lists)), _PASSED),)


def _named(programme: Programme) -> str:
    return f"{programme.code} {programme.name(current_language())}"


def _inputs(round_: Round, plan: Plan | None, dated: Sequence[str]) -> tuple[Readiness, ...]:
    """The instance can be built: no score is missing that the order needs, no rule contradicts another."""
    if plan is None:
        return ()
    lines = _counties(round_, plan, dated)
    if blocking(lines):
        return lines
    sheet, people = inputs_of(round_.id, sheet_of(plan))
    count = sum(len(county.candidates) for county in people.counties)
    if not count:
        return (*lines, Readiness(_("考生"), False, _("没有预审通过的报名，不能计算。"), _QUEUE))
    try:
        build_instance(sheet, people)
    except BadSheets as error:
        sentences = (_("；").join((say(fault.rule), say(fault.mend))) for fault in error.faults[:20])
        return (*lines, *(Readiness(_("成绩与规则"), False, one, _CANDIDATES) for one in sentences))
    return (*lines, Readiness(_("考生"), True, _("%(count)s 名考生参加本轮，成绩齐全。", count=count), ""))


def _counties(round_: Round, plan: Plan, dated: Sequence[str]) -> tuple[Readiness, ...]:
    """What each county still owes, by name: dates and scores block, lists and struck choices are warnings."""
    lines: list[Readiness] = []
    for one in county_inputs(round_, plan, dated):
        name = county_text(one.county)
        if one.seats and not one.dated:
            lines.append(Readiness(_("报名时间"), False, _("%(county)s还没有报名时间。", county=name), _TIMETABLE))
        if one.without_scores:
            told = _(
                "%(county)s有 %(count)s 名考生（共 %(all)s 名）没有成绩。",
                county=name,
                count=one.without_scores,
                all=one.pupils,
            )
            lines.append(Readiness(_("成绩"), False, told, _CANDIDATES))
        if one.pupils and not one.lists:
            told = _("%(county)s还没有载入已被其他批次录取的名单。没有这样的考生时，可以不载入。", county=name)
            lines.append(Readiness(_("已录取名单"), False, told, _TAKEN, warning=True))
        if one.shut:
            told = _(
                "%(county)s有 %(count)s 个志愿填了本县区没有名额的专业，计算时略过。", county=name, count=one.shut
            )
            lines.append(Readiness(_("志愿"), False, told, _CANDIDATES, warning=True))
    return tuple(lines)
