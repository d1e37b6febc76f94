"""The reason for each choice, in words: the same text for the family and for the officer at the counter."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import select

from allocation.explain import ChoiceVerdict, Explanation, explain_all
from core.db import db
from core.i18n import current_language
from enrolment.plans.storage import sheet_of
from enrolment.results.models import Placement
from enrolment.rounds.desk_words import REASONS, Labels
from enrolment.rounds.models import Run

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
    names: Mapping[str, str]


def told(placement: Placement) -> Told:
    """The explanation of one placement in the reader's language; no data of anybody else."""
    texts = _texts(placement.run_id)
    explanation = texts.explanations[placement.application.applicant.candidate_number]
    lang = "en" if current_language() == "en" else "zh"
    sentences = explanation.sentences("en" if lang == "en" else "zh")
    count = len(explanation.choices)
    reasons = tuple(
        _reason(rank, one, texts.names, sentence)
        for rank, (one, sentence) in enumerate(zip(explanation.choices, sentences, strict=False), start=1)
    )
    extra = (_named(text, texts.names) for text in sentences[count:])
    return Told(explanation.score, explanation.position, reasons, tuple(extra))


def sample(run: Run, count: int = 10) -> tuple[tuple[str, Told], ...]:
    """Explanations of ``count`` applicants spread over the run, by candidate number."""
    query = select(Placement).where(Placement.run_id == run.id).order_by(Placement.id).limit(count)
    return tuple((row.application.applicant.candidate_number, told(row)) for row in db.session.scalars(query))


def _reason(rank: int, one: ChoiceVerdict, names: Mapping[str, str], sentence: str) -> ChoiceReason:
    return ChoiceReason(
        rank=rank,
        name=names.get(one.programme, one.programme),
        word=REASONS[one.verdict].text(current_language()),
        tone=_TONES.get(one.verdict, "neutral"),
        sentence=_named(sentence, names),
    )


def _named(sentence: str, names: Mapping[str, str]) -> str:
    """The laboratory speaks in codes; people read names."""
    for code in sorted(names, key=len, reverse=True):
        sentence = sentence.replace(code, names[code])
    return sentence


@lru_cache(maxsize=4)
def _texts(run_id: uuid.UUID) -> _RunTexts:
    run = db.session.get_one(Run, run_id)
    if run.outcome is None:
        raise LookupError("the run has no outcome")
    labels = Labels(sheet_of(run.snapshot.plan))
    names = {code: f"{row.name}（{labels.school_of(row)}）" for code, row in labels.programmes.items()}
    everybody = explain_all(run.snapshot.instance.encode(), run.outcome.encode())
    return _RunTexts({one.applicant: one for one in everybody}, names)
