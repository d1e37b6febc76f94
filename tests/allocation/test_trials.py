"""A small sample of the trials: engines and verifier against the referee, family by family."""

from __future__ import annotations

import pytest

from bench.allocation_trials import run
from bench.trial_rounds import FAMILIES


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_engines_verifier_and_referee_agree(family: str) -> None:
    tally = run(family, 15, 2025, "both")
    assert [(key, found) for key, _, found in tally.differences or ()] == []
    assert tally.outcomes > 0
