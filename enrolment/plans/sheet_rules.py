"""The worksheet 规则: one rule a row, for the whole round or for one county."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.sheets import (
    REFERENCE,
    Code,
    Column,
    Exact,
    Findings,
    Known,
    Layout,
    ListOf,
    Row,
    SheetFault,
    Table,
    Text,
    Value,
    Words,
    YesNo,
    nearest,
)
from core.sheets.kinds import Kind, Unreadable
from enrolment.plans.sheet_layout import (
    ACROSS,
    ADJUSTMENT,
    CATALOGUE_YEAR,
    CHECKS,
    FLOORS,
    LONG,
    MAX_SCORE,
    OPENING,
    TIES,
)
from enrolment.plans.sheet_model import CountyRow, PlanSheet, RoundRules, RuleBasis

NO_KEYS = "无"


@dataclass(frozen=True, slots=True)
class TieOrder:
    """Sums of subjects that decide equal totals, in order, as 语文+数学+外语；语文+数学, or 无."""

    choices: tuple[str, ...] = ()

    @property
    def shape(self) -> Words:
        return Words("如 语文+数学+外语；语文+数学，没有则填 无", "as 语文+数学+外语；语文+数学, or 无 for none")

    def read(self, text: str) -> tuple[tuple[str, ...], ...]:
        """The keys, each a tuple of subject names; raises Unreadable."""
        if text.strip() == NO_KEYS:
            return ()
        keys = tuple(
            tuple(subject.strip() for subject in re.split(r"[+＋]", key))
            for key in re.split(r"[;；>＞,，、\n]", text)
            if key.strip()
        )
        if not keys or any(not subject for key in keys for subject in key):
            raise Unreadable(
                Words(f"应为{self.shape.zh}", f"should be {self.shape.en}"), Words("请改写", "write it so")
            )
        return keys

    def write(self, keys: tuple[tuple[str, ...], ...]) -> str:
        """The keys as they are written on the sheet."""
        return "；".join("+".join(key) for key in keys) or NO_KEYS


TIE_ORDER = TieOrder()


@dataclass(frozen=True, slots=True)
class Item:
    """One rule: its name on the sheet, the kind of its value (None: a tie order), whether it must be stated."""

    key: str
    label: str
    kind: Kind | None
    note: Words
    required: bool = True
    by_county: bool = False


CODES = ListOf(REFERENCE)
ITEMS = (
    Item("year", "招生年度", CATALOGUE_YEAR, Words("如 2026", "as 2026")),
    Item("title", "轮次名称", Text(longest=60), Words("如 统一招生", "as 统一招生")),
    Item(
        "across", "跨县排序", ACROSS, Words("两县考生争同一限额时如何办", "how a limit shared by counties is settled")
    ),
    Item("ties", "同分处理", TIES, Words("各级排序都相同之后", "when every tie key is equal")),
    Item("checks", "体检处理", CHECKS, Words("投档前剔除，或投档后退档", "struck before, or returned after sending")),
    Item("opening", "开班方式", OPENING, Words("不足开班人数时", "when classes miss their minimum")),
    Item(
        "cancel_order",
        "撤班顺序",
        CODES,
        Words("按指定顺序撤班时，依次列招生代码", "codes in order, for 按指定顺序撤班"),
        required=False,
    ),
    Item("adjustment", "调剂方式", ADJUSTMENT, Words("服从调剂的考生", "for candidates who accept adjustment")),
    Item("adjust_order", "调剂顺序", CODES, Words("不写则按招生代码排列", "no row: by code"), required=False),
    Item("floors", "保底方式", FLOORS, Words("不写为 优先保留", "no row: 优先保留"), required=False),
    Item("bed_with_guarantee", "保底含床位", YesNo(), Words("不写为 否", "no row: 否"), required=False),
    Item(
        "seed",
        "抽签种子",
        Text(longest=100),
        Words("事先公布，任何人不能选定", "published beforehand, chosen by nobody"),
        required=False,
    ),
    Item("tie_keys", "同分排序", None, TIE_ORDER.shape, by_county=True),
    Item(
        "line",
        "最低控制分数线",
        Exact(most=MAX_SCORE),
        Words("没有则不写此行", "no row: no line"),
        required=False,
        by_county=True,
    ),
    Item(
        "full_mark",
        "总分满分",
        Exact(most=MAX_SCORE),
        Words("各科满分之和，用于核对", "sum of full marks, as a check"),
        required=False,
        by_county=True,
    ),
)
BY_KEY = {item.key: item for item in ITEMS}
_ITEM_KIND = Code({item.key: (item.label,) for item in ITEMS})

RULES = Layout(
    "规则",
    (
        Column("item", "规则项", _ITEM_KIND, Words("从列表中选", "choose from the list"), required=True, width=20),
        Column("county", "县区", Text(longest=30), Words("只对分县区的规则填写", "only for rules by county")),
        Column("value", "取值", LONG, Words("见说明页", "see the first sheet"), required=True, width=36),
        Column("basis", "依据", LONG, Words("文件名称或文号", "the document it rests on"), width=36),
    ),
    aliases=("规则表",),
)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules read: values for the round, and by county; `rows` is where each stands, `bases` what it rests on."""

    of_round: Mapping[str, object]
    of_county: Mapping[tuple[str, str], object]
    rows: Mapping[str, Row]
    bases: tuple[RuleBasis, ...]


def read_rules(table: Table, counties: Known, findings: Findings) -> RuleBook:
    """Every rule of the worksheet; unknown, double and missing ones become faults."""
    of_round: dict[str, object] = {}
    of_county: dict[tuple[str, str], object] = {}
    rows: dict[str, Row] = {}
    seen: list[tuple[Row, object]] = []
    bases: list[RuleBasis] = []
    for row in table.rows:
        key = row.text("item")
        if key is None:
            continue
        rows.setdefault(key, row)
        item = BY_KEY[key]
        county = _county(row, item, counties, findings)
        value = _value(row, item, findings)
        seen.append((row, None if item.by_county and county is None else (key, county)))
        if value is None:
            continue
        if row.text("basis") is not None:
            bases.append(RuleBasis(key, county or "", row.text("basis") or ""))
        if not item.by_county:
            of_round[key] = value
        elif county is not None:
            of_county[county, key] = value
    findings.twice(seen, "item", Words("这条规则", "the rule"))
    for key, label in _unstated(rows, seen, counties):
        rule = Words(f"缺少规则“{label}”", f'the rule "{label}" is missing')
        mend = Words("请加上一行", "add a row for it")
        findings.faults.append(SheetFault(table.sheet, None, "", BY_KEY[key].label, "", rule, mend))
    return RuleBook(of_round, of_county, rows, tuple(sorted(bases, key=lambda one: (one.item, one.county))))


def _county(row: Row, item: Item, counties: Known, findings: Findings) -> str | None:
    word = row.text("county")
    if not item.by_county:
        if word is not None:
            rule = Words("这条规则不分县区", "this rule is not stated by county")
            findings.add(row, "county", rule, Words("请清空县区", "clear the county"))
        return None
    findings.demand(row, "county", word, "县区")
    return findings.refer(row, "county", word, counties)


def _value(row: Row, item: Item, findings: Findings) -> object | None:
    text = row.text("value")
    if text is None:
        return None
    try:
        if item.kind is None:
            return TIE_ORDER.read(text)
        return item.kind.read(text).value
    except Unreadable as error:
        findings.add(row, "value", error.rule, error.mend)
        return None


def _unstated(rows: Mapping[str, Row], seen: list[tuple[Row, object]], counties: Known) -> Iterator[tuple[str, str]]:
    stated = {identity for _, identity in seen}
    for item in ITEMS:
        if item.required and not item.by_county and item.key not in rows:
            yield item.key, item.label
        elif item.required and item.by_county:
            names = {code: name for name, code in counties.codes.items()}
            for code in sorted(set(counties.codes.values())):
                if (item.key, code) not in stated:
                    yield item.key, f"{item.label}（{names[code]}）"


def round_rules(book: RuleBook, programmes: Known, findings: Findings) -> RoundRules | None:
    """The rules of the round; None while one that must be stated is missing or refused."""
    stated = book.of_round
    cancel_order = _codes(book, "cancel_order", programmes, findings)
    adjust_order = _codes(book, "adjust_order", programmes, findings)
    if stated.get("opening") == "listed" and not cancel_order:
        rule = Words("按指定顺序撤班时要有“撤班顺序”", 'closing in a stated order needs the rule "撤班顺序"')
        findings.add(book.rows["opening"], "value", rule, Words("请加上一行", "add a row for it"))
    if any(item.required and not item.by_county and item.key not in stated for item in ITEMS):
        return None
    seed = stated.get("seed")
    return RoundRules(
        year=int(str(stated["year"])),
        title=str(stated["title"]),
        across=str(stated["across"]),
        ties=str(stated["ties"]),
        checks=str(stated["checks"]),
        opening=cancel_order if stated["opening"] == "listed" else str(stated["opening"]),
        adjustment=str(stated["adjustment"]),
        floors=str(stated.get("floors", "guarantee")),
        bed_with_guarantee=bool(stated.get("bed_with_guarantee", False)),
        adjust_order=adjust_order,
        seed=None if seed is None else str(seed),
    )


def _codes(book: RuleBook, key: str, programmes: Known, findings: Findings) -> tuple[str, ...]:
    words = book.of_round.get(key, ())
    found = []
    for word in words if isinstance(words, tuple) else ():
        code = findings.refer(book.rows[key], "value", word, programmes)
        if code is not None:
            found.append(code)
    return tuple(found)


def county_rows(codes: Mapping[str, str], book: RuleBook) -> tuple[CountyRow, ...]:
    """The counties with their own rules; `codes` gives the name of each code."""
    return tuple(
        CountyRow(
            code,
            codes[code],
            _keys(book.of_county.get((code, "tie_keys"))),
            _decimal(book.of_county.get((code, "line"))),
            _decimal(book.of_county.get((code, "full_mark"))),
        )
        for code in sorted(codes)
    )


def _keys(value: object) -> tuple[tuple[str, ...], ...]:
    return value if isinstance(value, tuple) else ()


def _decimal(value: object) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def rule_rows(plan: PlanSheet) -> list[tuple[Value | None, ...]]:
    """The rows of the worksheet that say the rules of the plan, with what each rests on."""
    bases = {(one.item, one.county): one.text for one in plan.bases}
    rows = [_row(key, value, bases.get((key, ""))) for key, value in _stated(plan.rules) if value is not None]
    for county in plan.counties:
        of_county = ((key, bases.get((key, county.code))) for key in ("tie_keys", "line", "full_mark"))
        values = (TIE_ORDER.write(county.tie_keys), county.line, county.full_mark)
        rows += [
            _row(key, value, basis, county=county.name)
            for (key, basis), value in zip(of_county, values, strict=True)
            if value is not None
        ]
    return rows


def _stated(rules: RoundRules) -> tuple[tuple[str, Value | None], ...]:
    listed = not isinstance(rules.opening, str)
    return (
        ("year", rules.year),
        ("title", rules.title),
        ("across", rules.across),
        ("ties", rules.ties),
        ("checks", rules.checks),
        ("opening", "listed" if listed else str(rules.opening)),
        ("cancel_order", tuple(rules.opening) if listed else None),
        ("adjustment", rules.adjustment),
        ("adjust_order", rules.adjust_order or None),
        ("floors", rules.floors),
        ("bed_with_guarantee", rules.bed_with_guarantee),
        ("seed", rules.seed),
    )


def _row(key: str, value: Value, basis: str | None, *, county: str | None = None) -> tuple[Value | None, ...]:
    kind = BY_KEY[key].kind
    written = value if kind is None else kind.write(value)
    shown = f"{written:f}" if isinstance(written, Decimal) else str(written)
    return (key, county, shown, basis)


def unknown_subject(subject: str, known: tuple[str, ...]) -> tuple[Words, Words]:
    """The fault of a tie order that names a subject the candidates' sheet does not have."""
    rule = Words(
        f"同分排序要用“{subject}”，本表没有这一科的列",
        f'the tie order needs "{subject}", but the sheet has no such column',
    )
    return rule, nearest(subject, known)
