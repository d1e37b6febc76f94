"""The value of a rule in words, for the pages and letters that show a sheet."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import cast

from core import clock
from core.codes import code_set
from core.policy import filing as f
from core.policy import status as s
from core.policy.items import Label, TermPoint, YearlyDay, YearlyMoment, YearlyWindow
from core.policy.sheet import FilingSheet, PolicySheet
from core.words import Words

_A_YEAR = 2001  # any year: only month, day and time of yearly dates are shown

_ENUM_WORDS: dict[StrEnum, Words] = {
    f.FilingPosition.BEFORE_SCORES: Words("成绩公布前", "before the scores"),
    f.FilingPosition.AFTER_SCORES: Words("成绩公布后", "after the scores"),
    f.LastTieStep.ADMIT_ALL: Words("同位次一并录取", "all of one position are admitted"),
    f.LastTieStep.BUREAU_DECIDES: Words("由教育局决定", "the bureau decides"),
    f.LastTieStep.LOTTERY_WITH_WITNESS: Words("公证抽签", "lottery before a witness"),
    f.HealthCheck.BEFORE: Words("投档前", "before sending"),
    f.HealthCheck.AFTER: Words("投档后退档", "after sending, by return"),
    f.FreedSeats.NEXT_ROUND: Words("进入征求志愿", "go to the supplementary round"),
    f.FreedSeats.FILL_UP: Words("本轮补投", "are filled in the same round"),
    f.UnusedCells.STAY_THEN_AGREEMENT: Words(
        "保留至征求志愿，之后由双方协商", "stay for the supplementary round, then by agreement"
    ),
    f.UnusedCells.RETURN_TO_HOST: Words("退回招生县区", "return to the host county"),
    f.UnusedCells.LAPSE: Words("作废", "lapse"),
    f.Adjustment.SAME_SCHOOL: Words("限本校专业之间", "among majors of the same school"),
    f.Adjustment.ANYWHERE: Words("各校专业之间", "among all schools"),
    f.Adjustment.OFF: Words("不调剂", "none"),
    f.DeadlineDefault.CONFIRMED: Words("视为确认录取", "counts as confirmed"),
    f.DeadlineDefault.DECLINED: Words("视为放弃录取", "counts as declined"),
    f.Consent.REQUIRED: Words("须监护人同意", "guardian must consent"),
    f.Consent.CONFIRMS: Words("由监护人确认", "guardian confirms"),
    f.Consent.INFORMED: Words("告知监护人", "guardian is informed"),
    f.SupplementaryLine.SAME: Words("不变", "unchanged"),
    f.SupplementaryLine.LOWERED: Words("可降低", "may be lowered"),
    f.SupplementaryLine.WAIVED: Words("不设线", "waived"),
    s.Intake.AUTUMN: Words("秋季", "autumn"),
    s.Intake.SPRING: Words("春季", "spring"),
    s.LateRegistration.PROVINCIAL_EXCEPTION: Words(
        "须省级批准并说明理由", "only by provincial exception with reason"
    ),
    s.LateRegistration.REFUSED: Words("不再受理", "refused"),
    s.Overdue.PROPOSE_WITHDRAWAL: Words("提示按自动退学办理", "withdrawal is proposed"),
    s.Overdue.REMIND: Words("提醒学校", "the school is reminded"),
    s.OutsideFirstYear.PREPARATORY: Words("预备学籍", "preparatory status"),
    s.OutsideFirstYear.REGISTERED: Words("正式注册", "registered"),
    s.ExamNumber.EMPTY: Words("考号留空", "exam number left empty"),
    s.ExamNumber.KEPT: Words("填写原考号", "exam number kept"),
    s.MedicalProof.COUNTY_HOSPITAL: Words("县级以上医院证明", "certificate of a county hospital or above"),
    s.MedicalProof.LEVEL_2_RECORDS: Words("二级以上医院病历", "records of a level-2 hospital or above"),
    s.ReturnGrade.ORIGINAL: Words("原年级", "original grade"),
    s.ReturnGrade.ORIGINAL_OR_NEXT: Words("原年级或下一年级", "original or next grade"),
    s.MilitaryLeave.SERVICE_LENGTH: Words("与服役期相同", "length of service"),
    s.TransferBar.FIRST_TERM: Words("入学第一学期", "first term"),
    s.TransferBar.GRADUATING_YEAR: Words("毕业学年", "graduating year"),
    s.TransferBar.ON_LEAVE: Words("休学期间", "on leave"),
    s.TransferBar.DIFFERENT_LENGTH: Words("学制不同", "different length of study"),
    s.Party.RECEIVING_SCHOOL: Words("转入学校", "receiving school"),
    s.Party.SENDING_SCHOOL: Words("转出学校", "sending school"),
    s.Party.SENDING_BUREAU: Words("转出地教育局", "sending bureau"),
    s.Party.RECEIVING_BUREAU: Words("转入地教育局", "receiving bureau"),
    s.Party.SENDING_PROVINCE: Words("转出省备案", "filing by the sending province"),
    s.Party.RECEIVING_PROVINCE: Words("转入省备案", "filing by the receiving province"),
    s.UpperStage.COLLEGE_FROM_YEAR_1: Words("一年级起适用高职院校规定", "college rules from year 1"),
    s.UpperStage.COLLEGE_FROM_TRANSFER: Words("转段后适用高职院校规定", "college rules from the stage transfer"),
    s.ExpulsionApproval.EDUCATION_BUREAU: Words("教育行政部门批准", "approved by the education bureau"),
    f.Residence.LOCAL: Words("本地", "local"),
    f.Residence.OUTSIDE: Words("外地", "outside"),
    f.Residence.ANY: Words("不限", "any"),
    f.Graduate.THIS_YEAR: Words("应届", "this year's leaver"),
    f.Graduate.EARLIER: Words("往届", "earlier leaver"),
    f.Graduate.ANY: Words("不限", "any"),
}


def enum_words(choice: StrEnum) -> Words:
    """The words of one choice of a rule. Raises KeyError for a choice that is no policy value."""
    return _ENUM_WORDS[choice]


def tie_key_words(key: f.TieKey, scores: f.Scores) -> Words:
    """A tie key with the names of its subjects: 语文 + 数学."""
    if isinstance(key, f.PriorityFlag):
        return Words("政策优先", "policy priority")
    names = [scores.subject(subject).name for subject in key.sum_of]
    return Words(" + ".join(name.zh for name in names), " + ".join(name.en for name in names))


def value_words(sheet: PolicySheet, rule_id: str) -> Words:
    """The value of a rule in both languages, with its unit. Raises KeyError for an unknown rule."""
    item = sheet.item(rule_id)
    if isinstance(sheet, FilingSheet) and rule_id == "tie_keys":
        rules = sheet.rules
        return _listed([tie_key_words(key, rules.scores.value) for key in rules.tie_keys.value])
    words = _words(item.value)
    unit = item.unit.words
    return Words(f"{words.zh} {unit.zh}".rstrip(), f"{words.en} {unit.en}".rstrip())


def _words(value: object) -> Words:
    if isinstance(value, StrEnum):
        return enum_words(value)
    if isinstance(value, tuple):
        return _listed([_words(one) for one in value])
    describe = _DESCRIBERS.get(type(value))
    return Words(str(value), str(value)) if describe is None else describe(value)


def _listed(parts: list[Words]) -> Words:
    if not parts:
        return Words("无", "none")
    return Words("；".join(part.zh for part in parts), "; ".join(part.en for part in parts))


def _yearly_day(day: YearlyDay) -> Words:
    english = clock.date_text(day.in_year(_A_YEAR), "en").removesuffix(f" {_A_YEAR}")
    return Words(f"{day.month}月{day.day}日", english)


def _yearly_moment(moment: YearlyMoment) -> Words:
    day = _yearly_day(moment)
    time = f"{moment.hour:02d}:{moment.minute:02d}"
    return Words(f"{day.zh}{time}", f"{day.en} {time}")


def _window(window: YearlyWindow) -> Words:
    opens, closes = _yearly_moment(window.opens), _yearly_moment(window.closes)
    return Words(f"{opens.zh}至{closes.zh}", f"{opens.en} to {closes.en}")


def _term(point: TermPoint) -> Words:
    return Words(f"第 {point.year} 学年第 {point.term} 学期", f"year {point.year}, term {point.term}")


def _scores(scores: f.Scores) -> Words:
    subjects = [(subject.name, subject.full_mark) for subject in scores.subjects]
    return Words(
        f"{'、'.join(f'{name.zh} {mark}' for name, mark in subjects)}，满分 {scores.total}",
        f"{', '.join(f'{name.en} {mark}' for name, mark in subjects)}; full marks {scores.total}",
    )


def _control_line(line: f.ControlLine) -> Words:
    if not line.applies:
        return Words("不设线", "none")
    later = enum_words(line.supplementary)
    number = Words("当年划定", "set each year")
    if line.points is not None:
        number = Words(f"{line.points} 分", f"{line.points} points")
    return Words(f"{number.zh}；征求志愿{later.zh}", f"{number.en}; supplementary round: {later.en}")


def _guardian(consent: f.GuardianConsent) -> Words:
    younger, older = enum_words(consent.under_14), enum_words(consent.from_14)
    acts = [
        words
        for applies, words in (
            (consent.submit, Words("提交报名", "submitting")),
            (consent.change_choices, Words("修改志愿", "changing choices")),
            (consent.give_up, Words("放弃录取", "giving up")),
        )
        if applies
    ]
    listed = _listed(acts)
    return Words(
        f"不满 14 周岁{younger.zh}，14 周岁起{older.zh}（{listed.zh}）",
        f"under 14: {younger.en}; from 14: {older.en} ({listed.en})",
    )


def _give_up(rule: f.GiveUp) -> Words:
    until = _yearly_moment(rule.until)
    guardian = Words("，须监护人确认", ", guardian confirms") if rule.guardian_confirms else Words("", "")
    later = (
        Words("可参加后续轮次", "later rounds stay open")
        if rule.may_join_later_rounds
        else Words("不再参加当年后续轮次", "no later round of the year")
    )
    return Words(f"{until.zh}前{guardian.zh}；{later.zh}", f"until {until.en}{guardian.en}; {later.en}")


def _eligibility(row: f.EligibilityRow) -> Words:
    may = Words("可报", "may apply") if row.may_apply else Words("不可报", "may not apply")
    return Words(f"{row.text.zh}（{may.zh}）", f"{row.text.en} ({may.en})")


def _recheck(recheck: s.EntryRecheck) -> Words:
    if recheck.months is None:
        return Words("电子注册前", "before e-registration")
    return Words(f"入学后 {recheck.months} 个月内", f"within {recheck.months} months of entry")


def _repeat(repeat: s.RepeatRule) -> Words:
    if repeat.failed_courses is None:
        return Words("按学校学籍规定", "by the school's own plan")
    extra = Words("，另有一次补考机会", ", with one special re-sit") if repeat.special_resit else Words("", "")
    return Words(
        f"补考后一学年累计 {repeat.failed_courses} 门及以上不及格{extra.zh}",
        f"{repeat.failed_courses} or more failed courses in a year after re-sits{extra.en}",
    )


def _enlistment(rule: s.Enlistment) -> Words:
    return _listed(
        [
            words
            for applies, words in (
                (rule.early_graduation, Words("可提前毕业", "early graduation")),
                (rule.early_completion, Words("可提前结业", "early completion")),
                (
                    rule.restored_if_sent_back_for_health,
                    Words("因身体原因退回的恢复学籍", "restored if sent back for health"),
                ),
            )
            if applies
        ]
    )


def _months(months: s.MonthRange) -> Words:
    return Words(f"{months.earliest} 至 {months.latest}", f"{months.earliest} to {months.latest}")


def _outsiders(export: s.ExportOfOutsiders) -> Words:
    method = code_set("admission_method").entry(export.admission_method).words
    number = enum_words(export.exam_number)
    return Words(f"招生方式填“{method.zh}”，{number.zh}", f"admission “{method.en}”, {number.en}")


def _closing(closing: s.ClosingDay) -> Words:
    intake, day = enum_words(closing.intake), _yearly_day(closing.day)
    return Words(f"{intake.zh}{day.zh}", f"{intake.en} {day.en}")


_DESCRIBERS = cast(
    "dict[type, Callable[[object], Words]]",
    {
        Decimal: lambda number: Words(str(number), str(number)),
        Label: lambda label: label.words,
        YearlyDay: _yearly_day,
        YearlyMoment: _yearly_moment,
        YearlyWindow: _window,
        TermPoint: _term,
        f.Scores: _scores,
        f.Batch: lambda batch: batch.name.words,
        f.ControlLine: _control_line,
        f.GuardianConsent: _guardian,
        f.GiveUp: _give_up,
        f.EligibilityRow: _eligibility,
        f.ExclusiveWish: lambda wish: wish.text.words,
        s.EntryRecheck: _recheck,
        s.RepeatRule: _repeat,
        s.Enlistment: _enlistment,
        s.MonthRange: _months,
        s.ExportOfOutsiders: _outsiders,
        s.ClosingDay: _closing,
    },
)
