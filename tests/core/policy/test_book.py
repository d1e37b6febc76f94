import json
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy import (
    NoPolicy,
    OverlappingPolicies,
    PolicyBook,
    SheetKind,
    StatusSheet,
    load_shipped,
    read_sheet,
    sheet_text,
)

PROVINCE = "330000"
BOOK = PolicyBook(load_shipped())


def variant(version: str, start: date, end: date | None, months: int) -> StatusSheet:
    content = json.loads(sheet_text(BOOK.status(PROVINCE, date(2026, 1, 1))))
    content.update(version=version, effective_from=start.isoformat(), effective_to=end.isoformat() if end else None)
    content["rules"]["suspension_in_a_row"]["value"] = months
    sheet = read_sheet(json.dumps(content))
    assert isinstance(sheet, StatusSheet)
    return sheet


OLD = variant("2015.1", date(2015, 1, 1), date(2026, 2, 28), 24)
NEW = variant("2026.1", date(2026, 3, 1), None, 36)


def test_a_rule_change_applies_from_its_day_and_leaves_earlier_events_alone() -> None:
    book = PolicyBook([OLD, NEW])
    assert book.status(PROVINCE, date(2026, 2, 28)).rules.suspension_in_a_row.value == 24
    assert book.status(PROVINCE, date(2026, 3, 1)).rules.suspension_in_a_row.value == 36
    assert book.status(PROVINCE, date(2016, 5, 5)).version == "2015.1"


def test_shipped_sheets_of_two_dates() -> None:
    assert BOOK.filing("330421", date(2023, 12, 31)).version == "2020.1"
    assert BOOK.filing("330421", date(2024, 1, 1)).version == "2024.1"


def test_a_day_without_sheet_is_an_error_in_words() -> None:
    with pytest.raises(NoPolicy) as caught:
        BOOK.filing("330421", date(2010, 1, 1))
    assert "浙江省嘉兴市嘉善县没有在 2010-01-01 生效的志愿填报政策参数表" in caught.value.words.zh
    assert "Jiashan County" in caught.value.words.en
    with pytest.raises(NoPolicy):
        BOOK.in_force(SheetKind.STATUS, "340000", date(2026, 1, 1))


def test_two_sheets_for_one_day_are_an_error() -> None:
    book = PolicyBook([variant("a", date(2015, 1, 1), None, 24), variant("b", date(2026, 3, 1), None, 36)])
    assert book.status(PROVINCE, date(2026, 2, 28)).version == "a"
    with pytest.raises(OverlappingPolicies, match="a, b"):
        book.status(PROVINCE, date(2026, 3, 1))


def test_superseding_ends_the_open_sheet_and_keeps_its_digest() -> None:
    before = PolicyBook([variant("a", date(2015, 1, 1), None, 24)])
    after = before.superseded_by(NEW)
    assert after.status(PROVINCE, date(2026, 2, 28)).version == "a"
    assert after.status(PROVINCE, date(2026, 3, 1)).version == "2026.1"
    ended = after.version(SheetKind.STATUS, PROVINCE, "a")
    assert ended.effective_to == date(2026, 2, 28)
    assert ended.digest == before.sheets[0].digest
    assert before.sheets[0].effective_to is None


def test_superseding_leaves_other_scopes_and_ended_sheets_alone() -> None:
    after = BOOK.superseded_by(variant("2027.1", date(2027, 1, 1), None, 36))
    assert after.status("310000", date(2027, 1, 1)).version == "2015.1"
    assert after.filing("330421", date(2023, 1, 1)).effective_to == date(2023, 12, 31)


def test_a_history_of_open_sheets_in_any_order_makes_a_chain() -> None:
    last = variant("2028.1", date(2028, 1, 1), None, 48)
    book = PolicyBook.from_history([last, variant("a", date(2015, 1, 1), None, 24), NEW])
    versions = [book.status(PROVINCE, date(year, 6, 1)).version for year in (2020, 2027, 2029)]
    assert versions == ["a", "2026.1", "2028.1"]


def test_a_history_with_two_sheets_from_one_day_is_still_an_error() -> None:
    book = PolicyBook.from_history([NEW, variant("rival", date(2026, 3, 1), None, 48)])
    with pytest.raises(OverlappingPolicies):
        book.status(PROVINCE, date(2026, 3, 1))


def test_stored_versions_are_found_by_name() -> None:
    assert BOOK.version(SheetKind.FILING, "330421", "2020.1").effective_to == date(2023, 12, 31)
    with pytest.raises(KeyError):
        BOOK.version(SheetKind.FILING, "330421", "1999.1")


def test_one_version_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        PolicyBook([OLD, OLD])


def test_in_force_answers_by_kind() -> None:
    day = date(2026, 6, 20)
    assert BOOK.in_force(SheetKind.FILING, "310118", day) == BOOK.filing("310118", day)
    assert BOOK.in_force(SheetKind.STATUS, "310000", day) == BOOK.status("310000", day)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.dates(date(2016, 1, 1), date(2030, 1, 1)), unique=True, max_size=6))
def test_any_chain_of_changes_rules_every_day_exactly_once(starts: list[date]) -> None:
    book = PolicyBook([variant("v0", date(2015, 1, 1), None, 12)])
    for number, start in enumerate(sorted(starts), start=1):
        book = book.superseded_by(variant(f"v{number}", start, None, 12 + number))
    for start in starts:
        for day in (start - timedelta(days=1), start):
            in_force = book.status(PROVINCE, day)
            assert in_force.version == f"v{sum(s <= day for s in starts)}"
