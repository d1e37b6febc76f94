"""The limits of a round as named sets of (applicant, programme) pairs with a cap that never bends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from allocation.instance import Applicant, Counts, Instance, Limit, Programme, School

Kind = Literal["cap", "cell", "held", "school", "dorm", "host", "outflow", "zone", "limit"]
KINDS: tuple[Kind, ...] = ("cap", "cell", "held", "school", "dorm", "host", "outflow", "zone", "limit")
"""The order in which a refusal names the first full limit."""

BENDS: frozenset[Kind] = frozenset({"cap", "cell"})
"""What ``admit_all`` may exceed for a full tie; every other limit stops the run instead."""


@dataclass(frozen=True, slots=True)
class NamedLimit:
    """One cap over the pairs it matches; a field that is ``None`` matches every value."""

    name: str
    kind: Kind
    cap: int
    programmes: frozenset[str] | None = None
    counties: frozenset[str] | None = None
    sex: str | None = None
    boarders: bool = False

    def matches(self, programme: str, county: str, sex: str | None, boards: bool) -> bool:
        """Whether a placement of this kind counts to the limit."""
        return (
            (self.programmes is None or programme in self.programmes)
            and (self.counties is None or county in self.counties)
            and (self.sex is None or sex == self.sex)
            and (boards or not self.boarders)
        )

    @property
    def county(self) -> str | None:
        """The single county it counts, if it counts only one."""
        return next(iter(self.counties)) if self.counties is not None and len(self.counties) == 1 else None


def boards(applicant: Applicant, school: School | None) -> bool:
    """Whether the applicant takes a bed there: whoever leaves the county, unless stated otherwise."""
    if school is None:
        return False
    return school.county != applicant.county if applicant.boards is None else applicant.boards


def _with_shares(limit: NamedLimit, shares: Counts | None, counties: frozenset[str]) -> Iterator[NamedLimit]:
    """The limit itself, or one limit per county where county shares divide it (no share: none)."""
    if not shares:
        yield limit
        return
    for county in sorted(limit.counties or counties):
        yield NamedLimit(
            f"{limit.name}/{county}",
            limit.kind,
            shares.get(county, 0),
            limit.programmes,
            frozenset({county}),
            sex=limit.sex,
            boarders=limit.boarders,
        )


def _of_programme(programme: Programme, counties: frozenset[str]) -> Iterator[NamedLimit]:
    only = frozenset({programme.id})
    if programme.capacity is not None:
        cap = NamedLimit(f"cap/{programme.id}", "cap", programme.capacity, only)
        yield from _with_shares(cap, programme.shares.get("capacity"), counties)
    for county, cell in sorted(programme.ceilings.items()):
        yield NamedLimit(f"cell/{programme.id}/{county}", "cell", cell, only, frozenset({county}))


def _of_school(school: School, programmes: frozenset[str], counties: frozenset[str]) -> Iterator[NamedLimit]:
    if school.capacity is not None:
        whole = NamedLimit(f"school/{school.id}", "school", school.capacity, programmes)
        yield from _with_shares(whole, school.shares.get("capacity"), counties)
    for sex, beds in sorted(school.dorm.items()):
        dorm = NamedLimit(f"dorm/{school.id}/{sex}", "dorm", beds, programmes, sex=sex, boarders=True)
        yield from _with_shares(dorm, school.shares.get(sex), counties)


def _kind(limit: Limit, hosts: dict[str, frozenset[str]], everywhere: frozenset[str]) -> Kind:
    """Tell a host county × source county limit and a zone total from any other named set."""
    if limit.sex is not None or limit.boarders:
        return "limit"
    covered = everywhere if limit.programmes is None else limit.programmes
    if covered == everywhere and limit.counties is None:
        return "zone"
    if limit.counties is not None and len(limit.counties) == 1:
        source = next(iter(limit.counties))
        if any(host != source and covered == programmes for host, programmes in hosts.items()):
            return "host"
    return "limit"


def _by_host(instance: Instance) -> dict[str, frozenset[str]]:
    county_of = {school.id: school.county for school in instance.schools}
    hosts: dict[str, set[str]] = {}
    for programme in instance.programmes:
        if programme.school is not None:
            hosts.setdefault(county_of[programme.school], set()).add(programme.id)
    return {county: frozenset(programmes) for county, programmes in hosts.items()}


def named_limits(instance: Instance) -> tuple[NamedLimit, ...]:
    """Every limit of the instance, in the order in which refusals name them."""
    counties = frozenset(applicant.county for applicant in instance.applicants)
    hosts = _by_host(instance)
    found = [limit for programme in instance.programmes for limit in _of_programme(programme, counties)]
    for school in instance.schools:
        own = frozenset(one.id for one in instance.programmes if one.school == school.id)
        found.extend(_of_school(school, own, counties))
    everywhere = frozenset(one.id for one in instance.programmes)
    hosted = frozenset(programme for programmes in hosts.values() for programme in programmes)
    for county, cap in sorted(instance.outflow.items()):
        away = hosted - hosts.get(county, frozenset())
        found.append(NamedLimit(f"outflow/{county}", "outflow", cap, away, frozenset({county})))
    for limit in instance.limits:
        kind = _kind(limit, hosts, everywhere)
        whole = NamedLimit(
            f"{kind}/{limit.name}",
            kind,
            limit.cap,
            limit.programmes,
            limit.counties,
            sex=limit.sex,
            boarders=limit.boarders,
        )
        found.extend(_with_shares(whole, limit.shares, counties))
    return tuple(sorted(found, key=lambda one: KINDS.index(one.kind)))
