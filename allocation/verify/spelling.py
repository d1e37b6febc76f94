"""The verifier's own spelling of an instance, for its fingerprint."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any

DEFAULTS = {
    "across": "own_county",
    "ties": "lottery",
    "checks": "before",
    "floors": "guarantee",
    "bed_with_guarantee": False,
    "opening": "optimal",
    "adjustment": "off",
    "seed": None,
}


def sha(value: Any) -> str:
    """Hex SHA-256 of sorted, compact JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _text(value: Any) -> str | None:
    if value is None:
        return None
    whole, _, part = f"{Decimal(str(value).strip()):f}".partition(".")
    part = part.rstrip("0")
    text = f"{whole}.{part}" if part else whole
    return "0" if text == "-0" else text


def _int(value: Any) -> int | None:
    return None if value is None else int(Decimal(str(value).strip()))


def _ints(value: Any) -> dict[str, int | None]:
    return {key: _int(one) for key, one in (value or {}).items()}


def _shares(value: Any) -> Any:
    return {key: _ints(one) for key, one in (value or {}).items()}


def _set(value: Any) -> list[str]:
    return sorted(set(value or ()))


def _maybe(value: Any) -> list[str] | None:
    return None if value is None else _set(value)


def _programme(raw: Any) -> Any:
    reserved = [
        {"tag": one["tag"], "seats": _int(one["seats"]), "release": one.get("release") is not False}
        for one in raw.get("reserved") or ()
    ]
    return {
        "id": raw["id"],
        "school": raw.get("school"),
        "capacity": _int(raw.get("capacity")),
        "ceilings": _ints(raw.get("ceilings")),
        "floors": _ints(raw.get("floors")),
        "min_open": _int(raw.get("min_open")) or 0,
        "local_enrolled": _int(raw.get("local_enrolled")) or 0,
        "lines": {key: _text(one) for key, one in (raw.get("lines") or {}).items()},
        "sexes": _maybe(raw.get("sexes")),
        "excludes": _set(raw.get("excludes")),
        "requires": _set(raw.get("requires")),
        "reserved": sorted(reserved, key=lambda one: str(one["tag"])),
        "shares": _shares(raw.get("shares")),
        "ranking": _numbers(raw.get("ranking")),
    }


def _numbers(value: Any) -> Any:
    return None if value is None else {key: _text(one) for key, one in value.items()}


def _applicant(raw: Any) -> Any:
    return {
        "id": raw["id"],
        "county": raw["county"],
        "sex": raw.get("sex"),
        "score": _text(raw["score"]),
        "tie": [_text(one) for one in raw.get("tie") or ()],
        "lottery": _text(raw.get("lottery")),
        "choices": list(raw.get("choices") or ()),
        "adjust": bool(raw.get("adjust")),
        "tags": _set(raw.get("tags")),
        "boards": raw.get("boards"),
    }


def _limit(raw: Any) -> Any:
    return {
        "name": raw["name"],
        "cap": _int(raw["cap"]),
        "programmes": _maybe(raw.get("programmes")),
        "counties": _maybe(raw.get("counties")),
        "sex": raw.get("sex"),
        "boarders": bool(raw.get("boarders")),
        "shares": _ints(raw.get("shares")),
    }


def _school(raw: Any) -> Any:
    return {
        "id": raw["id"],
        "county": raw["county"],
        "dorm": _ints(raw.get("dorm")),
        "capacity": _int(raw.get("capacity")),
        "shares": _shares(raw.get("shares")),
    }


def rules(raw: Any) -> Any:
    """The rules with every default spelled out."""
    given = raw.get("rules") or {}
    return {key: default if given.get(key) is None else given[key] for key, default in DEFAULTS.items()}


def instance_digest(raw: Any) -> str:
    """The fingerprint an outcome must carry for this instance."""
    return sha(
        {
            "format": "allocation-instance/1",
            "rules": rules(raw),
            "schools": sorted((_school(one) for one in raw.get("schools") or ()), key=_id),
            "programmes": sorted((_programme(one) for one in raw.get("programmes") or ()), key=_id),
            "applicants": sorted((_applicant(one) for one in raw.get("applicants") or ()), key=_id),
            "outflow": _ints(raw.get("outflow")),
            "limits": sorted((_limit(one) for one in raw.get("limits") or ()), key=_id),
            "adjust_order": list(raw.get("adjust_order") or ()),
            "taken": _set(raw.get("taken")),
        }
    )


def _id(row: Any) -> str:
    return str(row.get("id", row.get("name")))
