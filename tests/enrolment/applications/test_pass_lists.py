"""Pass lists (X20): faults of the workbook, who may choose, who is skipped, who is told, what the run carries."""

import io

import pytest
from flask import Flask
from sqlalchemy import select

from core.access import Role
from core.db import db
from core.errors import NotAllowed, NotVisible, Refused
from core.i18n import say
from core.notices.models import Notice
from core.sheets import BadSheets, SheetOut, headings_of, write_workbook
from enrolment.applications import pass_lists as operations
from enrolment.applications.catalogue import catalogue_of, pupil_of
from enrolment.applications.eligibility import bar_to, skipped_by
from enrolment.applications.pass_models import PassEffect, PassList
from enrolment.applications.pass_sheet import PASSED, Known, Passed, list_digest, read_passed
from enrolment.rounds.gather import inputs_of
from enrolment.rounds.operations import input_digest, request_run
from enrolment.rounds.readiness import blocking, readiness
from registry.schools.models import School
from tests.client import Browser
from tests.enrolment.applications.scene import Scene, actor_for, scene
from tests.enrolment.rounds.stage import SETTINGS, Stage, locked, ready, sheet_for
from tests.factories import QP, account, sign_in


def workbook(*rows: tuple[str | None, str | None]) -> bytes:
    return write_workbook([SheetOut(PASSED.name, headings_of(PASSED), rows)])


def asked(world: Scene, effect: PassEffect = PassEffect.BAR) -> PassList:
    """The near programme asks for an interview list."""
    desk = actor_for(account(Role.SCHOOL_ADMISSIONS, world.near.school.organisation))
    return operations.open_list(
        desk, round_id=world.in_round.id, programme_id=world.near.id, name="面试合格", effect=effect, basis="招生简章"
    )


def loaded(made: PassList, *numbers: str) -> None:
    office = db.session.get_one(School, made.programme.school_id).organisation
    desk = actor_for(account(Role.SCHOOL_ADMISSIONS, office))
    operations.load_list(desk, list_id=made.id, passed=Passed(tuple(sorted(numbers))))


def test_every_fault_of_a_list_at_once() -> None:
    known = {"1": Known("赵一", open=True), "2": Known("钱二", open=False), "3": Known("孙三", open=True)}
    with pytest.raises(BadSheets) as bad:
        read_passed(
            workbook(("9", "无名"), ("1", "赵二"), ("2", "钱二"), ("3", "孙三"), ("3", "孙三"), ("4", None)), known
        )
    found = [(one.row, one.heading, one.rule.zh) for one in bad.value.faults]
    assert (2, "考生号", "县区名册中没有这个考生号") in found
    assert (3, "姓名", "与名册上这个考生号的姓名不同") in found
    assert (4, "考生号", "考生所在县区在这个专业没有名额") in found
    assert any(row == 6 and "重复" in rule for row, _heading, rule in found)
    assert any(row == 7 and heading == "姓名" for row, heading, _rule in found)
    assert "赵一" not in str(found)
    with pytest.raises(BadSheets, match="1 faults"):
        read_passed(workbook(), known)
    read = read_passed(workbook(("3", "孙三"), ("1", "赵一")), known)
    assert (read.candidates, read.sha256) == (("1", "3"), list_digest(["3", "1"]))


def test_who_is_not_on_the_list_cannot_choose(context: Flask) -> None:
    world = scene()
    made = asked(world)
    application = world.open()
    with pytest.raises(Refused) as early:
        world.choose(application, world.near)
    assert "名单还没有载入" in say(early.value.sentence)
    loaded(made, "other")
    with pytest.raises(Refused) as late:
        world.choose(application, world.near)
    assert "您不在这个专业的“面试合格”名单上" in say(late.value.sentence)
    loaded(made, world.child.candidate_number)
    world.choose(application, world.near)
    loaded(made, "other")
    told = db.session.scalars(select(Notice.template).where(Notice.account_id == world.parent.account_id)).all()
    assert told == ["applications.not_on_list"]
    assert [one.number for one in operations.lists_of_round(world.in_round.id)[0].loads] == [3, 2, 1]


def test_or_the_choice_is_skipped(context: Flask) -> None:
    world = scene()
    made = asked(world, PassEffect.SKIP)
    loaded(made, "other")
    catalogue = catalogue_of(world.in_round, QP)
    pupil, offer = pupil_of(world.child), catalogue.offers[world.near.id]
    assert bar_to(pupil, offer, catalogue.rules) is None
    skipped = skipped_by(pupil, offer)
    assert skipped is not None
    assert skipped.name == "面试合格"
    world.choose(world.open(), world.near)


def test_whose_list_it_is(context: Flask) -> None:
    world = scene()
    made = asked(world)
    far = actor_for(account(Role.SCHOOL_ADMISSIONS, world.far.school.organisation))
    with pytest.raises(NotAllowed):
        operations.open_list(
            far, round_id=world.in_round.id, programme_id=world.near.id, name="x", effect=PassEffect.BAR, basis="y"
        )
    with pytest.raises(NotVisible):
        operations.load_list(far, list_id=made.id, passed=Passed(("1",)))
    with pytest.raises(Refused, match="Refused"):
        asked(world)
    loaded(made, "1")
    with pytest.raises(Refused, match="Refused"):
        loaded(made, "1")


def test_the_run_carries_the_list(context: Flask) -> None:
    stage: Stage = ready()
    desk = actor_for(account(Role.SCHOOL_ADMISSIONS, stage.school.organisation))
    made = operations.open_list(
        desk,
        round_id=stage.round.id,
        programme_id=stage.first.id,
        name="面试合格",
        effect=PassEffect.SKIP,
        basis="招生简章",
    )
    assert "面试合格" in "".join(line.detail for line in blocking(readiness(stage.round)))
    numbers = tuple(sorted(stage.applications[name].applicant.candidate_number for name in ("钱二", "李四")))
    before = input_digest(stage.round)[0]
    operations.load_list(desk, list_id=made.id, passed=Passed(numbers))
    assert input_digest(stage.round)[0] != before
    plan, people = inputs_of(stage.round.id, sheet_for(stage.school, stage.first, stage.second))
    tag = f"面试合格：{stage.first.code}"
    assert next(one for one in plan.programmes if one.code == stage.first.code).requires == (tag,)
    tagged = {one.number for county in people.counties for one in county.candidates if tag in one.tags}
    assert tagged == set(numbers)
    locked(stage)
    run = request_run(stage.actor, round_id=stage.round.id, settings=SETTINGS)
    assert run.snapshot.sources["passed"] == [
        {
            "programme": stage.first.code,
            "name": "面试合格",
            "effect": "skip",
            "count": 2,
            "sha256": list_digest(numbers),
        }
    ]
    with pytest.raises(Refused):
        operations.load_list(desk, list_id=made.id, passed=Passed(("1",)))


def test_the_pages_of_a_school(context: Flask, client: Browser) -> None:
    world = scene()
    sign_in(client, account(Role.SCHOOL_ADMISSIONS, world.near.school.organisation))
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "zh"
    assert "本轮还没有专业要求名单" in text(client.get("/pass-lists"))
    fields = {"programme": str(world.near.id), "name": "面试合格", "effect": "bar", "basis": "招生简章"}
    assert client.submit("/pass-lists/new", {**fields, "effect": ""}).status_code == 422
    assert client.submit("/pass-lists/new", {**fields, "programme": str(world.far.id)}).status_code == 422
    opened = client.submit("/pass-lists/new", fields)
    assert opened.status_code == 303
    address = opened.location
    wrong = {"file": (io.BytesIO(workbook((world.child.candidate_number, "别人"))), "list.xlsx")}
    faulty = client.submit(address, wrong, content_type="multipart/form-data")
    assert faulty.status_code == 422
    assert "与名册上这个考生号的姓名不同" in text(faulty)
    right = {"file": (io.BytesIO(workbook((world.child.candidate_number, world.child.name))), "list.xlsx")}
    checked = text(client.submit(address, right, content_type="multipart/form-data"))
    assert list_digest([world.child.candidate_number]) in checked
    data = {**client.hidden_fields(checked), "workbook": checked.split('name="workbook" value="')[1].split('"')[0]}
    done = client.post(f"{address}/confirm", data=data, headers={"Referer": "https://localhost"})
    assert done.status_code == 303
    assert list_digest([world.child.candidate_number]) in text(client.get(done.location))
    other = Browser(client.application, client.application.response_class)
    sign_in(other, account(Role.SCHOOL_ADMISSIONS, world.far.school.organisation))
    assert other.get(done.location).status_code == 404


def text(response: object) -> str:
    return str(response.get_data(as_text=True))
