"""Rules of a county for filing choices and for its order of applicants (kind `filing`)."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from core.policy.items import (
    Item,
    Key,
    Label,
    Points,
    RuleSet,
    Strict,
    Unit,
    YearlyDay,
    YearlyMoment,
    YearlyWindow,
    rule,
)


class FilingPosition(StrEnum):
    """Whether families choose before or after they know the scores."""

    BEFORE_SCORES = "before_scores"
    AFTER_SCORES = "after_scores"


class LastTieStep(StrEnum):
    """What ends a tie that all keys leave open. Filing time, ID number and row order are no choices."""

    ADMIT_ALL = "admit_all"
    BUREAU_DECIDES = "bureau_decides"
    LOTTERY_WITH_WITNESS = "lottery_with_witness"


class HealthCheck(StrEnum):
    """When a health conclusion acts: it strikes a choice before, or returns the file after sending."""

    BEFORE = "before"
    AFTER = "after"


class FreedSeats(StrEnum):
    """What becomes of a seat that is returned or given up after a round."""

    NEXT_ROUND = "next_round"
    FILL_UP = "fill_up"


class UnusedCells(StrEnum):
    """What becomes of a county's seats that nobody took."""

    STAY_THEN_AGREEMENT = "stay_then_agreement"
    RETURN_TO_HOST = "return_to_host"
    LAPSE = "lapse"


class Adjustment(StrEnum):
    """Where an unplaced applicant who accepts adjustment may be placed."""

    SAME_SCHOOL = "same_school"
    ANYWHERE = "anywhere"
    OFF = "off"


class DeadlineDefault(StrEnum):
    """What counts when a family says nothing until the confirmation deadline."""

    CONFIRMED = "confirmed"
    DECLINED = "declined"


class Consent(StrEnum):
    """How far a guardian must take part."""

    REQUIRED = "required"
    CONFIRMS = "confirms"
    INFORMED = "informed"


class SupplementaryLine(StrEnum):
    """What happens to the control line in a supplementary round."""

    SAME = "same"
    LOWERED = "lowered"
    WAIVED = "waived"


class Subject(Strict):
    """One examination subject with its full mark."""

    key: Key
    name: Label
    full_mark: Points


class Scores(Strict):
    """The score scale of a county: subjects, their sum, and the smallest step between two scores."""

    subjects: tuple[Subject, ...] = Field(min_length=1)
    total: Points
    step: Points

    @model_validator(mode="after")
    def _sum_is_the_total(self) -> Self:
        keys = [subject.key for subject in self.subjects]
        if len(set(keys)) != len(keys):
            raise ValueError("a subject is named twice")
        total = sum((subject.full_mark for subject in self.subjects), Decimal(0))
        if total != self.total:
            raise ValueError(f"the full marks add up to {total}, not to {self.total}")
        if self.step <= 0:
            raise ValueError("the step between scores must be above zero")
        return self

    def subject(self, key: str) -> Subject:
        """The subject with this key. Raises KeyError."""
        return {subject.key: subject for subject in self.subjects}[key]


class SubjectSum(Strict):
    """A tie key: the sum of these subject scores, larger first."""

    sum_of: tuple[Key, ...] = Field(min_length=1)


class PriorityFlag(Strict):
    """A tie key: applicants with this recorded priority come first."""

    flag: Key


TieKey = SubjectSum | PriorityFlag


class ControlLine(Strict):
    """Whether a lowest total applies; the number itself is set in each year's cycle after the scores.

    `points` is a default for trials only.
    """

    applies: bool
    points: Points | None
    supplementary: SupplementaryLine


class Batch(Strict):
    """The batch in which cross-province choices stand, and its place among the county's batches."""

    name: Label
    position: int = Field(ge=0, le=20)


class GuardianConsent(Strict):
    """The guardian's part, by age of the applicant on the day, and the acts it covers."""

    under_14: Consent
    from_14: Consent
    submit: bool
    change_choices: bool
    give_up: bool


class GiveUp(Strict):
    """Giving up a place: until when, with whom, and whether later rounds of the year stay open."""

    until: YearlyMoment
    guardian_confirms: bool
    may_join_later_rounds: bool


class ExclusiveWish(Strict):
    """A kind of choice that shuts out cross-province choices; `text` is what the family is told.

    `name` is the word that the county's list of candidates uses for who has filed such a choice.
    """

    wish_type: Key
    name: Label
    text: Label


class Residence(StrEnum):
    """Where a household registration or a junior-school roll lies, seen from the county."""

    LOCAL = "local"
    OUTSIDE = "outside"
    ANY = "any"


class Graduate(StrEnum):
    """When junior school was finished."""

    THIS_YEAR = "this_year"
    EARLIER = "earlier"
    ANY = "any"


class EligibilityRow(Strict):
    """One line of the eligibility table; the first line that fits a person decides."""

    hukou: Residence
    junior_roll: Residence
    graduate: Graduate
    needs_residence_proof: bool
    may_apply: bool
    text: Label


SmallCount = Annotated[int, Field(ge=1, le=10)]
Span = Annotated[int, Field(ge=0, le=400)]


class FilingRules(RuleSet):
    """All rules of a county's filing sheet. Dates are patterns that a cycle may move for its year."""

    filing_position: Item[FilingPosition] = rule("志愿填报时点", "position of filing")
    filing_window: Item[YearlyWindow] = rule("志愿填报时间", "filing window")
    scores_day: Item[YearlyDay] = rule("成绩公布日", "day of scores")
    confirmation_window: Item[YearlyWindow] = rule("录取确认时间", "confirmation window")
    supplementary_window: Item[YearlyWindow] = rule("征求志愿填报时间", "supplementary filing window")
    choices_max: Item[SmallCount] = rule("志愿数上限", "most choices", Unit.CHOICES)
    supplementary_choices_max: Item[SmallCount] = rule(
        "征求志愿数上限", "most choices in a supplementary round", Unit.CHOICES
    )
    batch: Item[Batch] = rule("批次", "batch")
    scores: Item[Scores] = rule("计分科目与满分", "subjects and full marks")
    bonus_max: Item[Points] = rule("政策加分上限", "most bonus points", Unit.POINTS)
    tie_keys: Item[tuple[TieKey, ...]] = rule("同分排序依据", "tie keys in order")
    tie_last_step: Item[LastTieStep] = rule("完全同分的处理", "last step of a tie")
    control_line: Item[ControlLine] = rule("最低控制分数线", "control line")
    health_checks: Item[HealthCheck] = rule("体检结论的作用时点", "when health conclusions act")
    adjustment: Item[Adjustment] = rule("服从调剂的范围", "range of adjustment")
    freed_seats: Item[FreedSeats] = rule("退档与放弃名额的去向", "freed seats")
    unused_cells: Item[UnusedCells] = rule("未用完计划的去向", "unused cells")
    eligibility: Item[tuple[EligibilityRow, ...]] = rule("报考资格", "eligibility")
    exclusive_wishes: Item[tuple[ExclusiveWish, ...]] = rule("互斥志愿类型", "exclusive wish types")
    guardian_consent: Item[GuardianConsent] = rule("监护人同意", "guardian consent")
    give_up: Item[GiveUp] = rule("放弃录取", "giving up a place")
    confirmation_default: Item[DeadlineDefault] = rule(
        "确认截止时未表态的处理", "default at the confirmation deadline"
    )
    score_review_term: Item[Span] = rule("成绩复核申请期限", "term for score review", Unit.WORKING_DAYS)
    complaint_term: Item[Span] = rule("录取申诉期限", "term for admission complaints", Unit.WORKING_DAYS)
    unsuccessful_retention: Item[Span] = rule(
        "未录取报名材料保存期限", "retention of unsuccessful applications", Unit.YEARS
    )

    @model_validator(mode="after")
    def _tie_keys_name_subjects(self) -> Self:
        known = {subject.key for subject in self.scores.value.subjects}
        for key in self.tie_keys.value:
            if isinstance(key, SubjectSum) and not known.issuperset(key.sum_of):
                raise ValueError(f"tie key names unknown subjects {sorted(set(key.sum_of) - known)}")
        return self
