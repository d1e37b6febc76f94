"""Sheets in and out: the one way Excel and CSV files enter and leave the product.

grids = read_grids(data)                      # any kind of file, within limits
table = read_table(grids[0], layout)          # typed rows, every fault, every repair
data = write_workbook([SheetOut(...)])        # exports and templates, proved by reading back
data = annotate(data, table.faults)           # the same workbook with the faults marked
"""

from core.sheets.annotate import annotate
from core.sheets.book import Findings, Known, Wanted, sort_sheets
from core.sheets.dates import Date
from core.sheets.faults import BadSheets, SheetFault, SheetNote
from core.sheets.grid import Grid, read_grids
from core.sheets.kinds import REFERENCE, Code, Exact, Identifier, ListOf, Text, Value, Whole, YesNo
from core.sheets.layout import EXAMPLE_MARK, Column, Family, Layout
from core.sheets.limits import DEFAULT_LIMITS, Limits
from core.sheets.repair import close_to, did_you_mean, exact_number, nearest
from core.sheets.table import Row, Table, masked, read_table
from core.sheets.writing import (
    Heading,
    NotAsWritten,
    SheetOut,
    figure,
    headings_of,
    plain,
    write_text,
    write_workbook,
)
from core.words import Words

__all__ = [
    "DEFAULT_LIMITS",
    "EXAMPLE_MARK",
    "REFERENCE",
    "BadSheets",
    "Code",
    "Column",
    "Date",
    "Exact",
    "Family",
    "Findings",
    "Grid",
    "Heading",
    "Identifier",
    "Known",
    "Layout",
    "Limits",
    "ListOf",
    "NotAsWritten",
    "Row",
    "SheetFault",
    "SheetNote",
    "SheetOut",
    "Table",
    "Text",
    "Value",
    "Wanted",
    "Whole",
    "Words",
    "YesNo",
    "annotate",
    "close_to",
    "did_you_mean",
    "exact_number",
    "figure",
    "headings_of",
    "masked",
    "nearest",
    "plain",
    "read_grids",
    "read_table",
    "sort_sheets",
    "write_text",
    "write_workbook",
]
