"""A hand script over the exported files of a round: quotas, people, lists, and three explanations."""

import io
import re
from collections import Counter
from typing import Any

import openpyxl
import pytest

from enrolment.rounds.desk import Sources, run_round
from enrolment.rounds.desk_example import example_files
from tests.enrolment.rounds.desk_samples import FAST

Row = dict[str, Any]
ADMITTED = ("录取", "调剂录取")


def rows(data: bytes, sheet: str | None = None) -> dict[str, list[Row]]:
    """Every worksheet (or one) as rows by heading, as anybody would read it with a spreadsheet library."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    found: dict[str, list[Row]] = {}
    for page in book.worksheets:
        head, *body = [[*line] for line in page.iter_rows(values_only=True)]
        found[page.title] = [dict(zip(map(str, head), line, strict=False)) for line in body]
    book.close()
    return found if sheet is None else {sheet: found[sheet]}


@pytest.fixture(scope="module")
def round_() -> tuple[dict[str, list[Row]], dict[str, list[Row]], dict[str, list[Row]]]:
    """Plan, candidates and result of the example, each as a dictionary of worksheets."""
    files = example_files()
    result = run_round(Sources(files["PLAN.xlsx"], files["CANDIDATES.xlsx"]), FAST, tell_stage=lambda words: None)
    return rows(files["PLAN.xlsx"]), rows(files["CANDIDATES.xlsx"]), rows(result.files["result.xlsx"])


def column(row: Row, name: str) -> Any:
    """A cell by the beginning of its heading, required marks left aside."""
    return next((value for key, value in row.items() if key.lstrip("*").startswith(name)), None)


def test_no_quota_exceeded_nobody_twice_every_place_was_wished_for(round_: Any) -> None:
    plan, people, result = round_
    shown = result["结果"]
    admitted = [row for row in shown if row["结果"] in ADMITTED]
    assert len({row["考生号"] for row in shown}) == len(shown)
    taken = Counter((row["招生代码"], row["县区"]) for row in admitted)
    counties = {row["县区"] for row in shown}
    for cell in plan["计划数"]:
        code, county = column(cell, "招生代码"), column(cell, "生源县区")
        name = next((one for one in counties if one == county or str(county) in one), county)
        assert taken[code, name] <= column(cell, "计划数"), (code, county)
    for one in plan["招生专业"]:
        code = column(one, "招生代码")
        assert sum(count for (place, _), count in taken.items() if place == code) <= column(one, "招生总数")
    wishes = {
        column(row, "考生号"): [value for key, value in row.items() if key.startswith("志愿") and value]
        for sheet in people.values()
        for row in sheet
        if column(row, "姓名")
    }
    conclusions = {
        column(row, "考生号"): str(column(row, "体检结论") or "") for sheet in people.values() for row in sheet
    }
    refused = {column(one, "招生代码"): str(column(one, "不予录取情形") or "") for one in plan["招生专业"]}
    for row in admitted:
        if row["结果"] == "录取":
            assert row["招生代码"] in wishes[row["考生号"]]
        assert not set(filter(None, conclusions[row["考生号"]].split("、"))) & set(
            filter(None, refused[row["招生代码"]].split("、"))
        )


def test_three_explanations_agree_with_the_exported_data(round_: Any) -> None:
    _, _, result = round_
    shown = {row["考生号"]: row for row in result["结果"]}
    told = [row for row in result["志愿与理由"] if "县区的招生计划数" in row["说明"]]
    assert len({row["考生号"] for row in told}) >= 3
    for row in told[:: max(1, len(told) // 3)][:3]:
        own = shown[row["考生号"]]
        inside = [
            one
            for one in shown.values()
            if one["县区"] == own["县区"] and one["招生代码"] == row["招生代码"] and one["结果"] == "录取"
        ]
        last = max(inside, key=lambda one: one["位次"])
        numbers = re.findall(r"第 (\d+) 位,([\d.]+) 分", row["说明"])
        assert [int(place) for place, _ in numbers] == [last["位次"], own["位次"]]
        assert [float(score) for _, score in numbers] == [last["投档分"], own["投档分"]]
        assert f"({len(inside)})已满" in row["说明"]
