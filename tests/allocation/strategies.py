"""Random small rounds for property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.allocation.rounds import applicant, programme, table

COUNTIES = ("JS", "QP", "WJ")


def counts(most: int) -> st.SearchStrategy[int]:
    """A small count."""
    return st.integers(0, most)


@st.composite
def people(draw: st.DrawFn, names: list[str], most: int, *, distinct: bool) -> list[dict[str, Any]]:
    """Up to ``most`` applicants with half-point totals."""
    scores = draw(st.lists(st.integers(0, 40 if distinct else 8), min_size=1, max_size=most, unique=distinct))
    return [
        applicant(
            f"a{at}",
            f"{score / 2:.1f}",
            *draw(st.lists(st.sampled_from(names), max_size=4, unique=not distinct and draw(st.booleans()))),
            county=draw(st.sampled_from(COUNTIES)),
            sex=draw(st.sampled_from("MF")),
            tags=draw(st.lists(st.sampled_from(["t", "u"]), unique=True, max_size=1)),
        )
        for at, score in enumerate(scores)
    ]


@st.composite
def programmes(draw: st.DrawFn, name: str, *, minima: bool, common: bool) -> dict[str, Any]:
    """One programme with cells, a minimum and now and then a condition."""
    cells = {county: draw(counts(2)) for county in COUNTIES}
    row = programme(name, draw(counts(3)) if common else sum(cells.values()), school=draw(st.sampled_from("ST")))
    if not common or draw(st.booleans()):
        row["ceilings"] = cells
    if minima and draw(st.booleans()):
        row["min_open"] = draw(st.integers(1, 3))
        row["local_enrolled"] = draw(counts(1))
    for key, values in (("excludes", ["t"]), ("requires", ["u"]), ("sexes", ["F"])):
        if draw(st.integers(0, 7)) == 0:
            row[key] = values
    if draw(st.integers(0, 5)) == 0:
        row["lines"] = {draw(st.sampled_from(COUNTIES)): draw(st.integers(0, 10))}
    return row


@st.composite
def schools(draw: st.DrawFn, name: str, *, common: bool) -> dict[str, Any]:
    """One school, with beds and a total where scores share one scale."""
    row: dict[str, Any] = {"id": name, "county": draw(st.sampled_from(COUNTIES))}
    if common and draw(st.booleans()):
        row["dorm"] = {"M": draw(counts(2)), "F": draw(counts(2))}
    if common and draw(st.booleans()):
        row["capacity"] = draw(counts(4))
    return row


@st.composite
def rounds(
    draw: st.DrawFn,
    *,
    most: int = 6,
    classes: int = 4,
    minima: bool = True,
    distinct: bool = True,
    common: bool = True,
) -> dict[str, Any]:
    """A round with cells, beds, school totals, outflow and conditions; ``common`` scale or own cells."""
    names = [f"p{at}" for at in range(draw(st.integers(1, classes)))]
    plan = [draw(programmes(name, minima=minima, common=common)) for name in names]
    hosts = [draw(schools(name, common=common)) for name in "ST"]
    rules = {"across": "common_score" if common else "own_county"}
    outflow = {"QP": draw(counts(3))} if draw(st.booleans()) else {}
    return table(plan, draw(people(names, most, distinct=distinct)), rules, schools=hosts, outflow=outflow)
