"""Chinese words on an English page carry their language."""

import pytest
from markupsafe import Markup

from core.web.chinese import chinese_marked


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Passed: 欧阳 <b>", 'Passed: <span lang="zh-CN">欧阳</span> &lt;b&gt;'),
        ("示范学校（模拟）", '<span lang="zh-CN">示范学校（模拟）</span>'),
        ("1 护理；2 烹饪", '1 <span lang="zh-CN">护理；2 烹饪</span>'),
        ("𠮷田·买买提", '<span lang="zh-CN">𠮷田·买买提</span>'),
        ("Anna and 李四 met", 'Anna and <span lang="zh-CN">李四</span> met'),
    ],
)
def test_runs_of_chinese_are_marked_and_the_rest_is_escaped(text: str, marked: str) -> None:
    assert str(chinese_marked(text)) == marked


def test_markup_and_other_values_stay_as_they_are() -> None:
    ready = Markup("<p>护理</p>")
    assert chinese_marked(ready) is ready
    assert chinese_marked("plain <b>") == "plain <b>"
    assert chinese_marked(12) == 12
