"""The manual of the sheets names every column, rule and exit code there is."""

from pathlib import Path

import pytest

from core.sheets import Layout
from enrolment.applications.sheet_layout import TAKEN, county_layout
from enrolment.plans.sheet_read import SHEETS
from enrolment.plans.sheet_rules import ITEMS

MANUAL = (Path(__file__).parents[3] / "docs" / "sheets.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "layout", [*SHEETS.values(), county_layout("青浦区", "310118"), TAKEN], ids=lambda one: one.name
)
def test_every_column_is_documented(layout: Layout) -> None:
    missing = [column.heading for column in layout.columns if f"| {column.heading} |" not in MANUAL]
    assert missing == []
    assert all(alias in MANUAL for column in layout.columns for alias in column.aliases)


def test_every_rule_is_documented() -> None:
    assert [item.label for item in ITEMS if f"| {item.label} |" not in MANUAL] == []
    choices = [choice for item in ITEMS if item.kind for choice in item.kind.choices]
    assert [choice for choice in choices if choice not in MANUAL] == []
