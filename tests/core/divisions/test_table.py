import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.divisions import (
    BadDivision,
    DivisionLevel,
    current_division,
    division,
    find_division,
    full_name,
    is_within,
    province_of,
    provinces,
    six_digits,
    zone_counties,
)
from core.divisions.table import _data


def test_zone_counties_carry_both_names() -> None:
    names = {(d.code, d.zh, d.en) for d in zone_counties()}
    assert names == {
        ("310118", "青浦区", "Qingpu District"),
        ("320509", "吴江区", "Wujiang District"),
        ("330421", "嘉善县", "Jiashan County"),
    }
    assert not any(d.retired for d in zone_counties())


def test_all_province_level_codes_are_there() -> None:
    assert len(provinces()) == 34
    assert {d.level for d in provinces()} == {DivisionLevel.PROVINCE}
    assert division("810000").zh == "香港特别行政区"


@pytest.mark.parametrize(
    ("old", "name", "now"),
    [
        ("320584", "吴江市", "320509"),
        ("320525", "吴江县", "320509"),
        ("310229", "青浦县", "310118"),
        ("310209", "青浦县", "310118"),
        ("330422", "平湖县", "330482"),
        ("310225", "南汇县", "310115"),
        ("320882", "淮安市", "320803"),
    ],
)
def test_retired_codes_are_known_and_lead_to_their_successor(old: str, name: str, now: str) -> None:
    retired = division(old)
    assert retired.zh == name
    assert retired.retired
    current = current_division(old)
    assert current is not None
    assert current.code == now


def test_lost_trail_gives_none_not_a_guess() -> None:
    assert division("320524").zh == "吴县"
    assert current_division("320524") is None
    assert current_division("999999") is None


def test_every_listed_successor_exists_and_every_listed_code_is_retired() -> None:
    for old, new in _data().successors.items():
        assert division(old).retired, old
        assert find_division(new) is not None, new


def test_one_code_two_places() -> None:
    then, later = find_division("320602", 1985), find_division("320602", 2000)
    assert then is not None
    assert later is not None
    assert (then.zh, later.zh) == ("城区", "崇川区")
    out_of_all = find_division("320602", 2030)
    assert out_of_all is not None
    assert out_of_all.zh == "崇川区"


def test_codes_newer_than_the_place_table() -> None:
    assert division("330113").zh == "临平区"


def test_unknown_codes() -> None:
    assert find_division("999999") is None
    assert find_division("31") is None
    assert find_division("３１０１１８") is None
    with pytest.raises(BadDivision) as caught:
        division("319999")
    assert "319999" in caught.value.words.zh
    assert "319999" in caught.value.words.en


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("330421", "330421"),
        ("431023000000", "431023"),
        (" 3204 21 ", "320421"),
        ("３２０５０９", "320509"),
    ],
)
def test_six_digits_of_every_written_form(raw: str, code: str) -> None:
    assert six_digits(raw) == code


@pytest.mark.parametrize(
    ("raw", "said"),
    [("", "只含数字"), ("3304", "您填写了 4 位"), ("33042X", "只含数字"), ("٣٣٠٤٢١", "只含数字")],
)
def test_six_digits_says_what_to_mend(raw: str, said: str) -> None:
    with pytest.raises(BadDivision, match=said):
        six_digits(raw)


def test_full_names() -> None:
    assert full_name("320509") == "江苏省苏州市吴江区"
    assert full_name("310118") == "上海市青浦区"
    assert full_name("330400") == "浙江省嘉兴市"
    assert full_name("330421", "en") == "Jiashan County, Jiaxing, Zhejiang"
    assert full_name("310000", "en") == "Shanghai"


def test_levels_and_containment() -> None:
    assert division("320500").level is DivisionLevel.PREFECTURE
    assert division("320509").level is DivisionLevel.COUNTY
    assert province_of("320584") == "320000"
    assert is_within("320509", "320500")
    assert is_within("320509", "320000")
    assert is_within("320509", "320509")
    assert not is_within("320509", "330000")
    assert not is_within("320509", "320584")


@given(st.text(max_size=14))
def test_no_text_crashes_the_look_up(text: str) -> None:
    found = find_division(text)
    assert found is None or found.code == text
    try:
        code = six_digits(text)
    except BadDivision:
        return
    assert len(code) == 6
