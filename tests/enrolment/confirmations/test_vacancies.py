"""Free seats: what is counted from what happened is what the ledger says, after any journey (proof 43)."""

import random

import pytest
from flask import Flask

from core import clock
from core.access import OrganisationKind, Role
from core.audit import record
from core.audit.operations import House
from core.db import db, transaction
from core.errors import Refused
from core.sheets import read_grids
from enrolment.confirmations.letters import letter_of
from enrolment.confirmations.missing import hand_back
from enrolment.confirmations.models import ArrivalMethod
from enrolment.confirmations.operations import arrive
from enrolment.confirmations.vacancies import Vacancy, vacancies
from enrolment.plans.ledger import carry, free
from enrolment.results.models import Placement
from tests.client import Browser
from tests.enrolment.applications.scene import actor_for
from tests.enrolment.confirmations.scene import Released, release, released, stored, usual
from tests.enrolment.rounds.stage import ready
from tests.factories import JS, QP, account, organisation, sign_in


def by_cell(scene: Released) -> dict[tuple[str, str], Vacancy]:
    rows = vacancies(scene.round)
    assert all(one.free == one.counted == free(one.cell_id) for one in rows)
    return {(one.programme.code, one.county): one for one in rows}


def test_every_end_of_a_place_is_counted_in_its_own_cell(context: Flask) -> None:
    scene = released()
    first, second = scene.stage.first.code, scene.stage.second.code
    assert by_cell(scene) == {}, "nothing before the release"
    with clock.frozen(scene.at):
        assert {key: one.free for key, one in by_cell(scene).items()} == {
            (first, QP): 0,
            (first, JS): 0,
            (second, QP): 0,
            (second, JS): 0,
        }
        scene.decline("钱二")
        scene.accept("赵一")
        cell = by_cell(scene)[second, QP]
        assert (cell.seats, cell.unfilled, cell.declined, cell.free) == (1, 0, 1, 1)
        assert by_cell(scene)[first, QP].free == 0
    with clock.frozen(scene.after_arrivals):
        hand_back(actor_for(scene.desk()), expected=1)
        cell = by_cell(scene)[first, QP]
        assert (cell.no_show, cell.free) == (1, 1)


@pytest.mark.parametrize("seed", range(12))
def test_proof_43_counted_and_ledger_agree_after_random_journeys(context: Flask, seed: int) -> None:
    chance = random.Random(seed)
    stage = ready()
    places = usual(stage)
    for name in places:
        if chance.random() < 0.3:
            places[name] = None
    scene = Released(stage, release(stage, stored(stage, places)))
    placed = [name for name, programme in places.items() if programme is not None]
    with clock.frozen(scene.at):
        by_cell(scene)
        for name in placed:
            way = chance.choice(("silent", "accept", "decline", "accept then decline", "arrive"))
            if "accept" in way or way == "arrive":
                scene.accept(name)
            if "decline" in way:
                scene.decline(name)
            if way == "arrive":
                letter = letter_of(scene.place(name).id)
                assert letter is not None
                arrive(actor_for(scene.desk()), raw=letter.number, method=ArrivalMethod.NUMBER)
            by_cell(scene)
    with clock.frozen(scene.after_arrivals):
        desk = actor_for(scene.desk())
        for count in range(len(placed), 0, -1):
            try:
                hand_back(desk, expected=count)
            except Refused:
                db.session.rollback()
        rows = by_cell(scene)
    quota = sum(one.seats for one in rows.values())
    held = quota - sum(one.free for one in rows.values())
    assert held == db.session.query(Placement).filter(Placement.cell_id.is_not(None)).count() - sum(
        one.declined + one.no_show for one in rows.values()
    )


def test_carrying_hands_over_no_more_than_there_is(context: Flask) -> None:
    scene = released()
    with clock.frozen(scene.at):
        scene.decline("钱二")
        rows = by_cell(scene)
        source, target = rows[scene.stage.second.code, QP].cell_id, rows[scene.stage.first.code, QP].cell_id
        with pytest.raises(Refused), transaction():
            carry(cell_id=source, to_cell_id=target, seats=2)
        with transaction():
            assert carry(cell_id=source, to_cell_id=target, seats=1) == 0
            record(House(), "test.carry", ("test", "1"))
        with pytest.raises(Refused), transaction():
            carry(cell_id=source, to_cell_id=target, seats=1)


def test_the_page_and_its_workbook(context: Flask, client: Browser) -> None:
    scene = released()
    officer = account(Role.COUNTY_OFFICER, organisation(OrganisationKind.COUNTY, JS))
    sign_in(client, officer)
    assert "结果还没有公布" in client.get("/vacancies").get_data(as_text=True)
    with clock.frozen(scene.at):
        scene.decline("钱二")
        sign_in(client, officer)
        page = client.get("/vacancies", follow_redirects=True).get_data(as_text=True)
        assert "空余 1 个名额" in page
        assert "与名额流水一致" in page
        book = client.get(f"/rounds/{scene.round.id}/vacancies?export=xlsx").get_data()
        (grid,) = read_grids(book)
        assert sorted(int(str(row[11])) for row in grid.rows[3:]) == [0, 0, 0, 1]
        sign_in(client, scene.account_of("赵一"))
        assert client.get(f"/rounds/{scene.round.id}/vacancies").status_code == 403
