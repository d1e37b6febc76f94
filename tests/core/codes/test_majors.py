import pytest

from core.codes import (
    MajorLevel,
    Mark,
    UnknownMajor,
    catalogue,
    catalogue_years,
    code_set,
    comparable_major,
    find_major,
    major,
)


def test_catalogues() -> None:
    assert catalogue_years() == (2010, 2021)
    assert len(catalogue(2021, MajorLevel.SECONDARY)) == 63
    assert len(catalogue(2021, MajorLevel.COLLEGE)) == 12
    with pytest.raises(KeyError):
        catalogue(1999)


def test_old_accounting_joins_the_new_one() -> None:
    old = major(2010, "120100")
    assert old.zh == "会计"
    assert comparable_major(2010, "120100") == major(2021, "730301")
    assert major(2021, "730301").zh == "会计事务"
    assert comparable_major(2021, "730301").code == "730301"


def test_a_through_train_has_two_majors() -> None:
    aircraft = major(2021, "700403")
    assert [major(2021, code).zh for code in aircraft.continues_as] == ["飞机电子设备维修"]
    assert major(2021, "570102K").level is MajorLevel.COLLEGE


def test_every_reference_leads_to_a_major_of_the_right_kind() -> None:
    for year in catalogue_years():
        for one in catalogue(year):
            for code in one.continues_as:
                assert major(year, code).level is MajorLevel.COLLEGE
            if one.successor:
                assert major(2021, one.successor).level is one.level


def test_every_2021_secondary_major_lies_in_a_known_group() -> None:
    groups = code_set("major_group")
    assert len(groups.entries) == 19
    for one in catalogue(2021, MajorLevel.SECONDARY):
        assert one.code[:2] in groups


def test_uncertain_codes_are_marked() -> None:
    assert major(2021, "680403").mark is Mark.UNCERTAIN
    assert major(2021, "660301").mark is Mark.SEEN
    assert major(2021, "720201").mark is Mark.KNOWN


@pytest.mark.parametrize(
    ("text", "code"), [("会计事务", "730301"), ("会计", "730301"), (" ７３０３０１ ", "730301"), ("护 理", "720201")]
)
def test_find_major_by_code_name_or_former_name(text: str, code: str) -> None:
    assert find_major(2021, text).code == code


def test_unknown_majors_offer_the_nearest() -> None:
    with pytest.raises(UnknownMajor, match="是否就是“飞机设备维修”") as caught:
        find_major(2021, "飞机设备维护")
    assert caught.value.nearest[0].code == "700403"
    with pytest.raises(UnknownMajor, match="目录外专业"):
        major(2021, "999999")
