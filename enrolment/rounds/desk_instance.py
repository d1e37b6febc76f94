"""From a plan and its candidates to the frozen instance of the round (allocation-instance/1)."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from allocation.formats import BadInstance, canonical, read_instance
from core.sheets import BadSheets, SheetFault, Words, exact_number
from enrolment.applications.sheet import NORMAL, Candidate, CandidateSheet, CountySheet
from enrolment.plans.sheet import LimitRow, PlanSheet, ProgrammeRow, line_of

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate in the order of the round: exam total with bonus and the values of the county's tie keys.

    None is a score that is missing.
    """

    county: CountySheet
    candidate: Candidate
    score: Decimal | None
    keys: tuple[Decimal | None, ...]
    key_subjects: tuple[tuple[str, ...], ...]

    def missing(self, subjects: tuple[str, ...]) -> tuple[str, ...]:
        """Those of `subjects` without a score."""
        given = _given(self.county, self.candidate)
        return tuple(subject for subject in subjects if given.get(subject) is None)


def standings(plan: PlanSheet, people: CandidateSheet) -> tuple[Standing, ...]:
    """Every candidate with total and keys, in the order of the numbers."""
    keys = {county.code: county.tie_keys for county in plan.counties}
    rows = [
        _standing(county, candidate, keys[county.county])
        for county in people.counties
        for candidate in county.candidates
    ]
    return tuple(sorted(rows, key=lambda one: one.candidate.number))


def _standing(county: CountySheet, candidate: Candidate, keys: tuple[tuple[str, ...], ...]) -> Standing:
    given = _given(county, candidate)
    total = candidate.total if candidate.total is not None else _sum([*given.values()])
    score = None if total is None else exact_number(total + candidate.bonus)
    return Standing(
        county, candidate, score, tuple(_sum([given.get(subject) for subject in key]) for key in keys), keys
    )


def _given(county: CountySheet, candidate: Candidate) -> dict[str, Decimal | None]:
    names = (subject.name for subject in county.subjects)
    return dict(zip(names, candidate.scores, strict=True))


def _sum(scores: list[Decimal | None]) -> Decimal | None:
    known = [score for score in scores if score is not None]
    return exact_number(sum(known, Decimal(0))) if scores and len(known) == len(scores) else None


def missing_scores(plan: PlanSheet, people: CandidateSheet) -> tuple[SheetFault, ...]:
    """A fault for every candidate whose place in the order needs a score that is missing.

    The total is needed always; a subject of a tie key only where others have the same total and the same
    earlier keys. Candidates already placed elsewhere stand in no order.
    """
    taken = {row.number for row in people.taken}
    scales: dict[str, list[Standing]] = defaultdict(list)
    faults: list[SheetFault] = []
    for one in standings(plan, people):
        if one.candidate.number in taken:
            continue
        if one.score is None:
            subjects = tuple(subject.name for subject in one.county.subjects)
            rule = Words("总分算不出来", "the total cannot be known")
            faults += _lacking(one, one.missing(subjects), rule)
        else:
            common = plan.rules.across == "common_score"
            scales["" if common else one.county.county].append(one)
    for scale in sorted(scales):
        faults += _ties(scales[scale])
    return tuple(faults)


def _ties(people: list[Standing]) -> Iterator[SheetFault]:
    groups: dict[object, list[Standing]] = defaultdict(list)
    for one in people:
        groups[one.score].append(one)
    for group in groups.values():
        yield from _tied(group, 0)


def _tied(group: list[Standing], key: int) -> Iterator[SheetFault]:
    """The faults of people equal so far, from tie key `key` on."""
    if len(group) < 2 or all(key >= len(one.keys) for one in group):
        return
    lacking = [one for one in group if key < len(one.keys) and one.keys[key] is None]
    for one in lacking:
        others = "、".join(other.candidate.number for other in group if other is not one)
        rule = Words(f"与 {others} 同分，排序要用到这一科", f"tied with {others}, the order needs this subject")
        yield from _lacking(one, one.missing(one.key_subjects[key]), rule)
    if lacking:
        return
    parts: dict[object, list[Standing]] = defaultdict(list)
    for one in group:
        parts[one.keys[key] if key < len(one.keys) else None].append(one)
    for part in parts.values():
        yield from _tied(part, key + 1)


def _lacking(one: Standing, subjects: tuple[str, ...], rule: Words) -> Iterator[SheetFault]:
    """One fault per missing subject; a county that gives totals only has one fault for the total."""
    headings = {subject.name: at for at, subject in enumerate(one.county.subjects)}
    number = one.candidate.number
    for subject in subjects or ("",):
        at = headings.get(subject)
        heading = one.county.subjects[at].heading if at is not None else "总分"
        column = one.county.letters[at] if at is not None and at < len(one.county.letters) else ""
        yield SheetFault(
            one.county.sheet,
            one.candidate.row or None,
            column,
            heading,
            "",
            Words(
                f"考生 {number} 缺少“{heading}”成绩，{rule.zh}",
                f'candidate {number} has no score for "{heading}"; {rule.en}',
            ),
            Words(
                "请补上成绩；确认缺考的由教育局填 0",
                "supply the score; the bureau writes 0 where the exam was missed",
            ),
        )


def build_instance(plan: PlanSheet, people: CandidateSheet) -> bytes:
    """The canonical instance of the round: the same for the same rows in any order.

    Raises BadSheets when a score needed for the order is missing or the rules contradict each other.
    """
    faults = missing_scores(plan, people)
    if faults:
        raise BadSheets(faults)
    raw = json.dumps(_instance(plan, people), ensure_ascii=False)
    try:
        return canonical(read_instance(raw))
    except BadInstance as bad:
        raise BadSheets(
            SheetFault("", None, "", fault.path, fault.value, _halves(fault.rule), _halves(fault.mend))
            for fault in bad.faults
        ) from bad


def _halves(text: str) -> Words:
    """The laboratory writes Chinese, a slash and English in one sentence."""
    zh, _, en = text.partition(" / ")
    return Words(zh, en or zh)


def _instance(plan: PlanSheet, people: CandidateSheet) -> dict[str, Json]:
    rules = plan.rules
    anywhere = rules.adjustment == "anywhere"
    order = rules.adjust_order or (tuple(one.code for one in plan.programmes) if anywhere else ())
    return {
        "format": "allocation-instance/1",
        "rules": {
            "across": rules.across,
            "ties": rules.ties,
            "checks": rules.checks,
            "floors": rules.floors,
            "bed_with_guarantee": rules.bed_with_guarantee,
            "opening": rules.opening if isinstance(rules.opening, str) else [*rules.opening],
            "adjustment": rules.adjustment,
            "seed": rules.seed,
        },
        "schools": _schools(plan),
        "programmes": [_programme(one, plan) for one in plan.programmes],
        "applicants": _applicants(plan, people),
        "outflow": {one.sources[0]: one.cap for one in plan.limits if one.kind == "outflow"},
        "limits": [_limit(one, plan) for one in plan.limits if one.kind in ("host", "zone", "other")],
        "adjust_order": [*order],
        "taken": [*sorted(one.number for one in people.taken)],
    }


def _schools(plan: PlanSheet) -> list[Json]:
    rows: list[Json] = []
    for school in plan.schools:
        own = [one for one in plan.limits if one.schools == (school.code,)]
        totals = [one for one in own if one.kind == "school"]
        beds = [one for one in own if one.kind == "beds"]
        shares = {one.sex or "capacity": one.shares for one in (*totals, *beds)}
        rows.append(
            {
                "id": school.code,
                "county": school.county,
                "capacity": totals[0].cap if totals else None,
                "dorm": {one.sex: one.cap for one in beds},
                "shares": {name: {**counts} for name, counts in shares.items() if counts},
            }
        )
    return rows


def _programme(one: ProgrammeRow, plan: PlanSheet) -> Json:
    cells = [cell for cell in plan.cells if cell.programme == one.code]
    county_lines = {county.code: county.line for county in plan.counties}
    lines = {cell.county: line_of(county_lines[cell.county], cell.line) for cell in cells}
    shares = {cell.county: cell.share for cell in cells if cell.share is not None}
    return {
        "id": one.code,
        "school": one.school,
        "capacity": one.capacity,
        "ceilings": {cell.county: cell.seats for cell in cells},
        "floors": {cell.county: cell.floor for cell in cells if cell.floor},
        "min_open": one.min_open,
        "local_enrolled": one.local_enrolled,
        "lines": {county: f"{line:f}" for county, line in lines.items() if line is not None},
        "sexes": [one.sexes] if one.sexes else None,
        "excludes": [*one.excludes],
        "requires": [*one.requires],
        "reserved": [
            {"tag": kept.tag, "seats": kept.seats, "release": kept.release}
            for kept in plan.reserved
            if kept.programme == one.code
        ],
        "shares": {"capacity": {**shares}} if shares else None,
    }


def _limit(one: LimitRow, plan: PlanSheet) -> Json:
    """A host, zone or other limit as a named set; each filled cell narrows the programmes it counts."""
    county_of = {school.code: school.county for school in plan.schools}
    counted = [
        programme.code
        for programme in plan.programmes
        if (not one.schools or programme.school in one.schools)
        and (not one.host or county_of[programme.school] == one.host)
        and (not one.programmes or programme.code in one.programmes)
    ]
    narrowed = bool(one.schools or one.host or one.programmes)
    return {
        "name": one.name,
        "cap": one.cap,
        "programmes": [*counted] if narrowed else None,
        "counties": [*one.sources] or None,
        "sex": one.sex or None,
        "boarders": one.boarders,
        "shares": {**one.shares},
    }


def _applicants(plan: PlanSheet, people: CandidateSheet) -> list[Json]:
    return [
        {
            "id": one.candidate.number,
            "county": one.county.county,
            "sex": one.candidate.sex,
            # whoever is placed elsewhere stands in no order, so a missing total may be written as nought
            "score": f"{one.score or Decimal(0):f}",
            "tie": [None if key is None else f"{key:f}" for key in one.keys],
            "lottery": one.candidate.lottery,
            "choices": [*one.candidate.wishes],
            "adjust": one.candidate.adjusts,
            "tags": [*sorted({*one.candidate.health, *one.candidate.tags} - {NORMAL})],
            "boards": one.candidate.boards,
        }
        for one in standings(plan, people)
    ]
