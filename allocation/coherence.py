"""Checks across the rows of an instance: names that exist, sums that fit, rules that go together."""

from __future__ import annotations

from collections.abc import Iterable

from allocation.combining import refuse_contradictions
from allocation.desk import Desk
from allocation.instance import Instance, Limit, Programme, School
from allocation.ranking import check_rankings


def cross_check(instance: Instance, desk: Desk) -> None:
    """Note every fault that needs more than one row to be seen."""
    for key, rows in (
        ("schools", [one.id for one in instance.schools]),
        ("programmes", [one.id for one in instance.programmes]),
        ("applicants", [one.id for one in instance.applicants]),
        ("limits", [one.name for one in instance.limits]),
    ):
        _unique(desk, key, rows)
    schools = {one.id for one in instance.schools}
    programmes = {one.id for one in instance.programmes}
    for index, school in enumerate(instance.schools):
        _school(desk, school, f"schools[{index}]")
    for index, programme in enumerate(instance.programmes):
        _programme(desk, programme, f"programmes[{index}]", schools)
    for index, applicant in enumerate(instance.applicants):
        _known(desk, f"applicants[{index}].choices", applicant.choices, programmes)
    for index, limit in enumerate(instance.limits):
        _limit(desk, limit, f"limits[{index}]", programmes)
    _known(desk, "adjust_order", instance.adjust_order, programmes)
    _unique(desk, "adjust_order", instance.adjust_order)
    _taken(desk, instance)
    _opening(desk, instance, programmes)
    _sexes(desk, instance)
    check_rankings(desk, instance)
    refuse_contradictions(instance, desk)


def _unique(desk: Desk, path: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            desk.fault(f"{path}[{index}]", name, "重复 / stands twice", "只留一个 / keep one")
        seen.add(name)


def _known(desk: Desk, path: str, names: Iterable[str], known: set[str]) -> None:
    for index, name in enumerate(names):
        if name not in known:
            desk.fault(f"{path}[{index}]", name, "没有这个专业 / no such programme", "更正 / correct it")


def _sum(desk: Desk, path: str, total: int, cap: int | None, what: str) -> None:
    if cap is None:
        desk.fault(path, total, f"{what}没有上限可分 / there is no cap to divide", "给出上限 / state the cap")
    elif total > cap:
        desk.fault(path, f"{total} > {cap}", f"{what}之和超过上限 / the sum exceeds the cap", "改小 / lower it")


def _school(desk: Desk, school: School, path: str) -> None:
    for name, shares in school.shares.items():
        cap = school.capacity if name == "capacity" else school.dorm.get(name)
        _sum(desk, f"{path}.shares.{name}", sum(shares.values()), cap, "份额 shares ")


def _programme(desk: Desk, programme: Programme, path: str, schools: set[str]) -> None:
    if programme.school is not None and programme.school not in schools:
        desk.fault(f"{path}.school", programme.school, "没有这所学校 / no such school", "更正 / correct it")
    for name, shares in programme.shares.items():
        _sum(desk, f"{path}.shares.{name}", sum(shares.values()), programme.capacity, "份额 shares ")
    kept = sum(programme.floors.values()) + sum(one.seats for one in programme.reserved)
    if kept:
        _sum(desk, f"{path}.floors", kept, programme.capacity, "保底与预留 floors and reserved ")
    _unique(desk, f"{path}.reserved", [one.tag for one in programme.reserved])
    for county, floor in programme.floors.items():
        ceiling = programme.ceilings.get(county)
        if ceiling is not None and ceiling < floor:
            desk.fault(
                f"{path}.floors.{county}",
                floor,
                "保底大于计划数 / the floor exceeds the cell",
                f"≤ {ceiling}",
            )


def _limit(desk: Desk, limit: Limit, path: str, programmes: set[str]) -> None:
    _known(desk, f"{path}.programmes", sorted(limit.programmes or ()), programmes)
    if limit.shares:
        _sum(desk, f"{path}.shares", sum(limit.shares.values()), limit.cap, "份额 shares ")


def _taken(desk: Desk, instance: Instance) -> None:
    known = {one.id for one in instance.applicants}
    for index, who in enumerate(sorted(instance.taken)):
        if who not in known:
            desk.fault(f"taken[{index}]", who, "没有这名考生 / no such applicant", "更正 / correct it")


def _opening(desk: Desk, instance: Instance, programmes: set[str]) -> None:
    order = instance.rules.opening
    if isinstance(order, str):
        return
    _known(desk, "rules.opening", order, programmes)
    _unique(desk, "rules.opening", order)
    missing = sorted(one.id for one in instance.programmes if one.min_open and one.id not in order)
    if missing:
        desk.fault(
            "rules.opening",
            ", ".join(missing),
            "撤销顺序须列全有开班下限的专业 / the order must name every class with a minimum",
            "补上 / add them",
        )


def _sexes(desk: Desk, instance: Instance) -> None:
    needed = (
        any(one.dorm for one in instance.schools)
        or any(one.sexes is not None for one in instance.programmes)
        or any(one.sex for one in instance.limits)
    )
    for index, applicant in enumerate(instance.applicants):
        if needed and applicant.sex is None:
            desk.fault(
                f"applicants[{index}].sex",
                applicant.id,
                "有按性别的限制而性别未填 / a limit counts by sex and the sex is missing",
                "M | F",
            )
