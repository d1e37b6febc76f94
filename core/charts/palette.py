"""Colours of charts, under names that style sheets share.

Chosen to stay apart for people who see no red, no green or no blue, and on a grey print: categories
differ in lightness as well, ranks and shares are ramps from dark to light. Every mark has at least
3:1 against the paper (WCAG 2.2, 1.4.11) or an outline that has. Colour never speaks alone: marks carry
labels, lines carry shapes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

CATEGORIES: Final = ("chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6")
"""For things without an order: counties, schools, series."""

RANKS: Final = ("chart-rank-1", "chart-rank-2", "chart-rank-3", "chart-rank-4", "chart-rank-5")
"""For ordered things, best first: first choice, second choice, …"""

HEAT: Final = ("chart-heat-0", "chart-heat-1", "chart-heat-2", "chart-heat-3", "chart-heat-4")
"""For a share from none to full."""

NONE: Final = "chart-none"
"""For what is not there: not admitted, unfilled, no data."""

INK: Final = "chart-ink"
QUIET: Final = "chart-quiet"
GRID: Final = "chart-grid"
PAPER: Final = "chart-paper"

TOKENS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chart-1": "#2a5db0",
        "chart-2": "#7d3208",
        "chart-3": "#17a196",
        "chart-4": "#6d2077",
        "chart-5": "#a88f12",
        "chart-6": "#262626",
        "chart-rank-1": "#0b3c6f",
        "chart-rank-2": "#2a6cab",
        "chart-rank-3": "#5a97cf",
        "chart-rank-4": "#9cc4e8",
        "chart-rank-5": "#d0e3f5",
        "chart-heat-0": "#f4f7fa",
        "chart-heat-1": "#c9ddef",
        "chart-heat-2": "#86b3da",
        "chart-heat-3": "#2f72b0",
        "chart-heat-4": "#0e4278",
        "chart-none": "#dcd8d2",
        "chart-ink": "#1c1b1a",
        "chart-quiet": "#5c5853",
        "chart-grid": "#e2ded8",
        "chart-paper": "#ffffff",
    }
)
"""Token name to colour. In style sheets the token is a custom property: ``--chart-1``."""


def colour(token: str) -> str:
    """The colour of a token; KeyError for an unknown one."""
    return TOKENS[token]


def text_on(token: str) -> str:
    """The token of text that reads best on a mark of this token: ink or paper."""
    return INK if contrast(colour(token), colour(INK)) >= contrast(colour(token), colour(PAPER)) else PAPER


def stylesheet() -> str:
    """The rules that let a page recolour charts, for a dark or a high-contrast theme.

    Every painted part of a chart carries ``fill-<token>`` or ``stroke-<token>`` as a class; without
    the style sheet the colours above apply.
    """
    properties = "".join(f"  --{token}: {value};\n" for token, value in TOKENS.items())
    rules = "".join(
        f".fill-{token} {{ fill: var(--{token}); }}\n.stroke-{token} {{ stroke: var(--{token}); }}\n"
        for token in TOKENS
    )
    return f":root {{\n{properties}}}\n{rules}"


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two ``#rrggbb`` colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(value: str) -> float:
    channels = (int(value[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
