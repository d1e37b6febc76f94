"""Rules of a province for the student registry (kind `status`)."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from core.codes import code_set
from core.policy.items import Item, RuleSet, Strict, TermPoint, Unit, YearlyDay, rule


class Intake(StrEnum):
    """Season of entry."""

    AUTUMN = "autumn"
    SPRING = "spring"


class LateRegistration(StrEnum):
    """What is possible after registration has closed."""

    PROVINCIAL_EXCEPTION = "provincial_exception"
    REFUSED = "refused"


class Overdue(StrEnum):
    """What the system offers when somebody has not appeared in time; nothing happens by itself."""

    PROPOSE_WITHDRAWAL = "propose_withdrawal"
    REMIND = "remind"


class RecheckDeadline(StrEnum):
    """By when the entry qualification must be checked again."""

    BEFORE_REGISTRATION = "before_registration"
    MONTHS_AFTER_ENTRY = "months_after_entry"


class OutsideFirstYear(StrEnum):
    """Standing of a joint student whose first year is taught outside the province."""

    PREPARATORY = "preparatory"
    REGISTERED = "registered"


class ExamNumber(StrEnum):
    """What a national sheet receives as exam number of a student from another province."""

    EMPTY = "empty"
    KEPT = "kept"


class RepeatBasis(StrEnum):
    """What decides that a school year is repeated."""

    FAILED_COURSES = "failed_courses"
    SCHOOL_PLAN = "school_plan"


class MedicalProof(StrEnum):
    """Proof of illness that is asked for leave and resumption."""

    COUNTY_HOSPITAL = "county_hospital"
    LEVEL_2_RECORDS = "level_2_records"


class ReturnGrade(StrEnum):
    """Grade in which a student resumes."""

    ORIGINAL = "original"
    ORIGINAL_OR_NEXT = "original_or_next"


class MilitaryLeave(StrEnum):
    """How long leave for military service may last."""

    SERVICE_LENGTH = "service_length"


class TransferBar(StrEnum):
    """A condition under which nobody may transfer."""

    FIRST_TERM = "first_term"
    GRADUATING_YEAR = "graduating_year"
    ON_LEAVE = "on_leave"
    DIFFERENT_LENGTH = "different_length"


class Party(StrEnum):
    """Who takes a step of a transfer."""

    RECEIVING_SCHOOL = "receiving_school"
    SENDING_SCHOOL = "sending_school"
    SENDING_BUREAU = "sending_bureau"
    RECEIVING_BUREAU = "receiving_bureau"
    SENDING_PROVINCE = "sending_province"
    RECEIVING_PROVINCE = "receiving_province"


class UpperStage(StrEnum):
    """From when the college's rules govern a five-year student."""

    COLLEGE_FROM_YEAR_1 = "college_from_year_1"
    COLLEGE_FROM_TRANSFER = "college_from_transfer"


class ExpulsionApproval(StrEnum):
    """Whose approval makes an expulsion take effect."""

    EDUCATION_BUREAU = "education_bureau"


class ClosingDay(Strict):
    """The last day of e-registration of an intake, in the calendar year of the intake."""

    intake: Intake
    day: YearlyDay


class EntryRecheck(Strict):
    """The entry re-check; `months` only with the deadline counted from entry."""

    deadline: RecheckDeadline
    months: int | None = Field(ge=1, le=12)

    @model_validator(mode="after")
    def _months_fit(self) -> Self:
        if (self.months is not None) != (self.deadline is RecheckDeadline.MONTHS_AFTER_ENTRY):
            raise ValueError("months belong to the deadline counted from entry, and only to it")
        return self


class RepeatRule(Strict):
    """When a year is repeated; `failed_courses` (after re-sits) only where courses are counted."""

    basis: RepeatBasis
    failed_courses: int | None = Field(ge=1, le=20)
    special_resit: bool

    @model_validator(mode="after")
    def _count_fits(self) -> Self:
        if (self.failed_courses is not None) != (self.basis is RepeatBasis.FAILED_COURSES):
            raise ValueError("a number of courses belongs to the counting rule, and only to it")
        return self


class MonthRange(Strict):
    """From so many months up to so many months after a day."""

    earliest: int = Field(ge=0, le=120)
    latest: int = Field(ge=0, le=120)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.earliest > self.latest:
            raise ValueError("the latest month lies before the earliest")
        return self


class Enlistment(Strict):
    """What military service opens besides leave."""

    early_graduation: bool
    early_completion: bool
    restored_if_sent_back_for_health: bool


class ExportOfOutsiders(Strict):
    """How the national sheet carries a student recruited from another province."""

    admission_method: str = Field(pattern=r"^[0-9]$")
    exam_number: ExamNumber


Count = Annotated[int, Field(ge=1, le=400)]


class StatusRules(RuleSet):
    """All rules of a province's status sheet. An event is judged by the sheet of its own day."""

    registration_term: Item[Count] = rule("建立学籍期限", "term for registration", Unit.WORKING_DAYS)
    registration_closing: Item[tuple[ClosingDay, ...]] = rule("电子注册截止日", "closing of e-registration")
    late_registration: Item[LateRegistration] = rule("截止后的注册", "registration after closing")
    late_arrival_leave: Item[Count] = rule("推迟报到的最长请假", "longest leave at arrival", Unit.WEEKS)
    entry_recheck: Item[EntryRecheck] = rule("入学资格复查", "entry re-check")
    outside_first_year: Item[OutsideFirstYear] = rule("首年在外省就读", "first year outside the province")
    export_of_outsiders: Item[ExportOfOutsiders] = rule("外省生源的上报", "export of outsiders")
    admission_kept: Item[Count] = rule("保留入学资格", "admission kept", Unit.YEARS)
    term_grace: Item[Count] = rule("学期注册宽限期", "grace for term registration", Unit.WEEKS)
    term_overdue: Item[Overdue] = rule("逾期未注册的处理", "overdue term registration")
    term_check_day: Item[YearlyDay] = rule("学籍核查基准日", "reference day of the term check")
    roster_freeze: Item[YearlyDay] = rule("贯通培养名册备案截止日", "freeze of the through-train roster")
    repeat_rule: Item[RepeatRule] = rule("留级", "repeating a year")
    suspension_single: Item[Count] = rule("一次休学最长期限", "longest single leave", Unit.MONTHS)
    suspension_in_a_row: Item[Count] = rule("连续休学最长期限", "longest leave in a row", Unit.MONTHS)
    suspension_overdue: Item[Count] = rule("休学期满未复学宽限期", "grace after leave expired", Unit.WEEKS)
    suspension_military: Item[MilitaryLeave] = rule("服兵役休学期限", "leave for military service")
    medical_proof: Item[MedicalProof] = rule("病休证明", "medical proof")
    return_grade: Item[ReturnGrade] = rule("复学年级", "grade of return")
    transfer_bars: Item[tuple[TransferBar, ...]] = rule("不得转学的情形", "bars to transfer")
    transfer_step: Item[Count] = rule("转学每一环节期限", "term of each transfer step", Unit.WORKING_DAYS)
    transfer_within: Item[tuple[Party, ...]] = rule("省内转学环节", "steps of a transfer within the province")
    transfer_across: Item[tuple[Party, ...]] = rule("跨省转学环节", "steps of a cross-province transfer")
    general_to_vocational: Item[tuple[TermPoint, ...]] = rule(
        "普职互转时点", "terms for moves between general and vocational schools"
    )
    vocational_study_least: Item[Count] = rule(
        "普转职后最短学习期限", "least vocational study after such a move", Unit.MONTHS
    )
    major_change_other_group: Item[TermPoint] = rule("跨大类转专业截止学期", "last term to change group")
    major_change_same_group: Item[TermPoint] = rule(
        "同大类转专业截止学期", "last term to change major within a group"
    )
    enlistment: Item[Enlistment] = rule("应征入伍", "enlistment")
    truant_hours: Item[Count] = rule("旷课退学标准", "truant hours for withdrawal", Unit.HOURS)
    absent_weeks: Item[Count] = rule("连续缺勤退学标准", "absence in a row for withdrawal", Unit.WEEKS)
    expulsion_approval: Item[ExpulsionApproval] = rule("开除学籍的批准", "approval of expulsion")
    appeal_term: Item[Count] = rule("学生申诉期限", "term for a student's appeal", Unit.WORKING_DAYS)
    graduation_lead: Item[Count] = rule("毕业办理提前期", "handling of graduation before leaving", Unit.WORKING_DAYS)
    completion_to_graduation: Item[MonthRange] = rule(
        "结业换毕业的期限", "window from completion to graduation", Unit.MONTHS
    )
    study_proof_least: Item[Count] = rule("肄业最短学习期限", "least study for a study proof", Unit.MONTHS)
    staged_forms: Item[tuple[str, ...]] = rule("可用的分段培养方式", "forms of staged training in use")
    upper_stage: Item[UpperStage] = rule("五年制适用规则的起点", "start of college rules")

    @model_validator(mode="after")
    def _steps_are_taken_once(self) -> Self:
        for steps in (self.transfer_within.value, self.transfer_across.value):
            if len(set(steps)) != len(steps) or not steps:
                raise ValueError("a transfer needs steps, and each party takes one")
        return self

    @model_validator(mode="after")
    def _single_leave_fits_leave_in_a_row(self) -> Self:
        if self.suspension_single.value > self.suspension_in_a_row.value:
            raise ValueError("a single leave cannot be longer than leave in a row")
        return self

    @model_validator(mode="after")
    def _codes_exist(self) -> Self:
        for set_name, codes in (
            ("staged_training", self.staged_forms.value),
            ("admission_method", (self.export_of_outsiders.value.admission_method,)),
        ):
            unknown = [code for code in codes if code not in code_set(set_name)]
            if unknown:
                raise ValueError(f"code set {set_name} has no {unknown}")
        return self
