"""The reason for each choice, in words: the same text for the family and for the officer at the counter."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import select

from allocation.explain import ChoiceVerdict, Explanation, explain_all
from allocation.wording import KEPT, LIMITS, STRIKES, Lang, pick
from core.db import db
from core.i18n import current_language, say
from core.i18n import gettext as _
from core.words import Words
from enrolment.plans.models import PlanProgramme
from enrolment.plans.names import names_with_school
from enrolment.results.models import Placement
from enrolment.results.returning import confirmed_return_of
from enrolment.results.scope import whole
from enrolment.rounds.desk_words import REASONS
from enrolment.rounds.models import Run
from enrolment.rounds.return_codes import REASON_CODES
from registry.schools.models import Programme

_TONES = {"admitted": "success", "full": "neutral", "closed": "neutral", "struck": "warning", "returned": "warning"}


@dataclass(frozen=True, slots=True)
class ChoiceReason:
    """What became of one choice: its rank, its name, the word for it, and the whole sentence."""

    rank: int
    name: str
    word: str
    tone: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """A whole result in words: own score and position, a reason a choice, extra sentences."""

    score: str
    position: int
    reasons: tuple[ChoiceReason, ...]
    extra: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _RunTexts:
    """What explaining needs of one run; runs never change once stored."""

    explanations: Mapping[str, Explanation]
    names: Mapping[str, Words]


def told(placement: Placement) -> Told:
    """The explanation of one placement in the reader's language; no data of anybody else."""
    texts = _texts(placement.run_id)
    applicant = placement.application.applicant
    explanation = texts.explanations[applicant.candidate_number]
    full = sum((one.full for one in applicant.scores), Decimal(0))
    extra = (_("志愿都没有录取到，按“服从调剂”录取。"),) if explanation.by_adjustment else ()
    return Told(
        score=f"{explanation.score} / {full:f}" if full else explanation.score,
        position=explanation.position,
        reasons=tuple(
            _told_return(placement, _reason(rank, one, texts.names), one)
            for rank, one in enumerate(explanation.choices, start=1)
        ),
        extra=extra,
    )


def sample(run: Run, count: int = 10) -> tuple[tuple[str, Told], ...]:
    """Explanations of ``count`` applicants spread over the run, by candidate number."""
    query = select(Placement).where(Placement.run_id == run.id).order_by(Placement.id).limit(count)
    rows = db.session.scalars(whole(query)).unique()
    return tuple((row.application.applicant.candidate_number, told(row)) for row in rows)


def _reason(rank: int, one: ChoiceVerdict, names: Mapping[str, Words]) -> ChoiceReason:
    return ChoiceReason(
        rank=rank,
        name=say(names.get(one.programme, one.programme)),
        word=REASONS[one.verdict].text(current_language()),
        tone=_TONES.get(one.verdict, "neutral"),
        sentence=_sentence(one, names),
    )


def _told_return(placement: Placement, told: ChoiceReason, one: ChoiceVerdict) -> ChoiceReason:
    """The reason with the coded sentence of the school's return, where the bureau confirmed one."""
    if one.verdict not in ("struck", "returned"):
        return told
    found = confirmed_return_of(placement.application_id, one.programme)
    if found is None:
        return told
    word = REASONS["returned"].text(current_language())
    return replace(told, word=word, sentence=REASON_CODES[found.code].sentence.text(current_language()))


def _sentence(one: ChoiceVerdict, names: Mapping[str, Words]) -> str:
    """The verdict on one choice in the pupil's words."""
    if one.verdict == "full":
        return ("" if _lang() == "zh" else " ").join((_limit(one), *_compared(one)))
    if one.verdict == "closed":
        return _(
            "报名人数不够开班：有 %(reached)s 人，至少要 %(needed)s 人。", reached=one.reached, needed=one.needed
        )
    if one.verdict == "kept":
        kept_for = say(names.get(one.kept_for or "", one.kept_for or ""))
        zh, en = KEPT[one.limit_kind or "*"]
        return _whole(
            (zh.format(county=one.county, programme=kept_for), en.format(county=one.county, programme=kept_for))
        )
    if one.verdict == "struck":
        return _whole(STRIKES[one.struck or "taken"])
    plain = {
        "admitted": _("已录取到这个专业。"),
        "returned": _("已投档，按招生条件退档，这一轮不再看后面的志愿。"),
        "not_reached": _("前面的志愿已经录取，没有再看这个志愿。"),
    }
    return plain[one.verdict]


def _limit(one: ChoiceVerdict) -> str:
    limit = pick(LIMITS.get(one.limit_kind or "limit", LIMITS["limit"]), _lang())
    if one.cap is None:
        return _("%(limit)s已满。", limit=limit)
    return _("%(limit)s（%(cap)s 人）已满。", limit=limit, cap=one.cap)


def _lang() -> Lang:
    return "en" if current_language() == "en" else "zh"


def _whole(pair: tuple[str, str]) -> str:
    """A phrase of the laboratory as a sentence with the marks of its language."""
    phrase = pick(pair, _lang())
    return phrase.replace(",", "，") + "。" if _lang() == "zh" else f"{phrase[:1].upper()}{phrase[1:]}."


def _compared(one: ChoiceVerdict) -> Iterator[str]:
    """Where the edge was and where the reader stands: positions, points, the gap or the tie."""
    if one.last_position is not None and one.last_score is not None:
        yield _("最后录取的是第 %(place)s 位，%(score)s 分。", place=one.last_position, score=one.last_score)
    elif one.last_position is not None:
        yield _("最后录取的是第 %(place)s 位。", place=one.last_position)
    yield _("您是第 %(place)s 位，%(score)s 分。", place=one.own_position, score=one.own_score)
    if one.tie_key == "lottery":
        yield _("两人同分，由事先公布的抽签决定。")
    elif one.tie_key is not None:
        yield _("两人同分，由第 %(key)s 项同分比较决定。", key=one.tie_key)
    elif one.gap is not None:
        yield _("相差 %(gap)s 分。", gap=one.gap)


@lru_cache(maxsize=4)
def _texts(run_id: uuid.UUID) -> _RunTexts:
    run = db.session.get_one(Run, run_id)
    if run.outcome is None:
        raise LookupError("the run has no outcome")
    planned = select(Programme.code).join(PlanProgramme, PlanProgramme.programme_id == Programme.id)
    names = names_with_school(db.session.scalars(planned.where(PlanProgramme.plan_id == run.snapshot.plan_id)).all())
    everybody = explain_all(run.snapshot.instance.encode(), run.outcome.encode())
    return _RunTexts({one.applicant: one for one in everybody}, names)
