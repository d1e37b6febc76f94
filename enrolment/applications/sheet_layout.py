"""The worksheets of a candidates' workbook (CANDIDATES.xlsx), column by column."""

import re
from dataclasses import dataclass
from decimal import Decimal

from core.identity import DocumentKind
from core.sheets import (
    REFERENCE,
    Code,
    Column,
    Date,
    Exact,
    Family,
    Identifier,
    Layout,
    ListOf,
    Text,
    Whole,
    Words,
    YesNo,
)
from core.sheets.grid import Raw
from core.sheets.kinds import Taken, Value
from enrolment.applications.sheet_model import NORMAL

CONCLUSIONS = (NORMAL, "色弱", "色盲", "单色不能识别", "视力受限", "听力受限", "肢体受限", "其他受限")
"""Health conclusions known without a plan; a plan may add its own in 不予录取情形."""

_NUMERALS = "一二三四五六七八九"
_RANK = rf"\d{{1,2}}|[{_NUMERALS}]"
_TOTAL_WORDS = ("总分", "中考总分", "考试总分", "投档总分")


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document number as it stands there; its own rules are checked together with its type."""

    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        return Words("文本格式，18 位身份证号码等", "as text, the 18-character resident ID or another number")

    def read(self, raw: Raw) -> Taken:
        return REFERENCE.read(raw)

    def write(self, value: Value) -> str:
        return str(value)


def _document_kinds() -> Code:
    more = {DocumentKind.RESIDENT_ID: ("身份证",), DocumentKind.RESIDENCE_PERMIT: ("居住证",)}
    return Code({kind.value: (kind.words.zh, *more.get(kind, ()), kind.words.en) for kind in DocumentKind})


def _subject(match: re.Match[str]) -> str | None:
    name = match["subject"]
    return None if name in _TOTAL_WORDS else f"{name}/{match['full']}"


def _rank(match: re.Match[str]) -> str:
    text = match["after"] or match["inside"]
    return str(_NUMERALS.index(text) + 1 if text in _NUMERALS else int(text))


_PLACE = Code({"local": ("本县区", "本地", "local"), "outside": ("外地", "外县区", "outside")})

SCORES = Family(
    "score",
    re.compile(r"(?P<subject>[^\d/()]+)[/(](?:满分)?(?P<full>\d+(?:\.\d+)?)分?\)?"),
    _subject,
    Exact(places=2, most=Decimal(1000)),
    Words("列名写明满分，如 语文/150；缺考写 0，没有成绩留空", "the full mark stands in the heading, as 语文/150"),
    ("语文/150", "数学/150", "外语/150"),
    suspects=200,
)
TOTAL = Family(
    "total",
    re.compile(rf"(?P<word>{'|'.join(_TOTAL_WORDS)})(?:[/(](?:满分)?(?P<full>\d+(?:\.\d+)?)分?\)?)?"),
    lambda match: f"total/{match['full'] or ''}",
    Exact(places=2, most=Decimal(2000)),
    Words("可不填；填写时要等于各科之和", "optional; must equal the sum of the subjects"),
    ("总分/450",),
)
WISHES = Family(
    "wish",
    re.compile(rf"志愿(?P<after>{_RANK})|第(?P<inside>{_RANK})志愿"),
    _rank,
    REFERENCE,
    Words("招生代码，最想去的在前", "programme codes, the most wanted first"),
    ("志愿1", "志愿2", "志愿3"),
    least=1,
    word="志愿",
)

_COLUMNS = (
    Column(
        "number",
        "考生号",
        Identifier(),
        Words("全部县区内唯一", "unique over all counties"),
        required=True,
        aliases=("报名号", "考号"),
        width=18,
    ),
    Column(
        "name",
        "姓名",
        Text(longest=60, name=True),
        Words("", ""),
        required=True,
        aliases=("考生姓名",),
        sensitive=True,
    ),
    Column(
        "document_kind",
        "证件类型",
        _document_kinds(),
        Words("", ""),
        required=True,
        aliases=("身份证件类型",),
    ),
    Column(
        "document_number",
        "证件号码",
        DocumentNumber(),
        Words("先把列设为文本格式再填", "format the column as text first"),
        required=True,
        aliases=("身份证号", "身份证号码", "身份证件号", "证件号"),
        sensitive=True,
        width=22,
    ),
    Column("sex", "性别", Code({"M": ("男", "1"), "F": ("女", "2")}), Words("", ""), required=True),
    Column(
        "birth_date",
        "出生日期",
        Date(),
        Words("可不填，从证件号码得出", "optional, read from the number"),
        sensitive=True,
    ),
    Column(
        "school",
        "毕业学校",
        Text(longest=100),
        Words("初中", "junior school"),
        aliases=("初中学校", "毕业初中"),
        width=22,
    ),
    Column(
        "earlier_leaver",
        "毕业类别",
        Code({"no": ("应届", "应届生"), "yes": ("往届", "往届生")}),
        Words("", ""),
        aliases=("学生来源", "应往届"),
    ),
    Column(
        "bonus",
        "加分",
        Exact(places=2, most=Decimal(100)),
        Words("已核准的政策加分，没有留空", "approved bonus, blank for none"),
        aliases=("政策加分", "加分分值"),
    ),
    Column("bonus_basis", "加分项目", Text(longest=100), Words("加分必须写项目", "needed with a bonus")),
    Column(
        "health",
        "体检结论",
        ListOf(Text(longest=30)),
        Words("如 正常、色弱、色盲", "as 正常 (normal), 色弱 (colour weak), 色盲 (colour blind)"),
        aliases=("体检",),
    ),
    Column(
        "tags",
        "类别",
        ListOf(Text(longest=30)),
        Words("计划或报考规则中用到的词，如 面试合格", "words of the plan or the rules, as 面试合格"),
        aliases=("考生类别", "条件标签"),
    ),
    Column("adjusts", "服从调剂", YesNo(), Words("空白视为 否", "blank counts as no"), aliases=("是否服从调剂",)),
    Column(
        "boards",
        "住宿",
        YesNo(),
        Words("空白按规则：到外县区就读即住宿", "blank: whoever leaves the county boards"),
        aliases=("是否住宿",),
    ),
    Column(
        "lottery", "抽签号", Whole(least=1), Words("当众抽签后填写", "after a public draw"), aliases=("抽签顺序号",)
    ),
    Column(
        "hukou",
        "户籍",
        _PLACE,
        Words("本县区 或 外地，没有登记留空", "本县区 (this county) or 外地 (outside), blank if not on record"),
        aliases=("户籍类别",),
    ),
    Column(
        "junior_roll",
        "初中学籍",
        _PLACE,
        Words("本县区 或 外地，没有登记留空", "本县区 (this county) or 外地 (outside), blank if not on record"),
        aliases=("学籍",),
    ),
    Column(
        "residence_proof",
        "居住证明",
        YesNo(),
        Words("外地户籍考生填写", "for pupils from outside"),
        aliases=("有居住证明",),
    ),
)

TAKEN = Layout(
    "已被录取",
    (
        Column("number", "考生号", Identifier(), Words("", ""), required=True, aliases=("报名号", "考号")),
        Column("school", "录取学校", Text(longest=100), Words("", ""), width=24),
        Column("batch", "批次", Text(longest=60), Words("", "")),
    ),
    aliases=("已录取", "已被其他批次录取"),
)


def county_layout(name: str, code: str) -> Layout:
    """The worksheet of one county's candidates."""
    short = name.removesuffix("区").removesuffix("县").removesuffix("市")
    return Layout(name, _COLUMNS, (SCORES, TOTAL, WISHES), aliases=(code, short))
