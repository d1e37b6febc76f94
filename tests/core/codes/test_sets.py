from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from core import clock
from core.codes import CodeEntry, CodeSet, Numbering, UnknownCode, code_set, code_set_names
from core.codes.sets import _SetFile
from core.identity import DocumentKind, Sex

SETS = code_set_names()


def test_ethnicity_has_56_and_2_entries() -> None:
    entries = code_set("ethnicity").entries
    assert len(entries) == 58
    assert [e.code for e in entries[:56]] == [f"{n:02d}" for n in range(1, 57)]
    assert [e.code for e in entries[56:]] == ["97", "98"]
    assert all(e.zh.endswith("族") for e in entries[:56])


def test_bai_is_14_and_lisu_is_spelt_right() -> None:
    assert code_set("ethnicity").find("白族").code == "14"
    assert code_set("ethnicity").label("20") == "傈僳族"
    assert code_set("ethnicity").find("僳僳族").code == "20"


@pytest.mark.parametrize("name", SETS)
def test_every_set_is_complete_in_both_languages(name: str) -> None:
    found = code_set(name)
    assert found.words.zh
    assert found.words.en
    assert found.source
    assert found.choices
    for entry in found.entries:
        assert entry.zh
        assert entry.en
        assert entry.zh != entry.en


@pytest.mark.parametrize("name", SETS)
def test_every_code_label_and_alias_finds_its_entry(name: str) -> None:
    found = code_set(name)
    for entry in found.choices:
        for text in (entry.code, entry.zh, *entry.aliases, f" {entry.zh} ", f"{entry.code}-{entry.zh}"):
            assert found.find(text) is entry, text


@pytest.mark.parametrize("name", SETS)
def test_own_codes_of_national_sets_export_as_a_national_code(name: str) -> None:
    found = code_set(name)
    if found.numbering is Numbering.NATIONAL:
        for entry in found.entries:
            assert entry.national_code in found


def test_codes_are_strings_and_zeros_are_forgiven() -> None:
    assert code_set("political_status").find("3").code == "03"
    assert code_set("political_status").find("０３").code == "03"
    assert code_set("student_status").find("1").zh == "在读"


def test_half_matching_code_and_label_is_not_accepted() -> None:
    assert code_set("ethnicity").find("14-白族").code == "14"
    assert code_set("ethnicity").find("14：白族").code == "14"
    with pytest.raises(UnknownCode):
        code_set("ethnicity").find("14-汉族")


def test_unknown_labels_offer_the_nearest() -> None:
    with pytest.raises(UnknownCode) as caught:
        code_set("ethnicity").find("百族")
    assert caught.value.nearest[0].code == "14"
    assert "百族" in caught.value.words.zh
    assert "是否就是“白族”" in caught.value.words.zh
    assert "Bai" in caught.value.words.en
    with pytest.raises(UnknownCode, match="请从列表中选择"):
        code_set("ethnicity").find("xyz")


def test_empty_text_is_never_turned_into_a_default() -> None:
    for name in SETS:
        for text in ("", " ", "　"):
            with pytest.raises(UnknownCode, match="请选择"):
                code_set(name).find(text)


def test_sensitive_reasons_are_marked() -> None:
    marked = {e.code for e in code_set("change_reason").entries if e.sensitive}
    assert marked == {"11", "12", "23", "81"}
    assert not any(e.sensitive for n in SETS if n != "change_reason" for e in code_set(n).entries)


def test_statuses_say_whether_they_are_on_the_roll() -> None:
    groups = {e.code: e.group for e in code_set("student_status").entries}
    assert set(groups.values()) == {"in_roll", "out", "not_yet", "unsettled"}
    assert groups["01"] == groups["02"] == "in_roll"
    assert groups["12"] == groups["Z1"] == "not_yet"
    assert groups["07"] == groups["10"] == "out"


def test_sets_agree_with_the_enumerations_of_identity() -> None:
    kinds = code_set("document_kind")
    assert {k.value for k in DocumentKind} == {e.code for e in kinds.entries}
    for kind in DocumentKind:
        assert kinds.entry(kind.value).national_code == kind.jyt_code
        assert kinds.label(kind.value) == kind.words.zh
        assert kinds.label(kind.value, "en") == kind.words.en
    for sex in Sex:
        assert code_set("sex").label(sex.value) == sex.words.zh


def test_unknown_code_and_unknown_set() -> None:
    with pytest.raises(UnknownCode, match="没有代码“77”"):
        code_set("ethnicity").entry("77")
    with pytest.raises(KeyError):
        code_set("no_such_set")
    with pytest.raises(LookupError, match="in force"):
        code_set("sex", date(1990, 1, 1))


def versioned(*entries: CodeEntry) -> _SetFile:
    return _SetFile(
        id="trial",
        version="1",
        zh="试",
        en="trial",
        source="test",
        numbering=Numbering.OWN,
        valid_from=date(2020, 1, 1),
        entries=entries,
    )


def test_expired_entries_keep_their_label_but_are_no_choice() -> None:
    old = CodeEntry(code="1", zh="旧", en="old", valid_to=date(2024, 12, 31))
    new = CodeEntry(code="2", zh="新", en="new", valid_from=date(2025, 1, 1))
    before = CodeSet(versioned(old, new), date(2024, 12, 31))
    after = CodeSet(versioned(old, new), date(2025, 1, 1))
    assert before.choices == (old,)
    assert after.choices == (new,)
    assert after.label("1") == "旧"
    with pytest.raises(UnknownCode):
        after.find("旧")


def test_repeated_codes_and_labels_are_refused() -> None:
    one = CodeEntry(code="1", zh="一", en="one")
    with pytest.raises(ValidationError, match="repeats"):
        versioned(one, CodeEntry(code="1", zh="二", en="two"))
    with pytest.raises(ValidationError, match="repeats"):
        versioned(one, CodeEntry(code="2", zh="二", en="two", aliases=("一",)))


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="colour"):
        CodeEntry.model_validate_json('{"code": "1", "zh": "一", "en": "one", "colour": "red"}')
    with pytest.raises(ValidationError, match="code"):
        CodeEntry.model_validate_json('{"code": 1, "zh": "一", "en": "one"}')


def test_the_day_of_a_set_is_today_by_default() -> None:
    with clock.frozen(datetime(2026, 6, 19, 17, 0, tzinfo=UTC)):
        assert code_set("sex").on == date(2026, 6, 20)


@given(st.sampled_from(SETS), st.text(max_size=30))
def test_no_text_crashes(name: str, text: str) -> None:
    found = code_set(name, date(2026, 6, 20))
    try:
        entry = found.find(text)
    except UnknownCode:
        return
    assert entry in found.choices


def test_the_handbook_lists_every_set_with_its_size() -> None:
    handbook = Path(__file__).parents[3].joinpath("docs/codes.md").read_text(encoding="utf-8")
    for name in SETS:
        found = code_set(name)
        assert f"| `{name}` | {found.words.zh} | {found.words.en} | {len(found.entries)} |" in handbook
