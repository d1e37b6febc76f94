"""The worksheet 限额: limits over several programmes, each kind with the cells it needs."""

import re
from dataclasses import dataclass

from core.sheets import Findings, Known, Row, Table, Value, Words
from enrolment.plans.sheet_layout import EXAMPLE_SHARES, LIMIT_KINDS
from enrolment.plans.sheet_model import LimitRow

_ANY = ("schools", "sex", "host", "sources", "programmes", "boarders", "shares")
_HEADINGS = {
    "schools": "学校代码",
    "sex": "性别",
    "host": "招生县区",
    "sources": "生源县区",
    "programmes": "招生代码",
    "boarders": "只计住宿生",
    "shares": "各县区份额",
    "name": "名称",
}


@dataclass(frozen=True, slots=True)
class _Needs:
    """Which cells a kind of limit needs, and which others it may fill."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...]


_NEEDS = {
    "school": _Needs(("schools",), ("shares",)),
    "beds": _Needs(("schools", "sex"), ("shares",)),
    "host": _Needs(("host", "sources"), ()),
    "outflow": _Needs(("sources",), ()),
    "zone": _Needs((), ("shares",)),
    "other": _Needs(("name",), ("schools", "sex", "host", "sources", "programmes", "boarders", "shares")),
}
_SINGLE = {"school": ("schools",), "beds": ("schools",), "host": ("sources",), "outflow": ("sources",)}


@dataclass(frozen=True, slots=True)
class Names:
    """What the cells of limits refer to."""

    counties: Known
    schools: Known
    programmes: Known


def read_limits(table: Table, names: Names, findings: Findings) -> tuple[LimitRow, ...]:
    """The limits of the worksheet in the order of kind and name; what does not fit becomes faults."""
    limits: list[LimitRow] = []
    named: list[tuple[Row, object]] = []
    about: list[tuple[Row, object]] = []
    for row in table.rows:
        kind, cap = row.text("kind"), row.whole("cap")
        if kind is None:
            continue
        _check_cells(row, kind, findings)
        limit = _limit(row, kind, cap or 0, names, findings)
        named.append((row, limit.name))
        about.append((row, _about(limit)))
        limits.append(limit)
    findings.twice(about, "kind", Words("这条限额", "the limit"))
    findings.twice(named, "name", Words("限额的名称", "the name of the limit"))
    return tuple(sorted(limits, key=lambda one: (one.kind, one.name)))


def _check_cells(row: Row, kind: str, findings: Findings) -> None:
    needs = _NEEDS[kind]
    for key in needs.needed:
        findings.demand(row, key, row.values.get(key), _HEADINGS[key])
    for key in _ANY:
        if key in row.values and key not in (*needs.needed, *needs.allowed):
            label = LIMIT_KINDS.write(kind)
            rule = Words(f"“{label}”不用这一格", f'a limit of the kind "{label}" does not use this cell')
            findings.add(row, key, rule, Words("请清空，或改选类别", "clear it, or choose another kind"))
    for key in _SINGLE.get(kind, ()):
        if len(row.items(key)) > 1:
            rule = Words("这里只能填一个", "only one may stand here")
            findings.add(row, key, rule, Words("请分成几行", "write several rows"))


def _limit(row: Row, kind: str, cap: int, names: Names, findings: Findings) -> LimitRow:
    schools = _codes(row, "schools", names.schools, findings)
    host = findings.refer(row, "host", row.text("host"), names.counties) or ""
    sources = _codes(row, "sources", names.counties, findings)
    sex = row.text("sex") or ""
    if kind == "host" and host and sources == (host,):
        rule = Words("招生县区与生源县区相同", "host and source county are the same")
        findings.add(row, "sources", rule, Words("请填另一个县区", "write another county"))
    return LimitRow(
        kind=kind,
        name=row.text("name") or _name(kind, schools, sex, host, sources),
        cap=cap,
        schools=schools,
        sex=sex,
        host=host,
        sources=sources,
        programmes=_codes(row, "programmes", names.programmes, findings),
        boarders=bool(row.flag("boarders")),
        shares=_shares(row, cap, names.counties, findings),
        basis=row.text("basis") or "",
    )


def _about(limit: LimitRow) -> object:
    """What a limit limits; two of one kind about the same would contradict each other."""
    return None if limit.kind == "other" else (limit.kind, limit.schools, limit.sex, limit.host, limit.sources)


def _name(kind: str, schools: tuple[str, ...], sex: str, host: str, sources: tuple[str, ...]) -> str:
    """The name of a limit that was given none: its kind and what it is about."""
    about = "-".join(part for part in ("+".join(schools), sex, host, "+".join(sources)) if part)
    return f"{LIMIT_KINDS.write(kind)} {about}".strip()


def _codes(row: Row, key: str, known: Known, findings: Findings) -> tuple[str, ...]:
    found = (findings.refer(row, key, word, known) for word in row.items(key))
    return tuple(sorted({code for code in found if code is not None}))


def _shares(row: Row, cap: int, counties: Known, findings: Findings) -> dict[str, int]:
    """County shares of a limit, as 青浦区:10、吴江区:5; every county must have one, their sum fits the cap."""
    text = row.text("shares")
    if text is None:
        return {}
    shares: dict[str, int] = {}
    for part in re.split(r"[、,，;；\n]", text):
        match = re.fullmatch(r"\s*(?P<county>[^:：]+?)\s*[:：]\s*(?P<share>[0-9]{1,7})\s*", part)
        if match is None:
            rule = Words("应写成 县区:人数", "should be written county:number")
            findings.add(row, "shares", rule, Words(f"如 {EXAMPLE_SHARES}", f"as {EXAMPLE_SHARES}"), value=part)
            return {}
        code = findings.refer(row, "shares", match["county"], counties)
        if code is None:
            return {}
        shares[code] = int(match["share"])
    _check_shares(row, shares, cap, counties, findings)
    return dict(sorted(shares.items()))


def _check_shares(row: Row, shares: dict[str, int], cap: int, counties: Known, findings: Findings) -> None:
    names = {code: name for name, code in counties.codes.items()}
    missing = [names[code] for code in sorted(names) if code not in shares]
    if missing:
        listed = "、".join(missing)
        rule = Words(f"没有写 {listed} 的份额", f"no share is given for {listed}")
        findings.add(row, "shares", rule, Words("请写上，可以为 0", "write it, 0 is allowed"))
    elif sum(shares.values()) > cap:
        rule = Words(
            f"份额之和 {sum(shares.values())} 大于上限 {cap}",
            f"the shares sum to {sum(shares.values())}, above the cap {cap}",
        )
        findings.add(row, "shares", rule, Words("请改小份额", "lower the shares"))


def limit_rows(limits: tuple[LimitRow, ...]) -> list[tuple[Value | None, ...]]:
    """The rows of the worksheet that say these limits."""
    return [
        (
            one.kind,
            one.name,
            one.cap,
            one.schools or None,
            one.sex or None,
            one.host or None,
            one.sources or None,
            one.programmes or None,
            True if one.boarders else None,
            "、".join(f"{county}:{share}" for county, share in one.shares.items()) or None,
            one.basis or None,
        )
        for one in limits
    ]
