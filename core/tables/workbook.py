"""A list as a workbook: exactly the rows the filters leave, in the order shown."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from core import clock
from core.i18n import current_language, say
from core.i18n import gettext as _
from core.sheets import Heading, SheetOut, figure, plain, write_workbook
from core.tables.query import ListQuery
from core.tables.spec import Cell, Column, Row
from core.web.status_words import status_word

MOST_ROWS = 20_000
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Export:
    """A finished workbook and what the read log should say about it."""

    name: str
    data: bytes
    rows: int
    columns: tuple[str, ...]


def export(
    session: Session,
    query: ListQuery[Row],
    statement: Select[Any],
    *,
    title: str,
    private: bool = False,
) -> Export:
    """The list as .xlsx. Private columns are left out unless ``private``.

    A second sheet says what was filtered, how it is ordered and when it was made. Raises Refused above
    MOST_ROWS rows.
    """
    columns = tuple(one for one in query.spec.columns if private or not one.private)
    rows = query.every_row(session, statement, MOST_ROWS)
    lines = [tuple(cell(one, row) for one in columns) for row in rows]
    sheets = (
        SheetOut(title[:31], tuple(_heading(one) for one in columns), lines),
        SheetOut(_("说明"), (plain(_("项目")), plain(_("内容"), width=60)), _notes(query, title, len(rows))),
    )
    name = f"{title}-{clock.today():%Y%m%d}.xlsx"
    return Export(name, write_workbook(sheets, title=title), len(rows), tuple(one.key for one in columns))


def cell(column: Column[Row], row: Row) -> Cell:
    """What a cell says, as a plain value: states in words, moments in Beijing time, texts as they are."""
    value = column.value(row)
    if value is None:
        return None
    if column.status:
        return say(status_word(column.status, value).word)
    if isinstance(value, dt.datetime):
        return clock.moment_cell(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if column.number and isinstance(value, int | Decimal):
        return value
    return say(value)


def _heading(column: Column[Row]) -> Heading:
    label = say(column.label)
    return figure(label) if column.number else plain(label, width=column.width)


def _notes(query: ListQuery[Row], title: str, count: int) -> list[tuple[str, str]]:
    chips = [f"{say(chip.label)}{_('：')}{say(chip.value)}" for chip in query.chips()]
    order = say(query.spec.column(query.sort).label) if query.sort else _("默认顺序")
    direction = _("从大到小") if query.descending else _("从小到大")
    return [
        (_("列表"), title),
        (_("筛选条件"), _("；").join(chips) or _("无（全部可见记录）")),
        (_("排序"), f"{order} · {direction}" if query.sort else order),
        (_("条数"), str(count)),
        (_("导出时间"), clock.moment_text(clock.now(), current_language())),
    ]
