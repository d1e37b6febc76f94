"""The public rule text: every value of every rule has its sentence in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from allocation import cli
from allocation.instance import Across, Adjustment, Checks, Floors, Rules, Ties
from allocation.ruletext import rule_text, rule_text_of
from tests.allocation.rounds import applicant, programme, raw, read, table

VALUES: dict[str, tuple[Any, ...]] = {
    "across": get_args(Across),
    "ties": get_args(Ties),
    "checks": get_args(Checks),
    "floors": get_args(Floors),
    "bed_with_guarantee": (False, True),
    "opening": ("optimal", "smallest_first", ("B", "A")),
    "adjustment": get_args(Adjustment),
    "seed": (None, "s"),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("rule", VALUES)
def test_every_value_changes_the_text(rule: str, lang: Any) -> None:
    texts = [rule_text(Rules(**{rule: value}), lang) for value in VALUES[rule]]
    assert len(set(texts)) == len(texts)
    assert all(sentence.endswith("。" if lang == "zh" else ".") for text in texts for sentence in text)


def test_both_languages_say_as_much_and_chinese_uses_its_own_marks() -> None:
    rules = Rules(opening=("B", "A"), adjustment="anywhere", seed="2026:,公开")
    zh, en = (rule_text(rules, lang, adjust_order=("B", "A")) for lang in ("zh", "en"))
    assert len(zh) == len(en) == 10
    assert "2026:,公开。" in zh[3]
    assert not any("," in sentence or ";" in sentence for sentence in zh[:3] + zh[4:])
    assert "B、A" in zh[-1]


def test_the_command_prints_the_text_of_an_instance(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = [programme("A", 1, ranking={"a": 1})]
    instance = table(plan, [applicant("a", 1, "A")], {"across": "common_score"})
    path = tmp_path / "instance.json"
    path.write_bytes(raw(instance))
    assert cli.main(["rules", str(path), "--lang", "en"]) == 0
    assert tuple(capsys.readouterr().out.splitlines()) == rule_text_of(read(instance), "en")
    assert cli.main(["rules", str(path)]) == 0
    assert "自行排序" in capsys.readouterr().out
