"""Why one applicant got what they got: choice by choice, without the data of anybody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["admitted", "full", "closed", "struck", "returned", "not_reached"]
Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class ChoiceVerdict:
    """What became of one choice.

    ``choice`` is its place in the list as filed (1 = first).  For ``full`` the limit is named and its
    last admitted position and score are given; ``gap`` is that score minus the own score in points,
    ``tie_decided`` tells that the totals were equal and a later key decided.  For ``closed`` ``reached``
    of ``needed`` says how many the class had.  ``struck`` is the reason a choice was not counted.
    """

    choice: int
    programme: str
    verdict: Verdict
    limit_kind: str | None = None
    limit: str | None = None
    cap: int | None = None
    last_position: int | None = None
    last_score: str | None = None
    own_position: int | None = None
    own_score: str | None = None
    gap: str | None = None
    tie_decided: bool = False
    reached: int | None = None
    needed: int | None = None
    struck: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation for one applicant; ``programme`` is the place they hold, if any."""

    applicant: str
    position: int
    score: str
    programme: str | None
    by_adjustment: bool
    choices: tuple[ChoiceVerdict, ...]

    def sentences(self, lang: Lang) -> tuple[str, ...]:
        """The explanation in words, one sentence per choice, in Chinese or English."""
        raise NotImplementedError


def explain(instance: bytes, outcome: bytes, applicant_id: str) -> Explanation:
    """Explain one applicant's result from the two files; raises KeyError for an unknown applicant."""
    raise NotImplementedError
