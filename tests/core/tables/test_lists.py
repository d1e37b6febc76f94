"""Lists: the URL is read strictly, pages lose nothing, the export is what is shown."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from core.access import Organisation, OrganisationKind
from core.db import db
from core.errors import Refused
from core.sheets import read_grids
from core.tables import Column, ListQuery, ListSpec, choice, day, export, text
from tests.factories import organisation

SPEC: ListSpec[Organisation] = ListSpec(
    columns=(
        Column("name", "名称", value=lambda row: row.name_zh, sort=Organisation.name_zh),
        Column("kind", "类别", value=lambda row: row.kind.value, sort=Organisation.kind),
        Column("digits", "位数", value=lambda row: len(row.division), number=True),
        Column("code", "代码", value=lambda row: row.code, private=True),
    ),
    filters=(
        text("q", "搜索", lambda value: Organisation.name_zh.contains(value, autoescape=True)),
        choice(
            "kind",
            "类别",
            [(one.value, one.value) for one in OrganisationKind],
            Organisation.kind.in_,
            many=True,
        ),
        day("since", "自", lambda value: Organisation.code != value.isoformat()),
    ),
    last=(Organisation.id,),
    sort="name",
    size=2,
    sizes=(2, 5),
)
EVERYTHING: Select[Any] = select(Organisation)


def query(**pairs: str | list[str]) -> ListQuery[Organisation]:
    return ListQuery.from_arguments(SPEC, "/offices", MultiDict(pairs))


@pytest.fixture
def offices(context: Flask) -> None:
    for name in ("=SUM(1)", "乙_校", "乙校", "丙校", "丁校"):
        organisation(OrganisationKind.SCHOOL, "310118", name)
    organisation(OrganisationKind.COUNTY, "320509", "县局")


def names(found: ListQuery[Organisation]) -> list[str]:
    return [row.name_zh for row in found.page(db.session(), EVERYTHING).rows]


def test_nothing_asked_gives_the_declared_order_and_size() -> None:
    found = query()
    assert (found.sort, found.descending, found.number, found.size, found.export) == ("name", False, 1, 2, False)
    assert found.url() == "/offices"


def test_the_url_holds_the_whole_view_and_reads_back_the_same() -> None:
    found = query(q=" 校 ", kind=["school", "county"], sort="-kind", size="5", page="3")
    assert found.url() == "/offices?q=%E6%A0%A1&kind=school&kind=county&sort=-kind&size=5&page=3"
    again = query(q="校", kind=["school", "county"], sort="-kind", size="5", page="3")
    assert again == found


def test_parameters_of_messengers_are_ignored_and_do_not_survive() -> None:
    assert query(**{"from": "singlemessage", "isappinstalled": "0"}).url() == "/offices"


@pytest.mark.parametrize(
    ("pairs", "word"),
    [
        ({"kind": "castle"}, "类别"),
        ({"since": "yesterday"}, "自"),
        ({"since": "2026-02-30"}, "自"),
        ({"sort": "digits"}, "排序"),
        ({"sort": "password_hash"}, "排序"),
        ({"page": "0"}, "页码"),
        ({"page": "-1"}, "页码"),
        ({"page": "１"}, "页码"),
        ({"size": "3"}, "每页条数"),
        ({"export": "csv"}, "导出格式"),
        ({"q": "x" * 101}, "搜索"),
        ({"q": "a\x00b"}, "搜索"),
    ],
)
def test_a_senseless_value_is_refused_by_name(context: Flask, pairs: dict[str, str], word: str) -> None:
    with pytest.raises(Refused) as caught:
        query(**pairs)
    assert word in str(caught.value.sentence)


def test_pages_together_hold_every_row_once(offices: None) -> None:
    first = query().page(db.session(), EVERYTHING)
    assert (first.total, first.pages, first.first, first.last) == (6, 3, 1, 2)
    seen = [name for number in (1, 2, 3) for name in names(query(page=str(number)))]
    assert len(seen) == len(set(seen)) == 6


def test_a_page_beyond_the_end_becomes_the_last(offices: None) -> None:
    assert query(page="99").page(db.session(), EVERYTHING).number == 3


def test_an_empty_list_has_one_empty_page(context: Flask) -> None:
    page = query().page(db.session(), EVERYTHING)
    assert (page.rows, page.number, page.pages, page.total, page.first, page.last) == ((), 1, 1, 0, 0, 0)


def test_filters_join_and_wildcards_are_plain_characters(offices: None) -> None:
    assert names(query(q="乙_")) == ["乙_校"]
    assert query(q="%").page(db.session(), EVERYTHING).total == 0
    assert names(query(q="局", kind=["school"])) == []
    assert query(kind=["school", "county"]).page(db.session(), EVERYTHING).total == 6


def test_sorting_turns_round(offices: None) -> None:
    column = SPEC.column("name")
    assert query().order_of(column) == "ascending"
    assert query().sort_url(column) == "/offices?sort=-name"
    assert query(sort="-name").sort_url(column) == "/offices"
    assert query(sort="-name", size="5", page="2").order_of(column) == "descending"
    assert names(query(sort="-name", size="5")) == names(query(size="5", page="2")) + names(query(size="5"))[:0:-1]


def test_chips_take_one_value_off(context: Flask) -> None:
    chips = query(q="校", kind=["school", "county"], page="2").chips()
    assert [(chip.label, chip.value) for chip in chips] == [("搜索", "校"), ("类别", "school"), ("类别", "county")]
    assert chips[1].url == "/offices?q=%E6%A0%A1&kind=county"
    assert query(q="校", sort="-name").clear_url() == "/offices?sort=-name"


def test_page_numbers_near_by_show_gaps(context: Flask) -> None:
    for number in range(30):
        organisation(OrganisationKind.SCHOOL, "", f"校{number:02}")
    assert query(page="8").page(db.session(), EVERYTHING).near() == (1, None, 6, 7, 8, 9, 10, None, 15)


def test_export_is_the_filtered_list_in_order_without_private_columns(offices: None) -> None:
    asked = query(kind=["school"], sort="-name", page="2")
    file = export(db.session(), asked, EVERYTHING, title="机构")
    shown = [name for number in (1, 2, 3) for name in names(query(kind=["school"], sort="-name", page=str(number)))]
    grid, notes = read_grids(file.data)
    assert grid.rows[0][:3] == ("名称", "类别", "位数")
    assert "代码" not in grid.rows[0]
    assert [row[0] for row in grid.rows[1:]] == shown
    assert "=SUM(1)" in shown
    assert not grid.formulas
    assert str(grid.rows[1][2]) == "6"
    assert file.columns == ("name", "kind", "digits")
    assert file.rows == 5
    assert any("类别：school" in str(cell) for row in notes.rows for cell in row)


def test_export_with_private_columns_holds_them(offices: None) -> None:
    file = export(db.session(), query(), EVERYTHING, title="机构", private=True)
    assert "代码" in read_grids(file.data)[0].rows[0]


def test_export_of_too_many_rows_is_refused(offices: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tables.workbook.MOST_ROWS", 3)
    with pytest.raises(Refused):
        export(db.session(), query(), EVERYTHING, title="机构")


def test_days_read_as_days() -> None:
    assert day("since", "自", lambda value: Organisation.code == str(value)).read("2026-09-01") == dt.date(2026, 9, 1)
