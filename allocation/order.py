"""位次: the strict order of the applicants, from exact totals, tie keys and the round's tie rule."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from allocation.faults import BadInstance, Fault
from allocation.instance import Applicant, Instance

Group = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """The order of one round.

    ``groups`` are walked from first to last; a group of several is a full tie that the rule sends
    together (``admit_all``, ``stop``); with ``lottery`` every group is one.  ``positions`` gives
    each candidate's 位次 (1 = best), counted inside the county unless scores share one scale;
    applicants taken elsewhere have none (0).  ``sizes`` counts the candidates of each order.
    """

    groups: tuple[Group, ...]
    positions: tuple[int, ...]
    sizes: dict[str, int]


def draw(seed: str | None, applicant: str) -> str:
    """The published lottery: hex SHA-256 of ``seed:id``, smaller first."""
    return hashlib.sha256(f"{seed or ''}:{applicant}".encode()).hexdigest()


def lot(seed: str | None, applicant: Applicant) -> tuple[bool, Decimal, str]:
    """What decides a full tie, smaller first: drawn numbers, then the published draw."""
    number = applicant.lottery
    return number is None, number or Decimal(0), draw(seed, applicant.id)


class _Ranking:
    """Ranks applicants that share one scale; collects missing keys as faults."""

    def __init__(self, instance: Instance) -> None:
        self.rows = instance.applicants
        self.rules = instance.rules
        self.faults: list[Fault] = []

    def ties(self, members: Iterable[int]) -> list[Group]:
        """Best first; each group is equal in total and in every tie key."""
        pool = list(members)
        keys = max((len(self.rows[one].tie) for one in pool), default=0)
        return [
            group for same in _split(pool, lambda one: self.rows[one].score) for group in self._by_keys(same, 0, keys)
        ]

    def _by_keys(self, same: list[int], key: int, keys: int) -> list[Group]:
        if len(same) == 1 or key == keys:
            return [tuple(same)]
        missing = [one for one in same if len(self.rows[one].tie) <= key or self.rows[one].tie[key] is None]
        for one in missing:
            others = ", ".join(self.rows[other].id for other in same if other != one)
            self.faults.append(
                Fault(
                    f"applicants[{self.rows[one].id}].tie[{key}]",
                    f"{self.rows[one].id}: null",
                    f"与 {others} 同分,缺少所需的科目成绩 / tied with them and the subject score is missing",
                    "补上科目成绩 / supply the subject score",
                )
            )
        if missing:
            return [tuple(same)]
        return [
            group
            for part in _split(same, lambda one: self.rows[one].tie[key] or Decimal(0))
            for group in self._by_keys(part, key + 1, keys)
        ]

    def settle(self, groups: list[Group]) -> list[Group]:
        """The groups after the tie rule: a lottery leaves groups of one."""
        if self.rules.ties != "lottery":
            return groups
        return [(one,) for group in groups for one in self.drawn(group)]

    def drawn(self, group: Group) -> list[int]:
        """A full tie in the order of the lottery: drawn numbers first, then the published draw."""
        if len(group) == 1:
            return list(group)
        numbers = [self.rows[one].lottery for one in group]
        if self.rules.seed is None and (None in numbers or len(set(numbers)) < len(numbers)):
            names = ", ".join(self.rows[one].id for one in group)
            self.faults.append(
                Fault(
                    "rules.seed",
                    "null",
                    f"{names} 完全同分而未公布抽签种子 / in full tie and no seed was published",
                    "事先公布 seed 或给出抽签号 lottery / publish a seed or draw numbers",
                )
            )
        return sorted(group, key=lambda one: lot(self.rules.seed, self.rows[one]))


def _split(pool: list[int], value: Callable[[int], Decimal]) -> list[list[int]]:
    return [list(same) for _, same in groupby(sorted(pool, key=value, reverse=True), key=value)]


def _counted(groups: list[Group]) -> dict[int, int]:
    positions: dict[int, int] = {}
    before = 0
    for group in groups:
        positions.update(dict.fromkeys(group, before + 1))
        before += len(group)
    return positions


def _merged(ranking: _Ranking, shares: dict[int, Fraction]) -> list[Group]:
    """Percentile: position ÷ candidates of the county, exact; equal fractions fall to the tie rule."""
    same = groupby(sorted(shares, key=lambda one: shares[one]), key=lambda one: shares[one])
    return ranking.settle([tuple(group) for _, group in same])


def merit_order(instance: Instance) -> Order:
    """The order of the round; raises :class:`BadInstance` naming every missing subject score it needs."""
    ranking = _Ranking(instance)
    pools: dict[str, list[int]] = {}
    for index, applicant in enumerate(instance.applicants):
        if applicant.id not in instance.taken:
            scale = "" if instance.rules.across == "common_score" else applicant.county
            pools.setdefault(scale, []).append(index)
    ranked = {scale: ranking.settle(ranking.ties(pools[scale])) for scale in sorted(pools)}
    places: dict[int, int] = {}
    shares: dict[int, Fraction] = {}
    for scale, groups in ranked.items():
        counted = _counted(groups)
        places.update(counted)
        shares.update({one: Fraction(at, len(pools[scale])) for one, at in counted.items()})
    if instance.rules.across == "percentile":
        walk = _merged(ranking, shares)
    else:
        walk = [group for groups in ranked.values() for group in groups]
    if ranking.faults:
        raise BadInstance(tuple(ranking.faults))
    return Order(
        groups=tuple(walk),
        positions=tuple(places.get(index, 0) for index in range(len(instance.applicants))),
        sizes={scale: len(pool) for scale, pool in pools.items()},
    )
