"""The result sheet of a run: page, print and workbook say what the outcome says."""

import json

from flask import Flask

from core.sheets import read_grids
from enrolment.plans.storage import sheet_of
from enrolment.rounds.check_words import CHECKS
from enrolment.rounds.rule_lines import rule_lines
from tests.client import Browser
from tests.enrolment.results.test_views import text_of
from tests.enrolment.rounds.stage import ready, solved
from tests.factories import sign_in


def test_page_print_and_workbook_say_what_the_outcome_says(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    told = json.loads(run.outcome or "")
    sign_in(client, stage.approver)
    page = text_of(client, f"/runs/{run.id}/sheet")
    printed = text_of(client, f"/runs/{run.id}/sheet/print")
    answer = client.get(f"/runs/{run.id}/sheet.xlsx")
    assert answer.status_code == 200
    grids = {grid.name: grid.rows for grid in read_grids(answer.data)}
    rules = [line.zh for line in rule_lines(sheet_of(run.snapshot.plan).rules)]
    assert [row[0] for row in grids["录取规则"][1:]] == rules
    limits = grids["限额与录取线"][1:]
    assert [(row[1], row[2]) for row in limits] == [(row["cap"], row["used"]) for row in told["limits"]]
    edges = [row["last"] for row in told["limits"] if row["last"]]
    assert edges
    for text in (page, printed):
        assert all(rule in text for rule in rules)
        assert told["digests"]["assignment"] in text
        assert all(f"第 {edge['position']} 位，{edge['score']}/" in text for edge in edges)
        assert str(CHECKS["claims"]) in text
    assert page.count("<svg") >= 2
    assert "没有需要取舍的班级" in page or "试过" in page or "开班情况" not in page


def test_the_run_page_names_its_checks_in_words(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    sign_in(client, stage.approver)
    page = text_of(client, f"/runs/{run.id}")
    assert "没有超过任何限额" in page
    assert ">limits<" not in page
    assert f"/runs/{run.id}/sheet" in page


def test_the_public_timetable_tells_the_rules_of_the_plan_in_force(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    page = text_of(client, "/timetable")
    for line in rule_lines(sheet_of(run.snapshot.plan).rules):
        assert line.zh in page


def test_without_an_outcome_there_is_no_sheet(context: Flask, client: Browser) -> None:
    stage = ready()
    run = solved(stage)
    sign_in(client, stage.approver)
    other = str(run.id)[:-4] + "0000"
    assert client.get(f"/runs/{other}/sheet").status_code == 404
