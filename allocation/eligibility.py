"""Which choices count: what strikes a choice before the pass, and why."""

from __future__ import annotations

from typing import Literal

from allocation.instance import Applicant, Programme

Strike = Literal["taken", "duplicate", "zero_cell", "line", "sex", "health", "required", "unranked"]


def strike(applicant: Applicant, programme: Programme) -> Strike | None:
    """The first reason why this programme is not open to this applicant, in the order they are told.

    ``health`` is the only one that the rule ``checks: after`` turns into a return (退档).
    """
    line = programme.lines.get(applicant.county)
    if programme.ceilings.get(applicant.county) == 0:
        return "zero_cell"
    if line is not None and applicant.score < line:
        return "line"
    if programme.sexes is not None and applicant.sex not in programme.sexes:
        return "sex"
    if not programme.requires <= applicant.tags:
        return "required"
    if programme.ranking is not None and applicant.id not in programme.ranking:
        return "unranked"
    if programme.excludes & applicant.tags:
        return "health"
    return None
