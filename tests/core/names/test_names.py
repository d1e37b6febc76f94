import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.names import (
    BadName,
    NameFault,
    NameRepair,
    initials,
    pinyin,
    read_name,
    search_keys,
    sort_key,
    split_name,
    unwritable_in_gbk,
)


@pytest.mark.parametrize(
    "name",
    ["李〇", "王𬭎", "㛃㛃", "买买提·阿布都", "𠮷田", "䶮", "Maria Garcia", "O'Neil", "阿依古丽·买买提"],
)
def test_rare_characters_survive_untouched(name: str) -> None:
    read = read_name(name)
    assert read.text == name
    assert read.repairs == ()


@pytest.mark.parametrize(
    ("raw", "text", "repairs"),
    [
        ("张 三", "张三", (NameRepair.SPACES,)),
        ("　张三　", "张三", ()),
        ("买买提•阿布都", "买买提·阿布都", (NameRepair.DOT,)),
        ("买买提 ・ 阿布都", "买买提·阿布都", (NameRepair.DOT, NameRepair.SPACES)),
        ("Ｍａｒｉａ  Garcia", "Maria Garcia", (NameRepair.FULL_WIDTH, NameRepair.SPACES)),
        ("张\u200b三\ufeff", "张三", (NameRepair.INVISIBLE,)),
        ("李○", "李〇", (NameRepair.ZERO,)),
        ("葛\U000e0100三", "葛三", (NameRepair.INVISIBLE,)),
    ],
)
def test_repairs(raw: str, text: str, repairs: tuple[NameRepair, ...]) -> None:
    read = read_name(raw)
    assert read.text == text
    assert read.repairs == repairs
    assert all(repair.words.zh and repair.words.en for repair in repairs)


@pytest.mark.parametrize(
    ("raw", "fault", "said"),
    [
        (" ", NameFault.EMPTY, "请填写姓名"),
        ("张3", NameFault.CHARACTER, "第 2 个字符"),
        ("=cmd", NameFault.CHARACTER, "第 1 个字符"),
        ("张\ue123", NameFault.PRIVATE_USE, "第 2 个字"),
        ("··", NameFault.CHARACTER, "没有文字"),
        ("张" * 51, NameFault.TOO_LONG, "51 个字"),
    ],
)
def test_refusals_say_what_to_mend(raw: str, fault: NameFault, said: str) -> None:
    with pytest.raises(BadName, match=said) as caught:
        read_name(raw)
    assert caught.value.code is fault
    assert caught.value.words.en


def test_length_counts_characters_not_bytes() -> None:
    assert read_name("𬭎" * 50).text == "𬭎" * 50


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("张三", ("张", "三")),
        ("欧阳小明", ("欧阳", "小明")),
        ("欧阳明", ("欧阳", "明")),
        ("东方", ("东", "方")),
        ("张", ("张", "")),
        ("", ("", "")),
        ("买买提·阿布都", ("买", "买提·阿布都")),
    ],
)
def test_split_name(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("name", "spelling", "first_letters"),
    [
        ("张小三", "Zhang Xiaosan", "zxs"),
        ("单丽", "Shan Li", "sl"),
        ("解小明", "Xie Xiaoming", "xxm"),
        ("曾国", "Zeng Guo", "zg"),
        ("仇英", "Qiu Ying", "qy"),
        ("万俟小明", "Moqi Xiaoming", "mqxm"),
        ("吕虐", "Lyu Nyue", "ln"),
        ("张单", "Zhang Dan", "zd"),
        ("买买提·阿布都", "Maimaiti Abudou", "mmtabd"),
        ("Eva Garcia", "Eva Garcia", "eg"),
        ("李〇", "Li Ling", "ll"),
        ("王𬭎", "Wang Hong", "wh"),
    ],
)
def test_pinyin_and_initials(name: str, spelling: str, first_letters: str) -> None:
    assert pinyin(name) == spelling
    assert initials(name) == first_letters


def test_search_keys_hold_both_spellings() -> None:
    assert search_keys("吕小明") == ("吕小明", "lvxiaoming", "lyuxiaoming", "lxm")
    assert "mmtabd" in search_keys("买买提·阿布都")
    assert "eva" in search_keys("Eva")
    assert "eyua" not in search_keys("Eva")


def test_sorting_follows_pinyin() -> None:
    names = ["张三", "白一", "欧阳明", "阿里", "吕一", "鲁一", "栾一", "罗一"]
    ordered = ["阿里", "白一", "鲁一", "吕一", "栾一", "罗一", "欧阳明", "张三"]
    assert sorted(names, key=sort_key) == ordered
    assert sort_key("张三") != sort_key("章三")


def test_unwritable_in_gbk_lists_each_once() -> None:
    assert unwritable_in_gbk("㛃𬭎李〇·𬭎") == ("㛃", "𬭎")
    assert unwritable_in_gbk("买买提·阿布都") == ()


@given(st.text(max_size=60))
def test_no_text_crashes_and_reading_is_stable(raw: str) -> None:
    "".join(split_name(raw))
    try:
        read = read_name(raw)
    except BadName:
        return
    assert read_name(read.text).text == read.text
    assert "".join(split_name(read.text)) == read.text
    assert search_keys(read.text)
    assert sort_key(read.text)
    pinyin(read.text)
    unwritable_in_gbk(read.text)
