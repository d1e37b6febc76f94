"""Every chart: no style, no script, named, same bytes, a table and a sentence that agree with its data."""

import re
from datetime import date
from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from core.charts.bars import Bar, Stack, bars, funnel, stacked_bars
from core.charts.dots import Dot, dot_plot
from core.charts.figure import _DRAWN, ChartFigure, UnknownPart, clean
from core.charts.heat import Cell, heat_table
from core.charts.lines import Line, lines
from core.charts.palette import TOKENS
from core.words import Words
from tests.core.charts.samples import COUNTIES, KINDS, PEOPLE, days, fill, ranks, rates, reasons, steps

ALLOWED = {"svg", "title", "desc", "g", "path", "line", "rect", "circle", "text", "tspan", "defs", "clipPath"}


@cache
def _figure(kind: str) -> ChartFigure:
    return KINDS[kind]("zh")


@pytest.mark.parametrize("kind", KINDS)
def test_picture_has_no_style_script_reference_or_handler(kind: str) -> None:
    svg = _figure(kind).svg
    assert set(re.findall(r"<([A-Za-z]+)", svg)) <= ALLOWED
    attributes = set(re.findall(r"\s([\w:-]+)=\"", svg))
    assert not attributes & {"style", "href", "xlink:href"}
    assert not {name for name in attributes if name.startswith("on")}
    assert "url(" not in svg or re.search(r"url\(#chart-", svg)


@pytest.mark.parametrize("kind", KINDS)
def test_picture_names_itself_and_reads_itself(kind: str) -> None:
    figure = _figure(kind)
    named = re.search(r'role="img" aria-labelledby="(\S+) (\S+)"', figure.svg)
    assert named is not None
    assert f'<title id="{named[1]}">{figure.title}</title>' in figure.svg
    assert f'<desc id="{named[2]}">{figure.reading.zh}</desc>' in figure.svg


@pytest.mark.parametrize("kind", KINDS)
def test_same_figures_give_the_same_bytes(kind: str) -> None:
    first = _figure(kind)
    _DRAWN.clear()
    again = KINDS[kind]("zh")
    assert again is not first
    assert again.svg == first.svg
    assert again.png(scale=1) == first.png(scale=1)
    assert KINDS[kind]("zh") is again, "what has not changed is not drawn again"
    assert KINDS[kind]("en") is not again


@pytest.mark.parametrize("kind", KINDS)
def test_table_is_rectangular_and_first_column_is_words(kind: str) -> None:
    figure = _figure(kind)
    assert figure.table_rows
    assert all(len(row) == len(figure.table_head) for row in figure.table_rows)
    assert all(isinstance(row[0], str) for row in figure.table_rows)


@pytest.mark.parametrize("kind", KINDS)
def test_every_paint_is_a_token_and_says_so(kind: str) -> None:
    svg = _figure(kind).svg
    for attribute, paint in re.findall(r'\s(fill|stroke)="(#[0-9a-f]+)"', svg):
        tokens = [token for token, value in TOKENS.items() if value == paint]
        assert tokens, paint
        assert f"{attribute}-{tokens[0]}" in svg


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_of_the_asked_size_with_chinese_text(kind: str) -> None:
    figure = _figure(kind)
    width = re.search(r'width="(\d+)"', figure.svg)
    assert width is not None
    with Image.open(BytesIO(figure.png(scale=2))) as picture:
        assert picture.width == 2 * int(width[1])
        title = picture.convert("L").crop((24, 24, 24 + 34 * len(figure.title), 58))
    dark = title.histogram()[:96]
    assert sum(dark) > 250 * len(figure.title), "the title is written, in a weight one can read"


def test_sentences() -> None:
    assert reasons().reading.zh == "照片不清晰最多，128 份；证明已过期最少，9 份；合计 201 份。"
    assert ranks().reading.zh == "第一志愿占 66.0%（324/491）；吴江区最高，71.4%，嘉善县最低，57.9%。"
    assert fill().reading.zh == "计划 95 个，已录取 51 人，完成 53.7%；完成最少的是乙校面向青浦区的计划，0/20。"
    assert rates().reading.zh == "嘉善县最高，95.7%；吴江区最低，88.2%；相差 7.5 个百分点。"
    assert days().reading.zh == (
        "青浦区从2026年6月10日的 60 人到2026年6月12日的 41 人，减少 19；最高是2026年6月11日的 80 人。"
    )
    assert steps().reading.zh == (
        "从报名 1,204 人到报到 577 人，保留 47.9%；减少最多的一步是预审通过到录取，少 436 人。"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_english_pages_get_english_sentences(kind: str) -> None:
    figure = KINDS[kind]("en")
    assert f">{figure.reading.en}</desc>" in figure.svg
    assert 'lang="en"' in figure.svg
    assert "单位" not in figure.svg


def test_sentences_of_plain_cases() -> None:
    head, unit = ("项", "数"), PEOPLE
    even = bars("t", [Bar("甲", 3), Bar("乙", 3)], head=head, unit=unit)
    assert even.reading.zh == "各项均为 3 人，合计 6 人。"
    kept = funnel("t", [Bar("甲", 3), Bar("乙", 3)], head=("a", "b", "c", "d"), unit=unit)
    assert kept.reading.zh == "从甲 3 人到乙 3 人，保留 100.0%。"
    one = stacked_bars("t", ("一", "无"), [Stack("甲", (1, 1)), Stack("乙", (0, 0))], head="x", unit=unit)
    assert one.reading.zh == "一占 50.0%（1/2）。"
    assert one.table_rows[1] == ("乙", 0, 0, "—", "—")
    assert dot_plot("t", [Dot("甲", 0.5, 0.5, 0.5)], head=("a", "b", "c", "d")).reading.zh == "甲为 50.0%。"


def test_sentences_of_full_plans_and_rising_lines() -> None:
    full = heat_table("t", ("甲",), ("乙",), {("甲", "乙"): Cell(3, 3)}, head="x")
    assert full.reading.zh == "计划 3 个，已录取 3 人，完成 100.0%。"
    up = lines("t", [Line("甲", ((date(2026, 6, 1), 1), (date(2026, 6, 2), 4)))], head="x", unit=PEOPLE)
    assert "增加 3；" in up.reading.zh
    still = lines("t", [Line("甲", ((date(2026, 6, 1), 4),))], head="x", unit=PEOPLE)
    assert "没有变化；" in still.reading.zh


def test_tables() -> None:
    assert reasons().table_rows == (("照片不清晰", 128), ("户口簿缺页", 64), ("证明已过期", 9))
    assert ranks().table_rows[0] == ("青浦区", 96, 31, 12, 4, "67.1%", "21.7%", "8.4%", "2.8%")
    assert fill().table_rows == (
        ("甲校", "—", "40/40　100.0%", "11/35　31.4%"),
        ("乙校", "0/20　0.0%", "—", "0/0　—"),
    )
    assert rates().table_rows[1] == ("吴江区", "88.2%", "79.0%", "95.0%")
    assert days().table_rows[1] == ("2026-06-11", 80, "—")
    assert steps().table_rows[2] == ("录取", 684, "61.1%", "56.8%")


def test_labels_are_text_and_never_markup() -> None:
    hostile = '</text><script>alert(1)</script>"&<'
    figure = bars(hostile, [Bar(hostile, 1), Bar("乙", 2)], head=("a", "b"), unit=Words(hostile, hostile))
    assert "<script" not in figure.svg
    assert set(re.findall(r"<([A-Za-z]+)", figure.svg)) <= ALLOWED
    assert figure.png(scale=1).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "drawn",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><g style='fill:red'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><g onclick='x()'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><g fill='url(https://x.example)'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><g clip-path='url(https://x.example)'/></svg>",
    ],
)
def test_what_the_list_does_not_know_is_refused(drawn: str) -> None:
    with pytest.raises(UnknownPart):
        clean(drawn, title="t", description="d")


def test_references_inside_a_picture_are_its_own() -> None:
    drawn = (
        "<svg xmlns='http://www.w3.org/2000/svg'><defs><clipPath id='c1'><rect/></clipPath></defs>"
        "<g clip-path='url(#c1)'/></svg>"
    )
    svg = clean(drawn, title="t", description="d")
    found = re.search(r'<clipPath id="(chart-[0-9a-f]{10}-c1)">', svg)
    assert found is not None
    assert f'clip-path="url(#{found[1]})"' in svg


def test_charts_without_data_are_refused() -> None:
    head = ("a", "b", "c", "d")
    with pytest.raises(ValueError, match="empty state"):
        bars("t", [], head=("a", "b"), unit=PEOPLE)
    with pytest.raises(ValueError, match="empty state"):
        stacked_bars("t", ("x",), [], head="a", unit=PEOPLE)
    with pytest.raises(ValueError, match="empty state"):
        funnel("t", [], head=head, unit=PEOPLE)
    with pytest.raises(ValueError, match="empty state"):
        heat_table("t", (), COUNTIES, {}, head="a")
    with pytest.raises(ValueError, match="empty state"):
        dot_plot("t", [], head=head)
    with pytest.raises(ValueError, match="empty state"):
        lines("t", [Line("x", ())], head="a", unit=PEOPLE)


def test_data_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one part for each series"):
        stacked_bars("t", ("x", "y"), [Stack("甲", (1,))], head="a", unit=PEOPLE)
    with pytest.raises(ValueError, match="at most 5 series"):
        stacked_bars("t", "1234567", [Stack("甲", (1,) * 7)], head="a", unit=PEOPLE)
    with pytest.raises(ValueError, match="at most 6 lines"):
        lines("t", [Line(str(n), ((date(2026, 6, 1), n),)) for n in range(7)], head="a", unit=PEOPLE)
    with pytest.raises(ValueError, match="inside its range"):
        dot_plot("t", [Dot("甲", 0.5, 0.6, 0.7)], head=("a", "b", "c", "d"))
