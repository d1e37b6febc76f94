"""New editions of a county's filing rules: proposed with test cases that must hold, approved by a second person.

A round that is open keeps the sheet it was opened under; a new edition rules the rounds opened later.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core import clock
from core.access import Actor
from core.audit import record
from core.db import canonical_json, db, expect_version, lock_row, transaction
from core.errors import NotAllowed, Refused
from core.i18n import lazy as _l
from core.i18n import say
from core.policy import BadSheet, FilingSheet, SheetKind, read_sheet
from core.policy.entry import CaseOutcome, run_cases
from core.policy.models import StoredPolicySheet
from enrolment.cycles.policy import policy_book, store_policy
from enrolment.cycles.rule_models import RevisionState, RuleRevision
from enrolment.cycles.rule_sheet import RuleTables
from enrolment.cycles.rule_words import RESULT_WORDS

EDIT, APPROVE = "rules.edit", "rules.approve"
LONGEST_BASIS = 200
_ENDED = _l("这一版规则已经办理完。")


@dataclass(frozen=True, slots=True)
class PlainRules:
    """The rules that are one value each: numbers of choices and the place of the batch, with their bases."""

    choices_max: int
    choices_basis: str
    supplementary_choices_max: int
    supplementary_basis: str
    batch_zh: str
    batch_en: str
    batch_position: int
    batch_basis: str


def newest_sheet(county: str) -> FilingSheet:
    """The county's last edition, in force or to come. Raises Refused when it has none."""
    sheets = sheets_of(county)
    if not sheets:
        raise Refused(_l("这个县区还没有政策参数表，请联系系统管理员。"))
    return sheets[-1]


def sheets_of(county: str) -> tuple[FilingSheet, ...]:
    """All editions of a county by the day they begin."""
    return all_sheets().get(county, ())


def all_sheets() -> Mapping[str, tuple[FilingSheet, ...]]:
    """All editions of every county by the day they begin."""
    found: dict[str, list[FilingSheet]] = {}
    for one in policy_book().sheets:
        if isinstance(one, FilingSheet):
            found.setdefault(one.scope, []).append(one)
    return {county: tuple(sorted(rows, key=lambda one: one.effective_from)) for county, rows in found.items()}


def propose_tables(actor: Actor, *, county: str, effective_from: dt.date, tables: RuleTables) -> RuleRevision:
    """A new edition with another table of entry, other exclusive wishes or test cases.

    Raises like `propose`.
    """
    rules, cases = bodies_of(tables)
    return propose(actor, county=county, effective_from=effective_from, rules=rules, bases=tables.bases, cases=cases)


def bodies_of(tables: RuleTables) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The rules and the test cases of a workbook as a sheet's JSON holds them."""
    rules = {
        "eligibility": [one.model_dump(mode="json") for one in tables.eligibility],
        "exclusive_wishes": [one.model_dump(mode="json") for one in tables.wishes],
    }
    return rules, [one.model_dump(mode="json") for one in tables.cases]


def propose_plain(actor: Actor, *, county: str, effective_from: dt.date, plain: PlainRules) -> RuleRevision:
    """A new edition with other numbers of choices or another place of the batch. Raises like `propose`."""
    batch = {"name": {"zh": plain.batch_zh, "en": plain.batch_en}, "position": plain.batch_position}
    rules = {
        "choices_max": plain.choices_max,
        "supplementary_choices_max": plain.supplementary_choices_max,
        "batch": batch,
    }
    bases = {
        "choices_max": plain.choices_basis,
        "supplementary_choices_max": plain.supplementary_basis,
        "batch": plain.batch_basis,
    }
    return propose(actor, county=county, effective_from=effective_from, rules=rules, bases=bases)


def propose(
    actor: Actor,
    *,
    county: str,
    effective_from: dt.date,
    rules: Mapping[str, Any],
    bases: Mapping[str, str],
    cases: Sequence[Mapping[str, Any]] | None = None,
) -> RuleRevision:
    """Put a new edition before the second person: the county's last one with some rules changed.

    Raises NotAllowed for another county; Refused for a day that is past or before the last edition, while
    another edition waits, when nothing differs, without test cases, and when a case gives another answer than
    it should, naming it.
    """
    if county not in actor.counties(EDIT):
        raise NotAllowed(_l("各县区的报考规则由本县区教育局修订，您的账号不属于这个县区。"))
    with transaction() as session:
        waiting = select(RuleRevision).where(
            RuleRevision.county == county, RuleRevision.state == RevisionState.PROPOSED
        )
        if session.scalars(waiting).first() is not None:
            raise Refused(_l("本县区已有一版规则等待批准，请先办理那一版。"))
        base = newest_sheet(county)
        _refuse_day(effective_from, base)
        sheet = edition(base, rules, bases, cases, effective_from, _version(county, effective_from))
        if (sheet.rules, sheet.cases) == (base.rules, base.cases):
            raise Refused(_l("与最近一版规则完全相同，没有可以保存的改动。"))
        refuse_failing(run_cases(sheet.rules, sheet.cases))
        made = RuleRevision(
            county=county,
            sheet_version=sheet.version,
            based_on=base.version,
            effective_from=effective_from,
            body=sheet.model_dump(mode="json"),
            sha256=sheet.digest,
            proposed_by=actor.account_id,
            proposed_at=clock.now(),
        )
        session.add(made)
        session.flush()
        record(actor, "cycles.propose_rules", made, county=county, version=sheet.version, sha256=sheet.digest)
        return made


def edition(
    base: FilingSheet,
    rules: Mapping[str, Any],
    bases: Mapping[str, str],
    cases: Sequence[Mapping[str, Any]] | None,
    effective_from: dt.date,
    version: str,
) -> FilingSheet:
    """The sheet with some rules, bases and cases replaced; a rule with its own basis is no example any more.

    Raises Refused for values that no sheet may hold, or a missing basis.
    """
    body, titles = base.model_dump(mode="json"), {line.id: line.words for line in base.lines()}
    for name in rules:
        item, basis = body["rules"][name], bases.get(name, "").strip()
        if not basis:
            raise Refused(_l("每条改动的规则都要写明政策依据。"))
        if item["example"] and item["value"] != rules[name] and item["basis"] == basis:
            raise Refused(
                _l("“%(rule)s”有改动，请写明新的政策依据，不能沿用示例政策的依据。", rule=say(titles[name]))
            )
        if (item["value"], item["basis"]) != (rules[name], basis):
            body["rules"][name] = {**item, "value": rules[name], "basis": basis, "example": False}
    body |= {"version": version, "effective_from": effective_from.isoformat(), "effective_to": None}
    if cases is not None:
        body["cases"] = list(cases)
    try:
        made = read_sheet(canonical_json(body))
    except BadSheet as error:
        raise Refused(_l("规则没有通过检查：%(problems)s", problems="；".join(error.problems[:5]))) from error
    if not isinstance(made, FilingSheet):
        raise TypeError("the edition of a filing sheet is a filing sheet")
    return made


def refuse_failing(outcomes: Sequence[CaseOutcome]) -> None:
    """Raise Refused without a test case, or naming every case that the rules answer wrongly."""
    if not outcomes:
        raise Refused(_l("至少要有一条试算，才能保存规则。"))
    wrong = [one for one in outcomes if not one.holds]
    if wrong:
        named = "；".join(
            str(
                _l(
                    "“%(case)s”应得“%(expected)s”，规则给出“%(given)s”",
                    case=say(one.case.name.words),
                    expected=RESULT_WORDS[one.case.expected],
                    given=RESULT_WORDS[one.given],
                )
            )
            for one in wrong
        )
        raise Refused(_l("没有保存，试算不符：%(cases)s。请改规则，或改试算的应得结论。", cases=named))


def approve(actor: Actor, *, revision_id: uuid.UUID, version: int) -> RuleRevision:
    """The second person approves: the edition becomes a policy sheet of the county from its day on.

    Raises NotAllowed for another county and for the person who proposed it, Refused when its day is past,
    another edition came between, or a case fails; Conflict when the revision changed.
    """
    with transaction() as session:
        revision = _open_one(actor, revision_id, version, APPROVE)
        if revision.proposed_by == actor.account_id:
            raise NotAllowed(_l("这一版规则由您提出，须由另一位人员批准。"))
        sheet, base = sheet_of(revision), newest_sheet(revision.county)
        if base.version != revision.based_on:
            raise Refused(_l("提出之后已经有了更新的一版规则，请重新提出。"))
        _refuse_day(revision.effective_from, base)
        refuse_failing(run_cases(sheet.rules, sheet.cases))
        revision.sheet_id = store_policy(sheet).id
        revision.state = RevisionState.APPROVED
        revision.decided_by, revision.decided_at = actor.account_id, clock.now()
        record(actor, "cycles.approve_rules", revision, county=revision.county, sha256=revision.sha256)
        session.flush()
        return revision


def refuse(actor: Actor, *, revision_id: uuid.UUID, version: int, answer: str) -> RuleRevision:
    """The second person sends the edition back with a reason; nothing of the rules changes."""
    if not answer.strip():
        raise Refused(_l("不同意时，请写明原因。"), field="answer")
    return _end(actor, revision_id, version, APPROVE, RevisionState.REFUSED, answer.strip())


def withdraw(actor: Actor, *, revision_id: uuid.UUID, version: int) -> RuleRevision:
    """The makers take the edition back."""
    return _end(actor, revision_id, version, EDIT, RevisionState.WITHDRAWN, "")


def sheet_of(revision: RuleRevision) -> FilingSheet:
    """The sheet a revision holds."""
    made = read_sheet(canonical_json(revision.body))
    if not isinstance(made, FilingSheet):
        raise TypeError("a revision of filing rules holds a filing sheet")
    return made


def _end(
    actor: Actor, revision_id: uuid.UUID, version: int, permission: str, state: RevisionState, answer: str
) -> RuleRevision:
    with transaction():
        revision = _open_one(actor, revision_id, version, permission)
        revision.state, revision.answer = state, answer
        revision.decided_by, revision.decided_at = actor.account_id, clock.now()
        record(actor, f"cycles.{state.value}_rules", revision, county=revision.county, answer=answer)
        return revision


def _open_one(actor: Actor, revision_id: uuid.UUID, version: int, permission: str) -> RuleRevision:
    revision = lock_row(RuleRevision, revision_id)
    expect_version(revision, version)
    if revision.state is not RevisionState.PROPOSED:
        raise Refused(_ENDED)
    if revision.county not in actor.counties(permission):
        raise NotAllowed(_l("各县区的报考规则由本县区教育局修订，您的账号不属于这个县区。"))
    return revision


def _refuse_day(day: dt.date, base: FilingSheet) -> None:
    if day < clock.today():
        raise Refused(_l("生效日期不能早于今天，已经办理的不按新规则重新判断。"), field="effective_from")
    if day <= base.effective_from:
        raise Refused(
            _l(
                "生效日期要晚于最近一版（%(version)s，%(day)s起）。",
                version=base.version,
                day=base.effective_from.isoformat(),
            ),
            field="effective_from",
        )


def _version(county: str, day: dt.date) -> str:
    """The next free name of an edition: year of its day, and a number."""
    stored = select(StoredPolicySheet.sheet_version).where(
        StoredPolicySheet.kind == SheetKind.FILING.value, StoredPolicySheet.scope == county
    )
    tried = select(RuleRevision.sheet_version).where(RuleRevision.county == county)
    used = {*db.session.scalars(stored), *db.session.scalars(tried), *(one.version for one in sheets_of(county))}
    number = 1
    while f"{day.year}.{number}" in used:
        number += 1
    return f"{day.year}.{number}"
