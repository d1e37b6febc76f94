"""What each kind of column takes, mends and refuses."""

import datetime as dt
from decimal import Decimal

import pytest

from core.sheets.dates import Date
from core.sheets.kinds import Code, Exact, Identifier, Kind, ListOf, Text, Unreadable, Whole, YesNo
from core.words import Words

EIGHTEEN = r"\d{17}[\dX]"


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Text(), "王小明", "王小明"),
        (Text(), 12.0, "12"),
        (Text(), True, "是"),
        (Text(), "=1+1", "=1+1"),
        (Text(), "买买提·阿布都𬭎〇", "买买提·阿布都𬭎〇"),
        (Identifier(), "0012", "0012"),
        (Identifier(pattern=EIGHTEEN), "33042120100208000X", "33042120100208000X"),
        (Whole(), "12", 12),
        (Whole(), 12.0, 12),
        (Exact(), 611.5, Decimal("611.5")),
        (Exact(), "611.50", Decimal("611.5")),
        (Exact(), 600.0, Decimal(600)),
        (Exact(least=Decimal(-5)), "-2.25", Decimal("-2.25")),
        (Code({"M": ("男", "male"), "F": ("女",)}), "男", "M"),
        (Code({"M": ("男", "male"), "F": ("女",)}), "MALE", "M"),
        (Code({"1": ("一",)}), 1.0, "1"),
        (YesNo(), "是", True),
        (YesNo(), "0", False),
        (YesNo(), True, True),
        (ListOf(Text()), "色弱、 近视;,远视", ("色弱", "近视", "远视")),
        (Date(), "2026-09-01", dt.date(2026, 9, 1)),
        (Date(), "2026/9/1", dt.date(2026, 9, 1)),
        (Date(), "2026.9.1", dt.date(2026, 9, 1)),
        (Date(), "2026年9月1日", dt.date(2026, 9, 1)),
        (Date(), "20260901", dt.date(2026, 9, 1)),
        (Date(), 20260901.0, dt.date(2026, 9, 1)),
        (Date(), 46266.0, dt.date(2026, 9, 1)),
        (Date(), "46266", dt.date(2026, 9, 1)),
        (Date(), dt.date(2026, 9, 1), dt.date(2026, 9, 1)),
        (Date(), dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC), dt.date(2026, 9, 1)),
        (Date(), "2026-09-01 00:00:00", dt.date(2026, 9, 1)),
        (Date(month=True), "202609", dt.date(2026, 9, 1)),
        (Date(month=True), 202609.0, dt.date(2026, 9, 1)),
        (Date(month=True), "2026-09", dt.date(2026, 9, 1)),
        (Date(month=True), "2026-09-15", dt.date(2026, 9, 1)),
    ],
)
def test_takes(kind: Kind, raw: object, value: object) -> None:
    assert kind.read(raw).value == value


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Text(), "　王\u200b ", "王"),
        (Text(), "第一行\n第二行", "第一行 第二行"),
        (Text(name=True), "王　小 明", "王小明"),
        (Identifier(pattern=EIGHTEEN), "３３０４２１２０１００２０８０００ｘ", "33042120100208000X"),
        (Identifier(pattern=EIGHTEEN), " 330421 20100208 000x", "33042120100208000X"),
        (Identifier(), '="0012"', "0012"),
        (Identifier(), "'0012", "0012"),
        (Identifier(), 2026310001.0, "2026310001"),
        (Whole(), "１，２００", 1200),
        (Exact(), "６１１．５", Decimal("611.5")),
        (ListOf(Text()), "色弱、色弱", ("色弱",)),
    ],
)
def test_mends_and_reports(kind: Kind, raw: object, value: object) -> None:
    taken = kind.read(raw)
    assert taken.value == value
    assert taken.repaired is not None
    assert taken.repaired.zh
    assert taken.repaired.en


@pytest.mark.parametrize(
    ("kind", "raw", "said"),
    [
        (Text(longest=3), "四个汉字", "最多 3 字"),
        (Identifier(pattern=EIGHTEEN), 3.3042120100208e17, "第 16 位起成了 0"),
        (Identifier(pattern=EIGHTEEN), "3.3042120100208E+17", "第 16 位起成了 0"),
        (Identifier(), "330421201002080000", "第 16 位起成了 0"),
        (Identifier(), 12.5, "小数"),
        (Identifier(), True, "号码"),
        (Identifier(pattern=EIGHTEEN), "33042120100208012", "现为 17 位"),
        (Whole(), 12.5, "整数"),
        (Whole(least=1, most=9), "10", "1 到 9"),
        (Whole(), "十二", "整数"),
        (Whole(), True, "整数"),
        (Exact(places=1), 611.25, "最多 1 位小数"),
        (Exact(most=Decimal(150)), "151", "不大于 150"),
        (Exact(), "1e3", "数字"),
        (Exact(), "NaN", "数字"),
        (Code({"M": ("男",)}), "难", "允许的取值"),
        (YesNo(), "也许", "允许的取值"),
        (Date(), "2026-02-30", "没有这一天"),
        (Date(), "2026-13-01", "没有这一天"),
        (Date(), "202609", "缺少日"),
        (Date(), "明天", "日期"),
        (Date(), True, "日期"),
        (Date(), 0.5, "日期"),
    ],
)
def test_refuses_with_the_rule(kind: Kind, raw: object, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        kind.read(raw)
    assert said in refused.value.rule.zh
    assert refused.value.rule.en
    assert refused.value.mend.zh
    assert refused.value.mend.en


def test_half_points_order_exactly() -> None:
    values = [Exact().read(raw).value for raw in ("611.50", 611.5, 611.0)]
    assert values[0] == values[1]
    assert values[0] > values[2]


def test_a_number_whose_own_check_accepts_it_may_end_in_zeros() -> None:
    def check(text: str) -> Words | None:
        return None if text == "320584200908150000" else Words("校验码不符", "check digit")

    kind = Identifier(pattern=EIGHTEEN, check=check)
    assert kind.read("320584200908150000").value == "320584200908150000"
    with pytest.raises(Unreadable) as rounded:
        kind.read("320584200908151000")
    assert "第 16 位" in rounded.value.rule.zh
    with pytest.raises(Unreadable) as wrong:
        kind.read("320584200908151234")
    assert wrong.value.rule.zh == "校验码不符"


def test_an_unknown_word_names_the_nearest_ones() -> None:
    with pytest.raises(Unreadable) as refused:
        Code({"a": ("五年一贯制",), "b": ("三年制",)}).read("五年贯制")
    assert "“五年一贯制”" in refused.value.mend.zh


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Text(), "=cmd"),
        (Identifier(), "0012"),
        (Whole(), 12),
        (Exact(), Decimal("611.5")),
        (Code({"M": ("男",)}), "M"),
        (YesNo(), False),
        (ListOf(Code({"M": ("男",), "F": ("女",)})), ("M", "F")),
        (Date(), dt.date(2026, 9, 1)),
        (Date(month=True), dt.date(2026, 9, 1)),
    ],
)
def test_what_is_written_reads_back(kind: Kind, value: object) -> None:
    written = kind.write(value)
    assert kind.read(float(written) if isinstance(written, Decimal) else written).value == value
    assert kind.shape.zh
    assert kind.shape.en
