"""Lists: declared columns, filters and sorts; the URL holds the view; export of exactly what is shown.

STUDENTS = ListSpec(columns=(Column("name", _l("姓名"), value=..., sort=Person.name), ...), ...)
query = ListQuery.from_request(STUDENTS, request)
page = query.page(db.session, visible_students(actor))
file = export(db.session, query, visible_students(actor), title=_("学生"))
"""

from core.tables.page import Page
from core.tables.query import Chip, ListQuery
from core.tables.spec import Cell, Column, Filter, ListSpec, choice, day, text
from core.tables.workbook import MIMETYPE, Export, export

__all__ = [
    "MIMETYPE",
    "Cell",
    "Chip",
    "Column",
    "Export",
    "Filter",
    "ListQuery",
    "ListSpec",
    "Page",
    "choice",
    "day",
    "export",
    "text",
]
