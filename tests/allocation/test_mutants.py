"""A small sample of the mutants: every forged outcome is rejected, for the right cause."""

from __future__ import annotations

from random import Random

from bench.allocation_mutants import MUTATIONS, RAW, WHOLE, mutant, run
from bench.mutations import Told


def test_every_forgery_is_rejected_for_the_right_cause() -> None:
    rows = run(150, 2025, each=4)
    assert {kind: [(key, found) for key, _, found in row.escaped] for kind, row in rows.items() if row.escaped} == {}
    assert sum(row.mutants for row in rows.values()) >= 130


def test_what_changes_nothing_is_no_mutant() -> None:
    bare: Told = {
        "assignment": {},
        "adjusted": [],
        "returned": [],
        "closed": [],
        "reasons": {},
        "cutoffs": {},
        "limits": [],
        "positions": {},
        "guarantees": [],
        "refused_by_floors": [],
        "shares": [],
        "opening": {"undecided": []},
    }
    instance = b'{"programmes": [], "applicants": [], "rules": {}}'
    kinds = [one for one in (*MUTATIONS, *RAW, *WHOLE) if one not in ("stranger", "wrong_proof")]
    yardless = [one for one in kinds if one not in ("wrong_yardstick", "wrong_spread", "wrong_shortfall")]
    assert [mutant(one, Random(1), instance, bare) for one in yardless] == [None] * len(yardless)
