"""What an outcome must tell, worked out again from the verifier's own walk."""

from __future__ import annotations

from typing import Any

from allocation.verify.facts import Cap, Facts, Person
from allocation.verify.replay import Replay, Scene
from allocation.verify.spelling import _text


def told(facts: Facts, replay: Replay, scene: Scene, closed: frozenset[str]) -> dict[str, Any]:
    """Positions, adjustments, returns, reasons, cuts, limits and guarantees of a walk."""
    people = facts.people
    seats = {who: (choice, at, at in people[who].returned_at) for who, (choice, at) in scene.got.items()}
    ordered = sorted(seats)
    return {
        "positions": {who: person.position for who, person in people.items()},
        "adjusted": [_move(who, seats[who][1]) for who in ordered if not seats[who][0]],
        "returned": [_move(who, seats[who][1]) for who in ordered if seats[who][2]],
        "reasons": _reasons(facts, scene),
        "cutoffs": _cutoffs(facts, replay, seats),
        "limits": _limits(facts, replay, scene, seats),
        "guarantees": _guarantees(facts, replay, seats, closed),
        "refused_by_floors": _refused_by_floors(facts, scene),
    }


Seats = dict[str, tuple[int, str, bool]]


def _move(who: str, programme: str) -> dict[str, str]:
    return {"applicant": who, "programme": programme}


def _reasons(facts: Facts, scene: Scene) -> dict[str, Any]:
    table: dict[str, dict[int, str]] = {}
    for (who, choice), why in scene.refused.items():
        table.setdefault(who, {})[choice] = why
    for who, person in facts.people.items():
        for choice, why in person.strikes.items():
            table.setdefault(who, {})[choice] = f"struck/{why}"
        if who in scene.got and scene.got[who][1] in person.returned_at:
            table.setdefault(who, {})[scene.got[who][0]] = "returned"
    return {
        who: [
            {"choice": choice, "programme": facts.people[who].raw["choices"][choice - 1], "reason": why}
            for choice, why in sorted(row.items())
        ]
        for who, row in table.items()
    }


def _cut(replay: Replay, person: Person, programme: str | None) -> dict[str, Any]:
    position, score = replay.cut(person, programme)
    return {"position": position, "score": _text(score)}


def _whole(replay: Replay, cap: Cap, person: Person | None) -> dict[str, Any] | None:
    if person is None:
        return None
    return {"applicant": person.id, "county": person.county, **_cut(replay, person, _alone(cap))}


def _alone(cap: Cap) -> str | None:
    """The programme of a limit that counts one programme only."""
    return next(iter(cap.programmes)) if len(cap.programmes) == 1 else None


def _cutoffs(facts: Facts, replay: Replay, seats: Seats) -> dict[str, Any]:
    table: dict[str, dict[str, Person]] = {}
    for who, (choice, programme, returned) in seats.items():
        person = facts.people[who]
        if choice and not returned:
            row = table.setdefault(programme, {})
            other = row.get(person.county)
            if other is None or replay.key(person, programme) > replay.key(other, programme):
                row[person.county] = person
    return {name: {county: _cut(replay, one, name) for county, one in row.items()} for name, row in table.items()}


def _limits(facts: Facts, replay: Replay, scene: Scene, seats: Seats) -> list[Any]:
    inside: dict[str, list[tuple[Person, int, bool]]] = {cap.name: [] for cap in facts.caps}
    for who, (choice, programme, returned) in seats.items():
        for cap in facts.caps_of(facts.people[who], programme):
            inside[cap.name].append((facts.people[who], choice, returned))
    refused: dict[str, list[Person]] = {}
    for (who, _), name in scene.refused.items():
        refused.setdefault(name, []).append(facts.people[who])
    rows = []
    for cap in facts.caps:
        members = inside[cap.name]

        def key(one: Person, name: str = _alone(cap) or "") -> tuple[Any, ...]:
            return replay.key(one, name)

        by_choice = [one for one, choice, returned in members if choice and not returned]
        rows.append(
            {
                "name": cap.name,
                "kind": cap.kind,
                "cap": cap.cap,
                "used": sum(not returned for _, _, returned in members),
                "returned": sum(returned for _, _, returned in members),
                "over": max(0, len(members) - cap.cap),
                "last": _whole(replay, cap, max(by_choice, key=key, default=None)),
                "first_refused": _whole(replay, cap, min(refused.get(cap.name, ()), key=key, default=None)),
            }
        )
    return rows


def _refused_by_floors(facts: Facts, scene: Scene) -> list[dict[str, str]]:
    """Everybody refused a place that only a hard floor or a minimum kept empty."""
    return [
        {
            "applicant": who,
            "programme": facts.people[who].raw["choices"][choice - 1],
            "name": why.removeprefix("hard/"),
        }
        for (who, choice), why in sorted(scene.refused.items())
        if why.startswith("hard/")
    ]


def _guarantees(facts: Facts, replay: Replay, seats: Seats, closed: frozenset[str]) -> list[Any]:
    rows = []
    for name, kept in sorted(replay.promised.items()):
        for row in kept:
            filled = sum(
                row.covers(facts.people[who])
                for who, (_, programme, returned) in seats.items()
                if programme == name and not returned
            )
            missing = 0 if name in closed else max(0, row.seats - filled)
            rows.append(
                {
                    "name": row.name,
                    "seats": row.seats,
                    "filled": filled,
                    "missing": missing,
                    "released": missing if row.release else 0,
                }
            )
    return rows
