"""Rules that contradict each other: each is refused by name, with what to choose instead."""

from __future__ import annotations

from allocation.desk import Desk
from allocation.instance import Instance, Programme

BY_COUNTY = (
    "用 ceilings 按县分开预留名额,或去掉 shares"
    " / divide the reserved places by county with ceilings, or leave the shares out"
)


def refuse_contradictions(instance: Instance, desk: Desk) -> None:
    """Note every combination of rules that would leave a question open."""
    if instance.rules.floors == "hard":
        _hard(instance, desk)
    if instance.rules.across == "optimised_shares":
        _optimised(instance, desk)
    for index, programme in enumerate(instance.programmes):
        if programme.shares.get("capacity"):
            _divided(desk, programme, f"programmes[{index}]")


def _hard(instance: Instance, desk: Desk) -> None:
    if instance.rules.ties == "admit_all":
        desk.fault(
            "rules.ties",
            "admit_all",
            "同位次一并录取可突破计划数,不能与硬性保底同用"
            " / full ties may swell a cell, which cannot be combined with hard floors",
            "ties: lottery | stop,或 / or floors: guarantee",
        )
    if instance.rules.bed_with_guarantee:
        desk.fault(
            "rules.bed_with_guarantee",
            True,
            "硬性保底不是预留名额,没有可附带的床位 / hard floors hold no place that a bed could come with",
            "false,或 / or floors: guarantee",
        )
    for index, programme in enumerate(instance.programmes):
        if programme.reserved:
            desk.fault(
                f"programmes[{index}].reserved",
                programme.id,
                "预留名额不能与硬性保底同用 / reserved places cannot be combined with hard floors",
                "改用 floors: guarantee,或去掉 reserved / use floors: guarantee, or leave reserved out",
            )


def _optimised(instance: Instance, desk: Desk) -> None:
    rules = instance.rules
    if rules.opening != "optimal":
        desk.fault(
            "rules.opening",
            rules.opening if isinstance(rules.opening, str) else ", ".join(rules.opening),
            "份额与开班须一并优选 / the shares are chosen together with the classes",
            "opening: optimal,或给出 shares 并改用 own_county / or state shares under own_county",
        )
    for path, set_, mend in (
        ("rules.floors", rules.floors == "hard", "floors: guarantee"),
        ("rules.bed_with_guarantee", rules.bed_with_guarantee, "false"),
    ):
        if set_:
            desk.fault(
                path,
                "optimised_shares",
                "不能与求解器划分份额同用 / cannot be combined with shares divided by the solver",
                f"{mend},或给出 shares 并改用 own_county / or state shares under own_county",
            )


def _divided(desk: Desk, programme: Programme, path: str) -> None:
    if programme.reserved:
        desk.fault(
            f"{path}.reserved",
            programme.id,
            "总数已按县划分,预留名额不知出自哪县 / the total is divided by county and nothing says whose share the "
            "reserved places come from",
            BY_COUNTY,
        )
    shares = programme.shares["capacity"]
    for county, floor in programme.floors.items():
        share = shares.get(county, 0)
        if floor > share:
            desk.fault(
                f"{path}.floors.{county}",
                floor,
                "保底大于该县份额 / the floor exceeds the county's share",
                f"≤ {share}",
            )
