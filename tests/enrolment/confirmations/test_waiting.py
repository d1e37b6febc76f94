"""The waiting list: only where the county's sheet has one, stable, explained, inside one cell."""

import datetime as dt
import re

import pytest
from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.audit.operations import House
from core.db import db
from core.notices.models import Notice
from enrolment.confirmations import waiting
from enrolment.confirmations.deadline import JOB_KIND, ask_for_defaults
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.models import WaitingEntry, WaitingExit
from enrolment.confirmations.vacancies import vacancies
from enrolment.confirmations.waiting_notes import waiting_notes
from enrolment.plans.ledger import free
from enrolment.results.models import PublicAnswer, SealedRoster
from enrolment.results.public_answers import look_up
from registry.schools.models import Programme
from tests.client import Browser
from tests.enrolment.confirmations.scene import Released, keep_sheet, release, released, stored, usual, work
from tests.enrolment.rounds.stage import Stage, ready
from tests.factories import QP, WJ, account, organisation, sign_in


def filling(places: dict[str, Programme | None] | None = None, stage: Stage | None = None) -> Released:
    """The small round, released under a sheet of QP that fills freed seats."""
    stage = stage or ready()
    keep_sheet(stage.round, QP, freed_seats="fill_up")
    run = stored(stage, places or usual(stage))
    return Released(stage, release(stage, run))


def two_waiting() -> Released:
    """Only 赵一 has a place; 钱二 (second) and 孙三 (third) wait for it."""
    stage = ready()
    return filling({"赵一": stage.first, "钱二": None, "孙三": None, "李四": stage.first}, stage)


def notes(context: Flask, scene: Released, name: str) -> list[str]:
    with context.test_request_context():
        return [str(one) for one in waiting_notes(scene.place(name))]


def test_without_such_a_sheet_there_is_no_list_and_nobody_moves(context: Flask) -> None:
    scene = released()
    assert db.session.scalars(select(WaitingEntry)).all() == []
    with clock.frozen(scene.at):
        scene.decline("赵一")
        assert scene.place("孙三").programme_id is None
        assert notes(context, scene, "孙三") == []


def test_a_freed_seat_goes_to_the_first_in_order_of_its_cell_at_once(context: Flask) -> None:
    scene = two_waiting()
    with clock.frozen(scene.at):
        before = notes(context, scene, "孙三")
        assert any("现在第 2 位（公布时第 2 位）" in one for one in before)
        freed = scene.decline("赵一")
        moved = scene.place("钱二")
        assert (moved.programme_id, moved.cell_id, moved.rank) == (scene.stage.first.id, freed.cell_id, 1)
        assert freed.cell_id is not None
        assert free(freed.cell_id) == 0
        assert scene.place("孙三").programme_id is None
        after = notes(context, scene, "孙三")
        assert any("现在第 1 位（公布时第 2 位）" in one for one in after)
        assert any("前移到第 1 位：有名额退回，前面 1 人递补录取" in one for one in after)
        assert any("已在其他专业递补录取" in one for one in after)
        assert all("钱二" not in one for one in after)
        assert "递补录取" in notes(context, scene, "钱二")[0]
        assert all(one.free == one.counted == free(one.cell_id) for one in vacancies(scene.round))
        applicant = scene.stage.applications["钱二"].applicant
        said = look_up(scene.round.cycle.year, applicant.candidate_number, applicant.document_number[-6:])
        assert said is not None
        assert said.programme_id == scene.stage.first.id
        scene.accept("钱二")
        assert letter_of(moved.id) is not None
    assert len(db.session.scalars(select(WaitingExit)).all()) == 2
    assert [one.number for one in db.session.scalars(select(SealedRoster).order_by(SealedRoster.number))] == [1, 2]
    told = db.session.scalars(select(Notice).where(Notice.template == "confirmations.moved_up")).all()
    assert len(told) == 2


def test_the_chain_goes_on_until_nobody_waits(context: Flask) -> None:
    scene = two_waiting()
    with clock.frozen(scene.at):
        first = scene.decline("赵一")
        scene.decline("钱二")
        assert scene.place("孙三").cell_id == first.cell_id
        scene.decline("孙三")
        assert first.cell_id is not None
        assert free(first.cell_id) == 1
        assert all(one.free == one.counted for one in vacancies(scene.round))


def test_after_the_deadline_freed_seats_go_to_the_next_round(context: Flask) -> None:
    stage = ready()
    keep_sheet(stage.round, QP, confirmation_default="declined")
    scene = filling({"赵一": stage.first, "钱二": None, "孙三": None, "李四": stage.first}, stage)
    with clock.frozen(scene.deadline):
        ask_for_defaults(House("deadline"))
        work(JOB_KIND)
        assert scene.place("钱二").programme_id is None
        rows = {(one.programme.id, one.county): one.free for one in vacancies(scene.round)}
        assert rows[stage.first.id, QP] == 1


def test_equal_positions_are_never_told_apart(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = two_waiting()
    entries = db.session.scalars(select(WaitingEntry)).all()
    for entry in entries:
        db.session.expunge(entry)
        entry.place = 1
    monkeypatch.setattr(
        waiting, "standing_entries", lambda cell_id: [one for one in entries if one.cell_id == cell_id]
    )
    with clock.frozen(scene.at):
        freed = scene.decline("赵一")
        assert freed.cell_id is not None
        assert free(freed.cell_id) == 1
    assert db.session.scalars(select(WaitingExit)).all() == []
    assert db.session.scalars(select(PublicAnswer).where(PublicAnswer.ended_at.is_not(None))).all() == []


def test_the_bureau_reads_the_lists_of_its_own_pupils(context: Flask, client: Browser) -> None:
    scene = two_waiting()
    page = f"/rounds/{scene.round.id}/waiting"
    office, other = (organisation(OrganisationKind.COUNTY, county) for county in (QP, WJ))
    officer, stranger = (account(Role.COUNTY_OFFICER, one) for one in (office, other))
    with clock.frozen(scene.at - dt.timedelta(seconds=1)):
        sign_in(client, officer)
        early = client.get(page)
        assert early.status_code == 200
        assert "孙三" not in early.get_data(as_text=True)
    with clock.frozen(scene.at):
        scene.decline("赵一")
        shown = client.get(page).get_data(as_text=True)
        rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)]
        told = {(row[-2], row[-1]): row[3:-3] for row in rows if row[0] == scene.stage.first.code}
        assert told[("孙三", "等待中")] == ["1", "2"]
        assert told[("钱二", "已递补录取")] == ["—", "1"]
        assert client.get(page, query_string={"export": "xlsx"}).status_code == 200
        sign_in(client, stranger)
        foreign = client.get(page)
        assert foreign.status_code == 200
        assert "孙三" not in foreign.get_data(as_text=True)
