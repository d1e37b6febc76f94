"""The public result: masked list, look-up by two facts, nothing before the minute, crawlers slowed (T44, X74)."""

import datetime as dt

from flask import Flask
from sqlalchemy import event, select

from core import clock
from core.db import db
from enrolment.results.models import PublicAnswer
from enrolment.results.public_answers import facts_of, look_up
from tests.client import Browser
from tests.enrolment.confirmations.scene import Released, released

LOOK_UP = "/public-results/look-up"
NOTHING = "没有查到"


def facts(scene: Released, name: str) -> dict[str, str]:
    applicant = scene.stage.applications[name].applicant
    return {"candidate_number": applicant.candidate_number, "document_tail": applicant.document_number[-6:]}


def ask(client: Browser, fields: dict[str, str]) -> tuple[int, str]:
    answer = client.submit(LOOK_UP, fields)
    return answer.status_code, answer.get_data(as_text=True)


def without_tokens(page: str) -> list[str]:
    return [
        line for line in page.splitlines() if "token" not in line and "nonce" not in line and "value=" not in line
    ]


def test_nothing_before_the_minute_and_everything_at_it(context: Flask, client: Browser) -> None:
    scene = released()
    known, unknown = facts(scene, "赵一"), {"candidate_number": "3101999999", "document_tail": "000000"}
    with clock.frozen(scene.at - dt.timedelta(seconds=1)):
        assert "结果还没有公布" in client.get("/public-results").get_data(as_text=True)
        pages = [ask(client, one) for one in (known, unknown)]
        assert pages[0][0] == pages[1][0] == 200
        assert NOTHING in pages[0][1]
        assert without_tokens(pages[0][1]) == without_tokens(pages[1][1]), "unknown and unreleased read the same"
    with clock.frozen(scene.at):
        listed = client.get("/public-results").get_data(as_text=True)
        assert "赵*" in listed
        assert "赵一" not in listed
        assert "孙*" not in listed, "the unplaced are on no list"
        status, page = ask(client, known)
        assert status == 200
        assert "已录取" in page
        assert "甲职校" in page
        assert "赵一" not in page
        assert "本轮未录取" in ask(client, facts(scene, "孙三"))[1]
        wrong = {**known, "document_tail": "123456"}
        assert NOTHING in ask(client, wrong)[1]


def test_t44_quick_tries_are_slowed_and_a_right_answer_costs_nothing(context: Flask, client: Browser) -> None:
    scene = released()
    with clock.frozen(scene.at):
        for _again in range(30):
            assert ask(client, facts(scene, "赵一"))[0] == 200
        answers = [
            ask(client, {"candidate_number": f"99990000{number:02}", "document_tail": "000000"})[0]
            for number in range(30)
        ]
        assert answers[:20] == [200] * 20
        assert 429 in answers
        assert ask(client, facts(scene, "赵一"))[0] == 429, "the whole source waits"


def test_x74_guessing_at_one_number_locks_it_after_a_few_tries(context: Flask, client: Browser) -> None:
    scene = released()
    known = facts(scene, "赵一")
    with clock.frozen(scene.at):
        answers = [ask(client, {**known, "document_tail": f"00000{number}"})[0] for number in range(8)]
        assert answers[:5] == [200] * 5
        assert answers[-1] == 429
        assert ask(client, known)[0] == 429
    with clock.frozen(scene.at + dt.timedelta(hours=2)):
        assert ask(client, known)[0] == 200


def test_malformed_facts_are_refused_in_words(context: Flask, client: Browser) -> None:
    released()
    status, page = ask(client, {"candidate_number": "", "document_tail": "12"})
    assert status == 422
    assert "请填写考生号" in page


def test_an_answer_takes_at_most_three_queries(context: Flask, client: Browser) -> None:
    scene = released()
    with clock.frozen(scene.at):
        shown = client.get(LOOK_UP)
        hidden = client.hidden_fields(shown.get_data(as_text=True))
        known, seen = facts(scene, "赵一"), list[str]()
        event.listen(db.engine, "before_cursor_execute", lambda *arguments: seen.append(arguments[2]))
        answer = client.post(LOOK_UP, data={**hidden, **known}, headers={"Referer": "https://localhost"})
    assert answer.status_code == 200
    assert "已录取" in answer.get_data(as_text=True)
    reading = [one for one in seen if one.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE"))]
    assert len(reading) <= 3, reading


def test_answers_hold_no_readable_facts(context: Flask) -> None:
    scene = released()
    row = db.session.scalars(select(PublicAnswer).limit(1)).one()
    stored = db.session.execute(select(PublicAnswer.__table__.c.facts).where(PublicAnswer.id == row.id)).scalar_one()
    assert row.facts in (
        facts_of(scene.round.cycle.year, one.applicant.candidate_number, one.applicant.document_number)
        for one in scene.stage.applications.values()
    )
    assert stored
    with clock.frozen(scene.at):
        applicant = scene.stage.applications["赵一"].applicant
        year = scene.round.cycle.year
        assert look_up(year, f" {applicant.candidate_number} ", applicant.document_number[-6:].lower()) is not None
        assert look_up(year - 1, applicant.candidate_number, applicant.document_number[-6:]) is None
