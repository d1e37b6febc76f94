"""Programmes that rank applicants themselves: what may stand beside a ranking, and each programme's order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from allocation.desk import Desk
from allocation.faults import BadInstance, Fault
from allocation.instance import Instance, Programme
from allocation.order import Order, lot

NEEDS_ONE_PROGRAMME = (
    "有专业自行排序时,限制只能在一个专业之内 / where programmes rank, limits must stand inside one programme"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One programme's order: ``places`` from 0 (best) by applicant; ``own`` if it is the programme's ranking."""

    places: Mapping[int, int]
    own: bool


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one applicant stands: position from 1, and the score or priority it rests on."""

    position: int
    worth: Decimal


def check_rankings(desk: Desk, instance: Instance) -> None:
    """Note what a round with rankings must not state; without rankings there is nothing to note."""
    ranked = [(at, one) for at, one in enumerate(instance.programmes) if one.ranking is not None]
    if not ranked:
        return
    known = {one.id for one in instance.applicants}
    for at, programme in ranked:
        for who in programme.ranking or ():
            if who not in known:
                path = f"programmes[{at}].ranking.{who}"
                desk.fault(path, who, "没有这名考生 / no such applicant", "更正 / correct it")
    _rules(desk, instance)
    for at, programme in enumerate(instance.programmes):
        if programme.reserved and any(programme.ceilings.values()):
            desk.fault(
                f"programmes[{at}].reserved",
                programme.id,
                "预留名额与县区计划数交叉时可能没有稳定结果"
                " / reserved places that cross county cells can leave no stable result",
                "去掉其一 / leave one of them out",
            )
    _spanning(desk, instance)


def _rules(desk: Desk, instance: Instance) -> None:
    rules = instance.rules
    own = "有专业自行排序时不可用 / not possible where programmes rank"
    for key, value, allowed in (
        ("across", rules.across, ("own_county", "common_score")),
        ("ties", rules.ties, ("lottery",)),
        ("floors", rules.floors, ("guarantee",)),
    ):
        if value not in allowed:
            desk.fault(f"rules.{key}", value, own, " | ".join(allowed))
    if rules.bed_with_guarantee:
        desk.fault("rules.bed_with_guarantee", True, own, "false")
    if rules.adjustment != "off" and rules.across != "common_score":
        desk.fault("rules.adjustment", rules.adjustment, own, "off, 或 / or across: common_score")


def _spanning(desk: Desk, instance: Instance) -> None:
    mend = "改为各专业的总数、县区计划数 / state totals and cells of programmes instead"
    for at, school in enumerate(instance.schools):
        if school.capacity is not None:
            desk.fault(f"schools[{at}].capacity", school.capacity, NEEDS_ONE_PROGRAMME, mend)
        if school.dorm:
            desk.fault(f"schools[{at}].dorm", dict(school.dorm), NEEDS_ONE_PROGRAMME, mend)
    if instance.outflow:
        desk.fault("outflow", dict(instance.outflow), NEEDS_ONE_PROGRAMME, mend)
    for at, limit in enumerate(instance.limits):
        desk.fault(f"limits[{at}]", limit.name, NEEDS_ONE_PROGRAMME, mend)


def standings(instance: Instance, order: Order) -> tuple[Standing, ...]:
    """The order of every programme; empty if none ranks.

    Raises :class:`BadInstance` where equal priorities need a lottery and none can be drawn.
    """
    if all(one.ranking is None for one in instance.programmes):
        return ()
    common = {one: at for at, one in enumerate(one for group in order.groups for one in group)}
    index = {one.id: at for at, one in enumerate(instance.applicants)}
    faults: list[Fault] = []
    found = tuple(
        Standing(common, False) if one.ranking is None else Standing(_places(instance, one, index, faults), True)
        for one in instance.programmes
    )
    if faults:
        raise BadInstance(tuple(faults))
    return found


def _places(instance: Instance, programme: Programme, index: dict[str, int], faults: list[Fault]) -> dict[int, int]:
    ranking = programme.ranking or {}
    present = [index[who] for who in ranking if who not in instance.taken]
    rows = instance.applicants

    def priority(one: int) -> Decimal:
        return ranking[rows[one].id]

    best: list[int] = []
    for _, group in groupby(sorted(present, key=priority, reverse=True), key=priority):
        same = list(group)
        numbers = [rows[one].lottery for one in same]
        if len(same) > 1 and instance.rules.seed is None and (None in numbers or len(set(numbers)) < len(numbers)):
            faults.append(
                Fault(
                    "rules.seed",
                    "null",
                    f"{programme.id} 有考生优先级相同而未公布抽签种子 / equal priorities and no seed was published",
                    "事先公布 seed 或给出抽签号 lottery / publish a seed or draw numbers",
                )
            )
        best += sorted(same, key=lambda one: lot(instance.rules.seed, rows[one]))
    return {one: place for place, one in enumerate(best)}
