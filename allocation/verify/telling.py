"""What an outcome must tell, worked out again from the verifier's own walk."""

from __future__ import annotations

from typing import Any

from allocation.verify.facts import Facts, Person
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
        "cutoffs": _cutoffs(facts, seats),
        "limits": _limits(facts, scene, seats),
        "guarantees": _guarantees(facts, replay, seats, closed),
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


def _cut(person: Person) -> dict[str, Any]:
    return {"position": person.position, "score": _text(person.score)}


def _whole(person: Person | None) -> dict[str, Any] | None:
    return None if person is None else {"applicant": person.id, "county": person.county, **_cut(person)}


def _cutoffs(facts: Facts, seats: Seats) -> dict[str, Any]:
    table: dict[str, dict[str, Person]] = {}
    for who, (choice, programme, returned) in seats.items():
        person = facts.people[who]
        if choice and not returned:
            row = table.setdefault(programme, {})
            other = row.get(person.county)
            if other is None or (person.slot, other.id) > (other.slot, person.id):
                row[person.county] = person
    return {name: {county: _cut(one) for county, one in row.items()} for name, row in table.items()}


def _limits(facts: Facts, scene: Scene, seats: Seats) -> list[Any]:
    inside: dict[str, list[tuple[Person, int, bool]]] = {cap.name: [] for cap in facts.caps}
    for who, (choice, programme, returned) in seats.items():
        for cap in facts.caps_of(facts.people[who], programme):
            inside[cap.name].append((facts.people[who], choice, returned))
    first: dict[str, Person] = {}
    for (who, _), name in scene.refused.items():
        person = facts.people[who]
        if name not in first or (person.slot, person.id) < (first[name].slot, first[name].id):
            first[name] = person
    rows = []
    for cap in facts.caps:
        members = inside[cap.name]
        by_choice = [one for one, choice, returned in members if choice and not returned]
        last = max(by_choice, key=lambda one: (one.slot, one.id), default=None)
        rows.append(
            {
                "name": cap.name,
                "kind": cap.kind,
                "cap": cap.cap,
                "used": sum(not returned for _, _, returned in members),
                "returned": sum(returned for _, _, returned in members),
                "over": max(0, len(members) - cap.cap),
                "last": _whole(last),
                "first_refused": _whole(first.get(cap.name)),
            }
        )
    return rows


def _guarantees(facts: Facts, replay: Replay, seats: Seats, closed: frozenset[str]) -> list[Any]:
    rows = []
    for name, kept in sorted(replay.kept.items()):
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
