"""What became of each choice of one applicant, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from allocation.wording import KEPT, LIMITS, PLAIN, STRIKES, Lang, pick, place, worth

Verdict = Literal["admitted", "full", "kept", "closed", "struck", "returned", "not_reached"]


@dataclass(frozen=True, slots=True)
class ChoiceVerdict:
    """What became of one choice.

    ``choice`` is its place in the list as filed (1 = first).  For ``full`` the limit is named with its
    cap and the last one admitted ahead: position and score (the score only where it is on the same
    scale), ``gap`` in points, and ``tie_key`` where equal totals were decided by a later key: its
    number from 1, or ``lottery``.  ``last_of`` and ``own_of`` count the candidates of the orders where
    positions of several counties meet.  For ``closed`` the class had ``reached`` of ``needed``.
    ``struck`` is the reason why a choice did not count.  ``kept`` is an empty place refused for the
    sake of an order: ``limit_kind`` is ``floor``, ``min`` or ``*`` (several together), ``limit`` its name,
    ``kept_for`` the programme it belongs to and ``county`` whose floor it is.  Where the programme ranks
    applicants itself (``ranked``), positions are places in its own order and scores are its priorities.
    """

    choice: int
    programme: str
    verdict: Verdict
    limit_kind: str | None = None
    limit: str | None = None
    cap: int | None = None
    last_position: int | None = None
    last_of: int | None = None
    last_score: str | None = None
    own_position: int | None = None
    own_of: int | None = None
    own_score: str | None = None
    gap: str | None = None
    tie_key: str | None = None
    reached: int | None = None
    needed: int | None = None
    struck: str | None = None
    ranked: bool = False
    kept_for: str | None = None
    county: str | None = None

    @property
    def tie_decided(self) -> bool:
        """Whether the totals were equal and a later key decided."""
        return self.tie_key is not None

    def sentence(self, lang: Lang) -> str:
        """The verdict in words."""
        zh = lang == "zh"
        head = f"第 {self.choice} 志愿 {self.programme}:" if zh else f"Choice {self.choice}, {self.programme}: "
        if self.verdict == "closed":
            told = (
                f"未开班,{self.reached} 人,需 {self.needed} 人"
                if zh
                else (f"class not opened, {self.reached} of {self.needed} pupils")
            )
        elif self.verdict == "struck":
            told = pick(STRIKES[self.struck or "taken"], lang)
        elif self.verdict == "full":
            told = self._full(lang)
        elif self.verdict == "kept":
            told = pick(KEPT[self.limit_kind or "*"], lang).format(programme=self.kept_for, county=self.county)
        else:
            told = pick(PLAIN[self.verdict], lang)
        return head + told + ("。" if zh else ".")

    def _full(self, lang: Lang) -> str:
        what = pick(LIMITS[self.limit_kind or "limit"], lang)
        parts = [f"{what}({self.cap})已满" if lang == "zh" else f"{what} ({self.cap}) were full"]
        own = place(self.own_position or 0, self.own_of, lang)
        if self.last_position is not None:
            last = place(self.last_position, self.last_of, lang)
            score = worth(self.last_score, self.ranked, lang) if self.last_score is not None else ""
            parts.append(f"最后录取{last}{score}" if lang == "zh" else f"the last admitted had {last}{score}")
        mine = worth(self.own_score or "", self.ranked, lang)
        parts.append(f"您{own}{mine}" if lang == "zh" else f"you had {own}{mine}")
        if self.tie_key is not None:
            parts.append(self._tie(lang))
        elif self.gap is not None:
            points = (" 分", " points") if not self.ranked else ("", "")
            parts.append(f"相差 {self.gap}{points[0]}" if lang == "zh" else f"the gap is {self.gap}{points[1]}")
        return (";" if lang == "zh" else "; ").join(parts)

    def _tie(self, lang: Lang) -> str:
        if self.tie_key == "lottery":
            same = ("优先级相同", "equal priorities") if self.ranked else ("同分", "equal totals")
            return f"{same[0]},由公布的抽签决定" if lang == "zh" else f"{same[1]}, decided by the published lottery"
        if lang == "zh":
            return f"同分,由第 {self.tie_key} 项同分比较决定"
        return f"equal totals, decided by tie key {self.tie_key}"


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
        told = [one.sentence(lang) for one in self.choices]
        if self.by_adjustment:
            zh = f"志愿均未录取,服从调剂,录取到 {self.programme}。"
            en = f"No choice could be granted; placed by adjustment in {self.programme}."
            told.append(zh if lang == "zh" else en)
        return tuple(told)
