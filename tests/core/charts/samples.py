"""One chart of each kind, from invented figures."""

from collections.abc import Callable
from datetime import date

from core.charts.bars import Bar, Stack, bars, funnel, stacked_bars
from core.charts.dots import Dot, dot_plot
from core.charts.figure import ChartFigure
from core.charts.heat import Cell, heat_table
from core.charts.lines import Line, lines
from core.charts.matrix import flow_matrix
from core.words import Words

PEOPLE = Words("人", "people")
COUNTIES = ("青浦区", "吴江区", "嘉善县")


def reasons(language: str = "zh") -> ChartFigure:
    """Bars."""
    data = [Bar("照片不清晰", 128), Bar("户口簿缺页", 64), Bar("证明已过期", 9)]
    return bars("退回补正原因", data, head=("原因", "份数"), unit=Words("份", "papers"), language=language)


def ranks(language: str = "zh") -> ChartFigure:
    """Stacked bars."""
    parts = ((96, 31, 12, 4), (140, 22, 9, 25), (88, 40, 21, 3))
    return stacked_bars(
        "各县区录取志愿顺序",
        ("第一志愿", "第二志愿", "第三志愿", "未录取"),
        [Stack(county, part) for county, part in zip(COUNTIES, parts, strict=True)],
        head="县区",
        unit=PEOPLE,
        language=language,
    )


def fill(language: str = "zh") -> ChartFigure:
    """Heat table."""
    cells = {
        ("甲校", "吴江区"): Cell(40, 40),
        ("甲校", "嘉善县"): Cell(11, 35),
        ("乙校", "青浦区"): Cell(0, 20),
        ("乙校", "嘉善县"): Cell(0, 0),
    }
    return heat_table("计划完成情况", ("甲校", "乙校"), COUNTIES, cells, head="学校", language=language)


def flows(language: str = "zh") -> ChartFigure:
    """Flow matrix."""
    counts = {("吴江区", "甲校"): 12, ("嘉善县", "乙校"): 3, ("嘉善县", "甲校"): 0}
    unit = Words("人", "pupils")
    return flow_matrix("各县区去向", COUNTIES, ("甲校", "乙校"), counts, head="县区", unit=unit, language=language)


def rates(language: str = "zh") -> ChartFigure:
    """Dot plot."""
    data = [Dot("青浦区", 0.931, 0.85, 0.98), Dot("吴江区", 0.882, 0.79, 0.95), Dot("嘉善县", 0.957, 0.9, 1)]
    return dot_plot("各县区录取率", data, head=("县区", "录取率", "最低", "最高"), language=language)


def days(language: str = "zh") -> ChartFigure:
    """Lines with a day missing in one of them."""
    data = [
        Line("青浦区", ((date(2026, 6, 10), 60), (date(2026, 6, 11), 80), (date(2026, 6, 12), 41))),
        Line("吴江区", ((date(2026, 6, 10), 33), (date(2026, 6, 12), 35))),
    ]
    return lines("每日报名人数", data, head="日期", unit=PEOPLE, language=language)


def steps(language: str = "zh") -> ChartFigure:
    """Funnel."""
    data = [Bar("报名", 1204), Bar("预审通过", 1120), Bar("录取", 684), Bar("报到", 577)]
    head = ("环节", "人数", "较上一环节", "较报名")
    return funnel("从报名到报到", data, head=head, unit=PEOPLE, language=language)


KINDS: dict[str, Callable[[str], ChartFigure]] = {
    "bars": reasons,
    "stacked bars": ranks,
    "heat table": fill,
    "flow matrix": flows,
    "dot plot": rates,
    "lines": days,
    "funnel": steps,
}
