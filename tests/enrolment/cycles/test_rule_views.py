"""The pages of the rules: read in words, tried out, revised by workbook and form, approved by a second person."""

import datetime as dt
import io

from flask import Flask
from sqlalchemy import select

from core import clock
from core.access import OrganisationKind, Role
from core.db import db
from enrolment.cycles import revisions
from enrolment.cycles.rule_models import RuleRevision
from enrolment.cycles.rule_sheet import tables_of, write_rules
from tests.client import Browser
from tests.enrolment.cycles.test_rules import JS, tables
from tests.factories import QP, account, organisation, sign_in


def text(response: object) -> str:
    return str(response.get_data(as_text=True))


def bureau(client: Browser, role: Role = Role.COUNTY_OFFICER) -> Browser:
    sign_in(client, account(role, organisation(OrganisationKind.COUNTY, JS, "丙县教育局")))
    client.get("/language/zh")
    return client


def sent(data: bytes) -> dict[str, object]:
    day = clock.today() + dt.timedelta(days=1)
    return {"effective_from": day.isoformat(), "file": (io.BytesIO(data), "rules.xlsx")}


def test_a_bureau_reads_its_rules_and_tries_them(context: Flask, client: Browser) -> None:
    bureau(client)
    page = text(client.get(f"/rules/{JS}", headers={"Accept-Language": "zh"}))
    assert "本县区规定：不符合本县区跨省中高职衔接招生的报考资格。" in page
    assert "本县区规定：已填报中本一体化志愿的考生，不再填报跨省中高职衔接志愿。" in page
    assert page.count("相符") == len(revisions.newest_sheet(JS).cases)
    tried = text(client.get(f"/rules/{JS}?hukou=outside&junior_roll=outside", headers={"Accept-Language": "zh"}))
    assert "考生看到的话：本县区规定：不符合" in tried
    assert "丙县教育局" in text(client.get("/rules"))
    assert client.get(f"/rules/{QP}").status_code == 404


def test_from_workbook_to_second_person(context: Flask, client: Browser) -> None:
    bureau(client)
    office = f"/rules/{JS}"
    assert client.get(f"{office}/workbook").status_code == 200
    failing = tables_of(revisions.newest_sheet(JS))
    wrong = failing.cases[0].model_copy(update={"expected": "may_not"})
    bad = type(failing)(failing.eligibility, failing.wishes, (wrong,), failing.bases)
    answer = client.submit(f"{office}/import", sent(write_rules(bad)), content_type="multipart/form-data")
    assert "有 1 条试算不符，不能提出" in text(answer)
    assert "提出修订</button>" not in text(answer)
    checked = client.submit(f"{office}/import", sent(write_rules(tables())), content_type="multipart/form-data")
    page = text(checked)
    assert "外地学籍考生请在学籍所在地报名" in page
    workbook = page.split('name="workbook" value="')[1].split('"')[0]
    day = page.split('name="effective_from" value="')[1].split('"')[0]
    hidden = client.hidden_fields(page)
    confirmed = client.post(
        f"{office}/import/confirm",
        data={**hidden, "workbook": workbook, "effective_from": day},
        headers={"Referer": "https://localhost"},
    )
    assert confirmed.status_code == 303
    revision = db.session.scalars(select(RuleRevision)).one()
    address = f"/rules/revisions/{revision.id}"
    assert "批准这一版规则" not in text(client.get(address))
    second = bureau(Browser(client.application, client.application.response_class), Role.COUNTY_APPROVER)
    assert "待批准的报考规则" in text(second.get("/"))
    assert second.submit(address, {"answer": ""}, to=f"{address}/refuse").status_code == 422
    assert second.submit(address, {}, to=f"{address}/approve").status_code == 303
    assert "已批准" in text(second.get(address))


def test_the_form_of_numbers(context: Flask, client: Browser) -> None:
    bureau(client)
    address = f"/rules/{JS}/plain"
    assert client.submit(address, {"choices_max": "x"}).status_code == 422
    fields = {
        "effective_from": (clock.today() + dt.timedelta(days=1)).isoformat(),
        "choices_max": "4",
        "choices_basis": "文件甲",
        "supplementary_choices_max": "3",
        "supplementary_basis": "文件乙",
        "batch_zh": "零批次",
        "batch_en": "batch zero",
        "batch_position": "0",
        "batch_basis": "文件丙",
    }
    saved = client.submit(address, fields)
    assert saved.status_code == 303
    page = text(client.get(saved.location))
    assert "志愿数上限" in page
    revision = db.session.scalars(select(RuleRevision)).one()
    assert client.submit(saved.location, {}, to=f"/rules/revisions/{revision.id}/withdraw").status_code == 303
    assert "已撤回" in text(client.get(f"/rules/revisions/{revision.id}"))
