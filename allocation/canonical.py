"""One spelling of an instance: what is hashed does not depend on row order or on number spelling."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal

from allocation.instance import Applicant, Counts, Instance, Limit, Programme, Rules, School

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]


def compact(value: Json) -> bytes:
    """The canonical JSON bytes of a value: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def plain(number: Decimal) -> str:
    """An exact decimal in its shortest plain spelling: ``611.50`` is ``611.5``, ``6E+2`` is ``600``."""
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _counts(counts: Counts) -> Json:
    return dict(counts)


def _shares(shares: Mapping[str, Counts]) -> Json:
    return {name: dict(counts) for name, counts in shares.items()}


def _names(names: frozenset[str] | None) -> Json:
    return None if names is None else [*sorted(names)]


def rules_table(rules: Rules) -> dict[str, Json]:
    """The rules as JSON, every default spelled out."""
    return {
        "across": rules.across,
        "ties": rules.ties,
        "checks": rules.checks,
        "floors": rules.floors,
        "bed_with_guarantee": rules.bed_with_guarantee,
        "opening": rules.opening if isinstance(rules.opening, str) else [*rules.opening],
        "adjustment": rules.adjustment,
        "seed": rules.seed,
    }


def _school(school: School) -> Json:
    return {
        "id": school.id,
        "county": school.county,
        "dorm": _counts(school.dorm),
        "capacity": school.capacity,
        "shares": _shares(school.shares),
    }


def _programme(programme: Programme) -> Json:
    return {
        "id": programme.id,
        "school": programme.school,
        "capacity": programme.capacity,
        "ceilings": _counts(programme.ceilings),
        "floors": _counts(programme.floors),
        "min_open": programme.min_open,
        "local_enrolled": programme.local_enrolled,
        "lines": {county: plain(line) for county, line in programme.lines.items()},
        "sexes": _names(programme.sexes),
        "excludes": _names(programme.excludes),
        "requires": _names(programme.requires),
        "reserved": [{"tag": one.tag, "seats": one.seats, "release": one.release} for one in programme.reserved],
        "shares": _shares(programme.shares),
        "ranking": None
        if programme.ranking is None
        else {who: plain(priority) for who, priority in programme.ranking.items()},
    }


def _applicant(applicant: Applicant) -> Json:
    return {
        "id": applicant.id,
        "county": applicant.county,
        "sex": applicant.sex,
        "score": plain(applicant.score),
        "tie": [None if value is None else plain(value) for value in applicant.tie],
        "lottery": None if applicant.lottery is None else plain(applicant.lottery),
        "choices": [*applicant.choices],
        "adjust": applicant.adjust,
        "tags": _names(applicant.tags),
        "boards": applicant.boards,
    }


def _limit(limit: Limit) -> Json:
    return {
        "name": limit.name,
        "cap": limit.cap,
        "programmes": _names(limit.programmes),
        "counties": _names(limit.counties),
        "sex": limit.sex,
        "boarders": limit.boarders,
        "shares": _counts(limit.shares),
    }


def canonical(instance: Instance) -> bytes:
    """The canonical JSON of an instance, readable by :func:`allocation.formats.read_instance`."""
    return compact(
        {
            "format": "allocation-instance/1",
            "rules": rules_table(instance.rules),
            "schools": [_school(school) for school in instance.schools],
            "programmes": [_programme(programme) for programme in instance.programmes],
            "applicants": [_applicant(applicant) for applicant in instance.applicants],
            "outflow": _counts(instance.outflow),
            "limits": [_limit(limit) for limit in instance.limits],
            "adjust_order": [*instance.adjust_order],
            "taken": [*sorted(instance.taken)],
        }
    )


def digest(instance: Instance) -> str:
    """Hex SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical(instance)).hexdigest()


def rules_digest(rules: Rules) -> str:
    """Hex SHA-256 of the canonical JSON of the rules alone."""
    return hashlib.sha256(compact(rules_table(rules))).hexdigest()


def assignment_digest(assignment: Mapping[str, str | None]) -> str:
    """Hex SHA-256 of the lines ``id:programme`` (empty if unplaced), sorted by id, joined by newlines."""
    lines = (f"{applicant}:{assignment[applicant] or ''}" for applicant in sorted(assignment))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
