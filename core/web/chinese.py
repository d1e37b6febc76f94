"""Chinese words on a page of another language, marked so that screen readers change the voice (WCAG 3.1.2). Pure."""

import re

from markupsafe import Markup, escape

SIGN = "[〇㐀-鿿豈-﫿\U00020000-\U0003ffff]"
_RUN = re.compile(f"{SIGN}(?:[\\s\\d，。、；：！？（）《》“”·—→]*{SIGN})*[。）”》]?")


def chinese_marked(value: object) -> object:
    """Plain text with each run of Chinese in a span; what is markup already, or has no Chinese, as it is."""
    text = str(value)
    if hasattr(value, "__html__") or not _RUN.search(text):
        return value
    parts, end = [], 0
    for run in _RUN.finditer(text):
        parts += [escape(text[end : run.start()]), Markup('<span lang="zh-CN">{}</span>').format(run.group())]
        end = run.end()
    return Markup("").join([*parts, escape(text[end:])])
