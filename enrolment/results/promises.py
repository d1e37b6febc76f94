"""What the county's filing sheet of a round says about answering a place: the default, and what giving up costs."""

from core.policy.filing import DeadlineDefault
from core.words import Words
from enrolment.applications.models import Applicant
from enrolment.cycles.models import Round
from enrolment.cycles.policy import filing_sheet

_DEFAULT = {
    DeadlineDefault.CONFIRMED: Words(
        "到时没有答复的，按“确认录取”办理", "without an answer by then the place counts as accepted"
    ),
    DeadlineDefault.DECLINED: Words(
        "到时没有答复的，按“放弃录取”办理", "without an answer by then the place counts as declined"
    ),
}
_MAY_JOIN = Words("放弃后可以参加征求志愿", "whoever gives up may join a supplementary round")
_MAY_NOT_JOIN = Words(
    "按本县区规定，放弃后本年度不能再参加征求志愿",
    "by the county's rule whoever gives up cannot join a supplementary round this year",
)


def default_of(in_round: Round, county: str) -> DeadlineDefault:
    """What counts for the county's pupils who say nothing until the deadline. Raises Refused without a sheet."""
    return filing_sheet(in_round, county).rules.confirmation_default.value


def default_words(in_round: Round, county: str) -> Words:
    """The default as half a sentence for pages and messages."""
    return _DEFAULT[default_of(in_round, county)]


def may_join_later(applicant: Applicant, in_round: Round) -> bool:
    """Whether the county lets whoever gave up a place of ``in_round`` join later rounds of the year."""
    return filing_sheet(in_round, applicant.county).rules.give_up.value.may_join_later_rounds


def give_up_words(applicant: Applicant, in_round: Round) -> Words:
    """What giving up costs in this county, as half a sentence."""
    return _MAY_JOIN if may_join_later(applicant, in_round) else _MAY_NOT_JOIN
