"""Differences between counties and provinces as dated data: policy sheets with strict schemas. Pure.

A `filing` sheet rules how a county files and orders its applicants; a `status` sheet rules the registry of a
province. An event is judged by the sheet in force on its own day; rounds and cases store version and digest
of the sheet they used.
"""

from core.policy.book import NoPolicy, OverlappingPolicies, PolicyBook
from core.policy.describe import enum_words, tie_key_words, value_words
from core.policy.filing import FilingRules
from core.policy.items import (
    Item,
    Label,
    RuleLine,
    TermPoint,
    Unit,
    YearlyDay,
    YearlyMoment,
    YearlyWindow,
)
from core.policy.sheet import (
    BadSheet,
    FilingSheet,
    PolicySheet,
    SheetKind,
    StatusSheet,
    load_shipped,
    read_sheet,
    sheet_text,
)
from core.policy.status import StatusRules

__all__ = [
    "BadSheet",
    "FilingRules",
    "FilingSheet",
    "Item",
    "Label",
    "NoPolicy",
    "OverlappingPolicies",
    "PolicyBook",
    "PolicySheet",
    "RuleLine",
    "SheetKind",
    "StatusRules",
    "StatusSheet",
    "TermPoint",
    "Unit",
    "YearlyDay",
    "YearlyMoment",
    "YearlyWindow",
    "enum_words",
    "load_shipped",
    "read_sheet",
    "sheet_text",
    "tie_key_words",
    "value_words",
]
