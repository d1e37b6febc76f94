"""Colours stay apart for every kind of sight and in print, and carry readable figures."""

import re
from itertools import combinations

import pytest

from core.charts.palette import (
    CATEGORIES,
    HEAT,
    PAPER,
    QUIET,
    RANKS,
    TOKENS,
    colour,
    contrast,
    stylesheet,
    text_on,
)

# Full colour-vision deficiency as matrices on linear light: Machado, Oliveira and Fernandes 2009.
SIGHT = {
    "full": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE = (0.9505, 1.0, 1.089)

Three = tuple[float, float, float]


def _times(matrix: tuple[Three, ...], values: Three) -> Three:
    first, second, third = (sum(a * b for a, b in zip(row, values, strict=True)) for row in matrix)
    return first, second, third


def _seen(token: str, sight: str) -> Three:
    """L, a, b of a token as seen."""
    value = colour(token)
    channels = [int(value[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    seen = _times(SIGHT[sight], (linear[0], linear[1], linear[2]))
    xyz = _times(TO_XYZ, (max(0, min(1, seen[0])), max(0, min(1, seen[1])), max(0, min(1, seen[2]))))
    f = [
        part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116
        for part in (value / white for value, white in zip(xyz, WHITE, strict=True))
    ]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def _distance(first: str, second: str, sight: str) -> float:
    pairs = zip(_seen(first, sight), _seen(second, sight), strict=True)
    return sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("sight", SIGHT)
def test_categories_stay_apart(sight: str) -> None:
    closest = min(_distance(first, second, sight) for first, second in combinations(CATEGORIES, 2))
    assert closest >= 18, f"{closest:.1f}; about 2 is just noticeable"


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("ramp", [RANKS, HEAT], ids=["ranks", "heat"])
def test_neighbours_on_a_ramp_stay_apart_and_run_one_way(ramp: tuple[str, ...], sight: str) -> None:
    steps = [_distance(first, second, sight) for first, second in zip(ramp, ramp[1:], strict=False)]
    assert min(steps) >= 12
    light = [_seen(token, sight)[0] for token in ramp]
    assert light in (sorted(light), sorted(light, reverse=True))


@pytest.mark.parametrize("token", [*CATEGORIES, QUIET])
def test_marks_stand_out_from_the_paper(token: str) -> None:
    assert contrast(colour(token), colour(PAPER)) >= 3


@pytest.mark.parametrize("token", [*RANKS, *HEAT])
def test_figures_on_marks_are_readable(token: str) -> None:
    assert contrast(colour(token), colour(text_on(token))) >= 4.5


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#ffffff", "#ffffff") == 1


def test_style_sheet_names_every_token_three_times() -> None:
    rules = stylesheet()
    for token, value in TOKENS.items():
        assert f"--{token}: {value};" in rules
        assert f".fill-{token} {{ fill: var(--{token}); }}" in rules
        assert f".stroke-{token} {{ stroke: var(--{token}); }}" in rules
    assert len(set(re.findall(r"--[\w-]+", rules))) == len(TOKENS)


def test_no_two_tokens_share_a_colour() -> None:
    assert len(set(TOKENS.values())) == len(TOKENS)
