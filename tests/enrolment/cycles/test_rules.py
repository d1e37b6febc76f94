"""Editions of a county's rules: what is refused, two persons, what a new edition changes and what it does not."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.exc import DatabaseError

from core import clock
from core.access import Actor, Grant, OrganisationKind, Role
from core.audit import entries_about
from core.db import housekeeping
from core.errors import NotAllowed, Refused
from core.policy.entry import Expected
from core.policy.items import Label
from core.sheets import BadSheets, SheetOut, headings_of, write_workbook
from enrolment.cycles import revisions
from enrolment.cycles.models import Round
from enrolment.cycles.policy import filing_sheet, keep_sheets, policy_book
from enrolment.cycles.rule_models import RevisionState, RuleRevision
from enrolment.cycles.rule_sheet import CASES, ELIGIBILITY, RuleTables, read_rules, tables_of, write_rules
from tests.enrolment import factories as make
from tests.factories import JS, WJ, account

TOLD = Label(zh="外地学籍考生请在学籍所在地报名", en="apply where your roll is")


@contextmanager
def refused(words: str) -> Iterator[None]:
    """The block is refused with these words."""
    with pytest.raises(Refused) as refusal:
        yield
    assert words in str(refusal.value.sentence)


def actor(role: Role, county: str = JS) -> Actor:
    return Actor(account(role).id, role.value, (Grant(role, None, OrganisationKind.COUNTY, county),))


def tomorrow() -> dt.date:
    return clock.today() + dt.timedelta(days=1)


def tables() -> RuleTables:
    """The county's newest tables with another sentence in the last line."""
    now = tables_of(revisions.newest_sheet(JS))
    last = now.eligibility[-1].model_copy(update={"text": TOLD})
    return replace(
        now, eligibility=(*now.eligibility[:-1], last), bases={**now.bases, "eligibility": "教基〔2026〕7号"}
    )


def proposed(officer: Actor, changed: RuleTables | None = None, day: dt.date | None = None) -> RuleRevision:
    return revisions.propose_tables(officer, county=JS, effective_from=day or tomorrow(), tables=changed or tables())


def test_two_persons_and_a_day_make_an_edition(context: Flask) -> None:
    officer, approver = actor(Role.COUNTY_OFFICER), actor(Role.COUNTY_APPROVER)
    before = revisions.newest_sheet(JS)
    made = proposed(officer)
    assert policy_book().filing(JS, tomorrow()).version == before.version
    both = Actor(officer.account_id, "both", (*officer.grants, *approver.grants))
    with pytest.raises(NotAllowed):
        revisions.approve(both, revision_id=made.id, version=made.version)
    done = revisions.approve(approver, revision_id=made.id, version=made.version)
    assert done.state is RevisionState.APPROVED
    after = policy_book().filing(JS, tomorrow())
    assert after.rules.eligibility.value[-1].text == TOLD
    assert (after.rules.eligibility.basis, after.rules.eligibility.example) == ("教基〔2026〕7号", False)
    assert policy_book().filing(JS, clock.today()).digest == before.digest
    kept = [one.operation for one in entries_about("rule_revision", done.id)]
    assert kept == ["cycles.approve_rules", "cycles.propose_rules"]
    with pytest.raises(Refused):
        revisions.withdraw(officer, revision_id=made.id, version=done.version)
    with pytest.raises(DatabaseError), housekeeping() as session:
        session.get_one(RuleRevision, made.id).answer = "later"


def test_a_round_that_is_open_keeps_its_edition(context: Flask) -> None:
    officer, approver = actor(Role.COUNTY_OFFICER), actor(Role.COUNTY_APPROVER)
    year = make.cycle()
    dates = make.windows(year, opens=dt.timedelta(days=3))
    opened: Round = make.round_(year)
    with housekeeping():
        keep_sheets(opened, dates)
    before = filing_sheet(opened, JS).version
    made = proposed(officer)
    revisions.approve(approver, revision_id=made.id, version=made.version)
    assert filing_sheet(opened, JS).version == before


def test_a_failing_case_is_refused_by_name(context: Flask) -> None:
    officer, now = actor(Role.COUNTY_OFFICER), tables()
    wrong = now.cases[0].model_copy(update={"expected": Expected.MAY_NOT})
    with pytest.raises(Refused) as refusal:
        proposed(officer, replace(now, cases=(wrong, *now.cases[1:])))
    assert wrong.name.zh in str(refusal.value.sentence)
    assert "不能报名" in str(refusal.value.sentence)
    with refused("至少要有一条试算"):
        proposed(officer, replace(now, cases=()))


def test_what_else_is_refused(context: Flask) -> None:
    officer = actor(Role.COUNTY_OFFICER)
    with pytest.raises(NotAllowed):
        proposed(actor(Role.COUNTY_OFFICER, WJ))
    with refused("不能早于今天"):
        proposed(officer, day=clock.today() - dt.timedelta(days=1))
    same = tables_of(revisions.newest_sheet(JS))
    with refused("完全相同"):
        proposed(officer, same)
    with refused("政策依据"):
        proposed(officer, replace(tables(), bases={"eligibility": "", "exclusive_wishes": "x"}))
    with refused("不能沿用示例政策"):
        proposed(officer, replace(tables(), bases=same.bases))
    made = proposed(officer)
    with refused("等待批准"):
        proposed(officer)
    approver = actor(Role.COUNTY_APPROVER)
    with refused("写明原因"):
        revisions.refuse(approver, revision_id=made.id, version=made.version, answer=" ")
    sent_back = revisions.refuse(approver, revision_id=made.id, version=made.version, answer="依据不对")
    assert sent_back.state is RevisionState.REFUSED
    assert proposed(officer).sheet_version != made.sheet_version


def test_numbers_of_choices_and_the_batch_are_rules_too(context: Flask) -> None:
    officer, approver = actor(Role.COUNTY_OFFICER), actor(Role.COUNTY_APPROVER)
    plain = revisions.PlainRules(5, "文件甲", 2, "文件乙", "提前批", "early batch", 0, "文件丙")
    made = revisions.propose_plain(officer, county=JS, effective_from=tomorrow(), plain=plain)
    revisions.approve(approver, revision_id=made.id, version=made.version)
    rules = policy_book().filing(JS, tomorrow()).rules
    assert (rules.choices_max.value, rules.supplementary_choices_max.value) == (5, 2)
    assert (rules.batch.value.name.zh, rules.batch.basis, rules.batch.example) == ("提前批", "文件丙", False)
    with refused("没有通过检查"):
        revisions.propose_plain(
            officer, county=JS, effective_from=tomorrow() + dt.timedelta(1), plain=replace(plain, choices_max=99)
        )


def test_the_workbook_comes_back_and_names_every_fault(context: Flask) -> None:
    now = tables_of(revisions.newest_sheet(JS))
    assert read_rules(write_rules(now)) == now
    broken = write_workbook(
        [
            SheetOut(ELIGIBILITY.name, headings_of(ELIGIBILITY), [("local", "any", "any", False, True, None, "x")]),
            SheetOut(
                CASES.name,
                headings_of(CASES),
                [("甲", "a", None, None, None, None, ("没有的志愿",), "may"), ("甲", "b", *[None] * 5, "may")],
            ),
        ]
    )
    with pytest.raises(BadSheets) as bad:
        read_rules(broken)
    places = {(one.sheet, one.row, one.heading) for one in bad.value.faults}
    assert ("报考资格", 2, "告知考生") in places
    assert ("试算", 2, "已填报的互斥志愿") in places
    assert ("试算", 3, "情形") in places
    assert {"互斥志愿", "依据"} <= {one.sheet for one in bad.value.faults}
