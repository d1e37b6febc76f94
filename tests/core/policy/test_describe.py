import re
from enum import StrEnum

import pytest

from core.policy import FilingSheet, StatusSheet, enum_words, filing, load_shipped, status, value_words
from core.policy.status import Intake

SHIPPED = load_shipped()


def sheet(kind: str, scope: str) -> FilingSheet | StatusSheet:
    return [s for s in SHIPPED if s.kind == kind and s.scope == scope][-1]


@pytest.mark.parametrize("one", SHIPPED, ids=lambda s: f"{s.kind}-{s.scope}-{s.version}")
def test_every_shipped_value_has_words_in_both_languages(one: FilingSheet | StatusSheet) -> None:
    for line in one.lines():
        words = value_words(one, line.id)
        assert words.zh
        assert words.en
        assert not re.search("[a-z_]{2,}|[(=]", words.zh), line.id
        assert not re.search("[\u4e00-\u9fff]|[=_]", words.en), line.id


def test_every_choice_of_every_rule_has_words() -> None:
    choices = [
        choice
        for module in (filing, status)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, StrEnum) and kind.__module__ == module.__name__
        if kind.__name__ not in {"RecheckDeadline", "RepeatBasis"}  # shown by the rule they belong to
        for choice in kind
    ]
    assert len(choices) > 50
    for choice in choices:
        assert enum_words(choice).zh
        assert enum_words(choice).en


@pytest.mark.parametrize(
    ("kind", "scope", "rule", "zh", "en"),
    [
        ("filing", "330421", "choices_max", "3 个志愿", "3 choices"),
        ("filing", "330421", "tie_keys", "语文 + 数学 + 英语；语文 + 数学",
         "Chinese + mathematics + English; Chinese + mathematics"),
        ("filing", "330421", "filing_window", "7月1日09:00至7月4日17:00", "1 July 09:00 to 4 July 17:00"),
        ("filing", "330421", "tie_last_step", "同位次一并录取", "all of one position are admitted"),
        ("filing", "310118", "exclusive_wishes", "无", "none"),
        ("status", "310000", "term_grace", "2 周", "2 weeks"),
        ("status", "310000", "repeat_rule", "补考后一学年累计 3 门及以上不及格，另有一次补考机会",
         "3 or more failed courses in a year after re-sits, with one special re-sit"),
        ("status", "320000", "entry_recheck", "入学后 3 个月内", "within 3 months of entry"),
        ("status", "330000", "completion_to_graduation", "6 至 24 个月", "6 to 24 months"),
        ("status", "330000", "registration_closing", "秋季11月20日；春季4月20日",
         "autumn 20 November; spring 20 April"),
    ],
)  # fmt: skip
def test_values_in_words(kind: str, scope: str, rule: str, zh: str, en: str) -> None:
    words = value_words(sheet(kind, scope), rule)
    assert (words.zh, words.en) == (zh, en)


def test_unknown_rules_and_choices() -> None:
    with pytest.raises(KeyError):
        value_words(sheet("filing", "330421"), "luck")
    assert enum_words(Intake.AUTUMN).zh == "秋季"
