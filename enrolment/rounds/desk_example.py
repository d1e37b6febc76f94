"""An invented round of zone size to try the desk with: three counties, six schools, twelve programmes.

Every person is invented (the order digits of all ID numbers are 000) and so is every figure; full marks follow
what is publicly known of the three exams and are to be confirmed by the bureaus.
"""

import datetime as dt
import random
from decimal import Decimal

from core.identity import DocumentKind, check_character
from core.identity.resident import parts_of_18
from enrolment.applications.sheet import (
    NORMAL,
    Candidate,
    CandidateSheet,
    CountyForm,
    CountySheet,
    Subject,
    TakenRow,
    candidates_template,
    write_candidates,
)
from enrolment.plans.sheet import (
    CellRow,
    CountyRow,
    LimitRow,
    PlanSheet,
    ProgrammeRow,
    ReservedRow,
    RoundRules,
    SchoolRow,
    plan_template,
    write_plan,
)

QP, WJ, JS = "310118", "320509", "330421"
_NAMES = {QP: "青浦区", WJ: "吴江区", JS: "嘉善县"}
_PREFIXES = {QP: "310118", WJ: "320584", JS: "330421"}
_SUBJECTS = {
    QP: (("语文", 150), ("数学", 150), ("外语", 150), ("综合测试", 150), ("道法", 60), ("历史", 60), ("体育", 30)),
    WJ: (
        *(("语文", 130), ("数学", 130), ("英语", 130), ("物理", 100), ("化学", 100)),
        *(("道法", 50), ("历史", 50), ("体育", 50)),
    ),
    JS: (("语文", 120), ("数学", 120), ("英语", 120), ("科学", 160), ("社会", 100), ("体育", 40)),
}
_KEYS = {
    QP: (("语文", "数学", "外语"), ("语文", "数学")),
    WJ: (("语文", "数学", "英语"), ("语文", "数学")),
    JS: (("语文", "数学", "英语"), ("语文", "数学")),
}
_SCHOOLS = (
    ("QP01", "示例青浦第一职业学校", QP),
    ("QP02", "示例青浦第二职业学校", QP),
    ("WJ01", "示例吴江第一职业学校", WJ),
    ("WJ02", "示例吴江第二职业学校", WJ),
    ("JS01", "示例嘉善第一职业学校", JS),
    ("JS02", "示例嘉善第二职业学校", JS),
)
_PROGRAMMES = (
    ("QP0101", "飞机设备维修（中高职贯通）", "3+2", "700403", "500410", 0),
    ("QP0102", "数控技术应用（中高职贯通）", "3+2", "660103", "460103", 0),
    ("QP0201", "物联网技术应用", "3", "710102", None, 0),
    ("QP0202", "跨境电子商务", "3", "730702", None, 12),
    ("WJ0101", "机电技术应用（五年制高职）", "5", "660301", "460301", 0),
    ("WJ0102", "新能源汽车运用与维修（五年制高职）", "5", "700209", "500212", 10),
    ("WJ0201", "丝绸工艺", "3", "680403", None, 12),
    ("WJ0202", "会计事务（3+3）", "3+3", "730301", "530302", 0),
    ("JS0101", "软件与信息服务（3+2）", "3+2", "710203", "510203", 0),
    ("JS0102", "旅游服务与管理", "3", "740101", None, 12),
    ("JS0201", "幼儿保育（3+2）", "3+2", "770101", "570102K", 0),
    ("JS0202", "现代物流服务（3+2）", "3+2", "730801", "530802", 10),
)
_YEARS = {"3": 3, "3+2": 5, "3+3": 6, "5": 5}
_PEOPLE = 70
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "一二三四五六七八九十"


def example_plan() -> PlanSheet:
    """The plan of the invented round."""
    counties = tuple(
        CountyRow(code, _NAMES[code], _KEYS[code], None, Decimal(sum(full for _, full in _SUBJECTS[code])))
        for code in _NAMES
    )
    return PlanSheet(
        counties=counties,
        rules=RoundRules(
            year=2026,
            title="示例统一招生",
            across="own_county",
            ties="lottery",
            checks="before",
            opening="optimal",
            adjustment="same_school",
            seed="2026-07-10 公布的抽签种子（示例）",
        ),
        schools=tuple(sorted((SchoolRow(*row) for row in _SCHOOLS), key=lambda one: one.code)),
        programmes=tuple(sorted((_programme(*row) for row in _PROGRAMMES), key=lambda one: one.code)),
        cells=tuple(
            CellRow(code, county, _seats(code, county)) for code in sorted(_codes()) for county in sorted(_NAMES)
        ),
        limits=(
            LimitRow(
                "beds", "吴江第一女生床位", 10, ("WJ01",), "F", shares={QP: 5, WJ: 0, JS: 5}, basis="宿舍核定床位"
            ),
            LimitRow("host", "青浦招嘉善", 18, host=QP, sources=(JS,), basis="示范区计划"),
            LimitRow("outflow", "吴江外流", 40, sources=(WJ,), basis="示范区计划"),
        ),
        reserved=(ReservedRow("JS0201", "退役军人子女", 1, release=True, basis="优待政策（示例）"),),
    )


def _codes() -> tuple[str, ...]:
    return tuple(row[0] for row in _PROGRAMMES)


def _seats(programme: str, county: str) -> int:
    """Places for pupils of other counties; the host's own pupils are taken in by its own plan."""
    return 0 if _NAMES[county][:2] == {"QP": "青浦", "WJ": "吴江", "JS": "嘉善"}[programme[:2]] else 8


def _programme(code: str, name: str, form: str, major: str, college: str | None, minimum: int) -> ProgrammeRow:
    colour = ("色弱", "色盲") if code in ("QP0101", "WJ0102") else ()
    return ProgrammeRow(
        code=code,
        name=name,
        school=code[:4],
        form=form,
        years=_YEARS[form],
        major_year=2021,
        major_code=major,
        capacity=16,
        college_year=2021 if college else None,
        college_major=college,
        college="示例高职院校" if college else "",
        min_open=minimum,
        local_enrolled=6 if code == "WJ0102" else 0,
        excludes=colour,
        requires=("面试合格",) if code == "QP0101" else (),
        boarding=True,
        fee_yuan=Decimal(2200),
    )


def example_candidates() -> CandidateSheet:
    """The candidates of the invented round: seventy a county, half points, ties, one already placed."""
    chance = random.Random(20260618)
    counties = tuple(
        CountySheet(
            code,
            _NAMES[code],
            tuple(Subject(name, Decimal(full)) for name, full in _SUBJECTS[code]),
            tuple(_candidate(code, serial, chance) for serial in range(1, _PEOPLE + 1)),
        )
        for code in sorted(_NAMES)
    )
    return CandidateSheet(counties, (TakenRow(f"{JS}0003", "某普通高中（示例）", "提前批"),))


def _candidate(county: str, serial: int, chance: random.Random) -> Candidate:
    number = _document(county, serial)
    parts = parts_of_18(number, DocumentKind.RESIDENT_ID)
    level = chance.uniform(0.45, 0.92)
    scores = tuple(_score(full, level, chance) for _, full in _SUBJECTS[county])
    open_here = [code for code in _codes() if _seats(code, county)]
    tags = ["面试合格"] if chance.random() < 0.6 else []
    return Candidate(
        number=f"{county}{serial:04}",
        name=_name(chance),
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=number,
        sex="F",
        scores=scores,
        wishes=tuple(chance.sample(open_here, chance.randint(1, 3))),
        birth_date=parts.birth_date,
        school=f"示例{_NAMES[county][:2]}初级中学",
        earlier_leaver=chance.random() < 0.05,
        bonus=Decimal(5) if serial % 23 == 0 else Decimal(0),
        bonus_basis="示例优待" if serial % 23 == 0 else "",
        health=("色弱",) if serial % 17 == 0 else (NORMAL,),
        tags=tuple(sorted([*tags, *(["退役军人子女"] if serial % 31 == 0 else [])])),
        adjusts=chance.random() < 0.5,
    )


def _document(county: str, serial: int) -> str:
    born = dt.date(2010, 9, 1) + dt.timedelta(days=4 * serial)
    first = f"{_PREFIXES[county]}{born:%Y%m%d}000"
    return first + check_character(first)


def _name(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + "示例" + chance.choice(_GIVEN)


def _score(full: int, level: float, chance: random.Random) -> Decimal:
    """A score in half points around a person's level."""
    share = min(1.0, max(0.1, chance.gauss(level, 0.08)))
    return Decimal(round(share * full * 2)) / 2


def example_files() -> dict[str, bytes]:
    """The empty templates and a pair of filled workbooks that run without a fault, by file name."""
    forms = [
        CountyForm(code, _NAMES[code], tuple(Subject(name, Decimal(full)) for name, full in _SUBJECTS[code]))
        for code in sorted(_NAMES)
    ]
    return {
        "PLAN-template.xlsx": plan_template(),
        "CANDIDATES-template.xlsx": candidates_template(forms),
        "PLAN.xlsx": write_plan(example_plan()),
        "CANDIDATES.xlsx": write_candidates(example_candidates()),
    }
