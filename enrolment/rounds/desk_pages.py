"""explanations.html: one page that tells every candidate what became of each wish, in Chinese and English.

The page stands alone (no script, nothing fetched), names candidates by number only and shows in each section
nothing of other people but the published edge of a full limit.
"""

from collections.abc import Iterable

from markupsafe import Markup

from allocation.explain import ChoiceVerdict
from core.sheets import Words
from enrolment.plans.sheet import PlanSheet
from enrolment.rounds.desk_outcome import Line, Told
from enrolment.rounds.desk_words import REASONS, Labels
from enrolment.rounds.rule_lines import rule_lines

_STYLE = Markup("""
body{font-family:"Noto Sans CJK SC","Noto Sans SC","Microsoft YaHei",sans-serif;line-height:1.6;color:#1b1f24;
background:#fff;max-width:52rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin:0}
section{border:1px solid #8a939d;border-radius:.4rem;padding:1rem;margin:1rem 0;break-inside:avoid}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:.5rem 0}
dt{color:#4a525b}dd{margin:0}ol{padding-left:1.4rem}li{margin:.4rem 0}
[lang=en]{color:#3d454e}code{overflow-wrap:anywhere}
@media print{section{border-color:#000}a{color:inherit}}
""")

_PAGE = Markup(
    '<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
    "{intro}{sections}</main>\n</body>\n</html>\n"
)
_SECTION = Markup(
    '<section id="c-{number}" aria-labelledby="h-{number}">\n<h2 id="h-{number}">考生号 {number}</h2>\n'
    "<dl>{facts}</dl>\n{choices}</section>\n"
)
_FACT = Markup('<dt>{zh} <span lang="en">{en}</span></dt><dd>{value}</dd>\n')
_CHOICE = Markup('<li>{name}<br>{zh}<br><span lang="en">{en}</span></li>\n')
_DIGEST = Markup('<p>分配结果摘要 <span lang="en">digest of the assignment</span> <code>{}</code></p>\n')
_RULE = Markup('<li>{zh}<br><span lang="en">{en}</span></li>\n')
_PARAGRAPH = Markup('<p>{zh}<br><span lang="en">{en}</span></p>\n')


def write_explanations(plan: PlanSheet, told: Told) -> bytes:
    """The page of explanations for everybody of the round."""
    labels = Labels(plan)
    title = f"{plan.rules.year} 年 {plan.rules.title} 录取结果说明"
    page = _PAGE.format(
        title=title,
        style=_STYLE,
        intro=_intro(plan, told),
        sections=Markup("").join(_section(line, told, labels) for line in told.lines),
    )
    return page.encode()


def _intro(plan: PlanSheet, told: Told) -> Markup:
    digest = told.outcome["digests"]["assignment"]
    head = Markup('<h2>录取规则 <span lang="en">The rules</span></h2>\n')
    rules = _joined(_RULE.format(zh=line.zh, en=line.en) for line in rule_lines(plan.rules))
    here = Words(
        f"共 {len(told.lines)} 名考生，录取 {told.placed} 名。在本页查找考生号即可看到说明。",
        f"{len(told.lines)} candidates, {told.placed} admitted. Search this page for a candidate number.",
    )
    mark = Markup("<p>分配结果摘要 <span lang='en'>digest of the assignment</span> <code>{}</code></p>\n").format(
        digest
    )
    return head + Markup("<ol>\n{}</ol>\n").format(rules) + _paragraph(here) + mark


def _paragraph(words: Words) -> Markup:
    return _PARAGRAPH.format(zh=words.zh, en=words.en)


def _section(line: Line, told: Told, labels: Labels) -> Markup:
    full = line.standing.county.full
    of = f" / {full:f}" if full is not None else ""
    position = str(line.explanation.position) if line.explanation.position else "—"
    score = "—" if line.standing.score is None else f"{line.standing.score:f}{of}"
    bonus = line.standing.candidate.bonus
    if bonus:
        score += f"（含加分 {bonus:f}）"
    result = f"{line.status.zh} {labels.programme_and_school(line.programme)}" if line.programme else line.status.zh
    facts = (
        (Words("县区", "county"), told.counties[line.standing.county.county]),
        (Words("投档分 / 满分", "score / full mark"), score),
        (Words("位次", "position"), position),
        (Words("结果", "result"), f"{result} · {line.status.en}"),
    )
    rows = Markup("").join(_FACT.format(zh=name.zh, en=name.en, value=value) for name, value in facts)
    return _SECTION.format(number=line.standing.candidate.number, facts=rows, choices=_choices(line, labels))


def _choices(line: Line, labels: Labels) -> Markup:
    told = line.explanation
    if not told.choices:
        return _paragraph(Words("没有填报志愿。", "No wishes were filed."))
    items = Markup("").join(_choice(one, labels) for one in told.choices)
    listed = Markup("<ol>\n{}</ol>\n").format(items)
    extra = zip(told.sentences("zh")[len(told.choices) :], told.sentences("en")[len(told.choices) :], strict=True)
    return listed + _joined(_paragraph(Words(zh, en)) for zh, en in extra)


def _choice(one: ChoiceVerdict, labels: Labels) -> Markup:
    name = Markup("<strong>{}</strong> · {}").format(
        labels.programme_and_school(one.programme), REASONS[one.verdict].zh
    )
    return _CHOICE.format(name=name, zh=one.sentence("zh"), en=one.sentence("en"))


def _joined(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)
