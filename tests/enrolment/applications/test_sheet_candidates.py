"""CANDIDATES.xlsx: the same people out and in, and every slip named at its place."""

import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from core.sheets import BadSheets, read_grids
from enrolment.applications.sheet import (
    CountyForm,
    candidates_template,
    read_candidates,
    write_candidates,
)
from tests.enrolment.applications.sheet_samples import (
    EXPECTED,
    PEOPLE,
    SUBJECTS,
    candidate,
    document,
)
from tests.enrolment.plans.sheet_samples import PLAN, QP, WJ, saved, shuffled

_Cells = Mapping[str, str | float | None]


def _changed(sheet: str, cells: _Cells) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(write_candidates(PEOPLE)))
    page = book[sheet]
    assert isinstance(page, Worksheet)
    for place, value in cells.items():
        page[place] = value
        if isinstance(value, str) and value != "=1+1":
            page[place].data_type = "s"
    return saved(book)


def _faults(data: bytes) -> list[tuple[str, int | None, str, str]]:
    with pytest.raises(BadSheets) as refused:
        read_candidates(data, EXPECTED)
    return [(fault.sheet, fault.row, fault.heading, fault.rule.zh) for fault in refused.value.faults]


def _mend(data: bytes) -> str:
    with pytest.raises(BadSheets) as refused:
        read_candidates(data, EXPECTED)
    return refused.value.faults[0].mend.zh


def test_people_go_out_and_come_back_the_same() -> None:
    data = write_candidates(PEOPLE)
    again = read_candidates(data, EXPECTED)
    assert again == PEOPLE
    assert write_candidates(again) == data
    assert again.counties[0].full == Decimal(450)
    assert again.counties[1].full == Decimal("260.5")
    assert again.counties[0].letters == ("S", "T", "U")
    assert again.counties[0].candidates[0].row == 2


def test_the_order_of_rows_does_not_matter() -> None:
    assert read_candidates(shuffled(write_candidates(PEOPLE), (2,)), EXPECTED) == PEOPLE


def test_dangerous_texts_stay_text() -> None:
    assert all(grid.formulas == frozenset() for grid in read_grids(write_candidates(PEOPLE)))


def test_the_template_holds_forms_that_read_without_fault() -> None:
    forms = [CountyForm(QP, "青浦区", SUBJECTS), CountyForm(WJ, "吴江区", SUBJECTS, wishes=5)]
    data = candidates_template(forms)
    people = read_candidates(data, replace(EXPECTED, full_marks={}))
    assert [one.candidates for one in people.counties] == [(), ()]
    assert [one.name for one in people.counties[0].subjects] == ["语文", "数学", "外语"]
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["说明", "青浦区", "吴江区", "已被录取"]
    assert '"男,女"' in {str(one.formula1) for one in book["青浦区"].data_validations.dataValidation}


@pytest.mark.parametrize(
    ("cells", "place", "said"),
    [
        ({"A3": "2026300001"}, (3, "考生号"), "考生号重复，已见于“青浦区”第 2 行"),
        ({"D3": document(1), "F3": None}, (3, "证件号码"), "证件号码重复"),
        ({"D2": "330421201002080001"}, (2, "证件号码"), "校验码"),
        ({"D2": 330421201002080001.0}, (2, "证件号码"), "第 16 位起成了 0"),
        ({"D2": "3.3042120100208E+17"}, (2, "证件号码"), "第 16 位起成了 0"),
        ({"D2": "810000200901010001"}, (2, "证件号码"), "证件类型与号码不一致"),
        ({"C2": "学生证"}, (2, "证件类型"), "允许的取值"),
        ({"B2": "=1+1"}, (2, "姓名"), "公式"),
        ({"B2": None}, (2, "姓名"), "还没有填写"),
        ({"E2": None}, (2, "性别"), "还没有填写"),
        ({"F2": "2009-01-01"}, (2, "出生日期"), "与证件号码中的出生日期不同"),
        ({"I2": 3.0}, (2, "加分"), "没有写加分项目"),
        ({"K2": "色若"}, (2, "体检结论"), "计划中没有用到"),
        ({"L2": "面试合个"}, (2, "类别"), "计划中没有用到"),
        ({"S2": 150.5}, (2, "语文/150"), "高于满分 150"),
        ({"S2": "缺考"}, (2, "语文/150"), "数字"),
        ({"S2": 100.125}, (2, "语文/150"), "小数"),
        ({"V2": "A7"}, (2, "志愿1"), "没有这个招生代码"),
        ({"V2": "A2"}, (2, "志愿1"), "对青浦区的计划数是 0"),
    ],
)
def test_names_each_slip_at_its_place(cells: _Cells, place: tuple[int, str], said: str) -> None:
    faults = _faults(_changed("青浦区", cells))
    assert any(("青浦区", *place) == fault[:3] and said in fault[3] for fault in faults), faults
    assert len(faults) == 1


def test_a_total_must_equal_its_subjects() -> None:
    faults = _faults(_changed("吴江区", {"U2": 198.0}))
    assert faults == [("吴江区", 2, "总分/260.5", "总分与各科之和 197 不同")]


def test_numbers_are_unique_over_all_counties() -> None:
    faults = _faults(_changed("吴江区", {"A2": "2026300001"}))
    assert faults == [("青浦区", 2, "考生号", "考生号重复，已见于“吴江区”第 2 行")] or faults == [
        ("吴江区", 2, "考生号", "考生号重复，已见于“青浦区”第 2 行")
    ]


def test_an_unknown_programme_code_names_the_nearest() -> None:
    assert "“A1 机电技术应用”" in _mend(_changed("青浦区", {"V2": "A11"}))
    assert "“B1 学前教育”" in _mend(_changed("青浦区", {"V2": "学前教育"}))


def test_a_number_rounded_to_zeros_is_explained() -> None:
    assert "被表格软件改过" in _mend(_changed("青浦区", {"D2": "330421201002081000"}))


def test_a_missing_subject_column_is_named() -> None:
    renamed = _faults(_changed("青浦区", {"U1": "英语/150"}))
    assert renamed == [("青浦区", None, "", "同分排序要用“外语”，本表没有这一科的列")]
    marks = _faults(_changed("青浦区", {"U1": "外语/120"}))
    assert marks == [("青浦区", None, "", "各科满分之和 420，与计划所写总分满分 450 不同")]
    unmarked = _faults(_changed("青浦区", {"U1": "外语"}))
    assert ("青浦区", 1, "外语", "这一列全是数字，列名却没有认出来") in unmarked


def test_two_columns_of_one_subject_are_refused() -> None:
    faults = _faults(_changed("青浦区", {"U1": "语文/140"}))
    assert ("青浦区", None, "", "“语文”有两列") in faults


def test_a_sheet_without_any_score_is_refused() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_candidates(PEOPLE)))
    page = book["吴江区"]
    for cell in ("S1", "T1", "U1"):
        page[cell] = None
    for row in (2, 3):
        for column in "PQR":
            page[f"{column}{row}"] = None
    assert _faults(saved(book)) == [("吴江区", None, "", "没有成绩列，也没有总分列")]


def test_a_missing_county_is_named() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_candidates(PEOPLE)))
    del book["吴江区"]
    assert _faults(saved(book)) == [("吴江区", None, "", "缺少这个工作表")]
    book["青浦区"].title = "青浦去"
    assert ("青浦去", None, "", "工作表的名称没有认出来") in _faults(saved(book))


def test_harmless_slips_are_mended_and_told() -> None:
    people = read_candidates(
        _changed(
            "青浦区",
            {
                "B2": "考 生1",
                "D2": " " + document(1).lower(),
                "E3": "男",
                "V4": None,
                "W4": "B1",
                "K4": None,
                "W3": "A1",
            },
        ),
        EXPECTED,
    )
    told = {(note.row, note.heading): note.what.zh for note in people.notes}
    assert people.counties[0].candidates[0] == PEOPLE.counties[0].candidates[0]
    assert (2, "证件号码") in told
    assert (3, "性别") not in told, "an order of 000 says nothing of the sex"
    assert "前移" in told[4, "志愿2"]
    assert "没有体检结论" in told[4, "体检结论"]
    assert "不计" in told[3, "志愿2"]
    assert people.counties[0].candidates[1].wishes == ("A1", "A1")
    shown = "".join(note.sentence.zh for note in people.notes)
    assert document(1) not in shown


def test_a_list_of_taken_people_may_name_strangers() -> None:
    people = read_candidates(_changed("已被录取", {"A3": "9999"}), EXPECTED)
    assert people.taken == PEOPLE.taken
    assert ("9999", "不在考生名单中，不起作用") in [(note.before, note.what.zh) for note in people.notes]
    assert _faults(_changed("已被录取", {"A3": "2026300003"}))[0][3].startswith("考生号重复")
    book = openpyxl.load_workbook(io.BytesIO(write_candidates(PEOPLE)))
    del book["已被录取"]
    assert read_candidates(saved(book), EXPECTED).taken == ()


def test_half_points_stay_exact() -> None:
    people = read_candidates(_changed("青浦区", {"S2": "120.50", "S3": 120.5, "S4": "１２０"}), EXPECTED)
    scores = [one.scores[0] for one in people.counties[0].candidates]
    assert scores == [Decimal("120.5"), Decimal("120.5"), Decimal(120)]


def test_other_ways_to_write_the_heads_are_known() -> None:
    data = _changed("青浦区", {"A1": "报名号", "S1": "语文（满分150分）", "T1": "数学（150）", "V1": "第一志愿"})
    assert read_candidates(data, EXPECTED).counties[0] == PEOPLE.counties[0]


def test_a_wish_column_under_an_odd_head_is_refused() -> None:
    assert _faults(_changed("青浦区", {"V1": "首个志愿"})) == [("青浦区", 1, "首个志愿", "列名没有认出来")]


def test_five_thousand_rows_are_read() -> None:
    county = replace(
        PEOPLE.counties[0],
        candidates=tuple(
            candidate(serial, document_number=document(serial % 1500, f"{310000 + serial // 1500}"), birth_date=None)
            for serial in range(100, 5100)
        ),
    )
    people = replace(PEOPLE, counties=(county, PEOPLE.counties[1]), taken=())
    again = read_candidates(write_candidates(people), EXPECTED)
    assert len(again.counties[0].candidates) == 5000
    assert PLAN.counties[0].code == QP
