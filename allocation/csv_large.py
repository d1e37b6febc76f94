"""Large plain rounds, CSV to CSV: read into arrays, placed, and written.

    python -m allocation.csv_large DIR OUT [SEED]

runs in a process of its own, which the command line kills at its limit.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import numpy as np

from allocation.arrays import Ints, place, positions
from allocation.canonical import plain
from allocation.csv_arrays import Large, read_large
from allocation.csv_people import NotPlain
from allocation.csv_tables import write_table
from allocation.explain import ChoiceVerdict, Explanation
from allocation.faults import BadInstance

BAD_INPUT, NOT_PLAIN = 2, 9


def digest_of(large: Large, got: Ints) -> str:
    """The assignment digest: SHA-256 of the lines ``id:programme`` sorted by id."""
    programmes = np.take_along_axis(large.plain.choices, got.clip(0)[:, None], axis=1)[:, 0]
    names = [*large.programmes, ""]
    shown = np.where(got >= 0, programmes, len(large.programmes)).tolist()
    lines = [f"{large.ids[one]}:{names[shown[one]]}" for one in sorted(range(len(shown)), key=large.ids.__getitem__)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def ranks(choices: Ints, got: Ints) -> Ints:
    """The place of each granted choice among those that count; 0 for nobody's."""
    counted = np.cumsum(choices >= 0, axis=1, dtype=np.int32)
    found: Ints = np.where(got >= 0, np.take_along_axis(counted, got.clip(0)[:, None], axis=1)[:, 0], 0).astype(
        np.int32
    )
    return found


def solve_large(folder: Path, out: Path, seed: str | None = None) -> dict[str, object]:
    """Place a large plain round and write ``assignment.csv``, ``limits.csv`` and ``summary.json``."""
    start = time.perf_counter()
    large = read_large(folder, seed)
    read = time.perf_counter()
    got = place(large.plain)
    placed = time.perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    stand = positions(large.plain, large.one_order)
    _write(large, got, stand, out)
    summary: dict[str, object] = {
        "format": "allocation-summary/1",
        "applicants": len(large.ids),
        "placed": int((got >= 0).sum()),
        "rank_sum": int(ranks(large.plain.choices, got).sum()),
        "assignment": digest_of(large, got),
        "seconds": {"read": round(read - start, 3), "place": round(placed - read, 3)},
    }
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    return summary


def _write(large: Large, got: Ints, stand: Ints, out: Path) -> None:
    programmes = np.take_along_axis(large.plain.choices, got.clip(0)[:, None], axis=1)[:, 0]
    names = [*large.programmes, ""]
    shown = np.where(got >= 0, programmes, len(large.programmes)).tolist()
    choice = np.where(got >= 0, got + 1, 0).tolist()
    with (out / "assignment.csv").open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("applicant", "programme", "position", "choice"))
        lines.writerows(
            (who, names[at], place_, column or "")
            for who, at, place_, column in zip(large.ids, shown, stand.tolist(), choice, strict=True)
        )
    table = limits_of(large, got, stand)
    write_table(out / "limits.csv", ("name", "kind", "cap", "used", "last_position", "last_score"), table)


def limits_of(large: Large, got: Ints, stand: Ints) -> list[list[object]]:
    """Per limit: name, kind, cap, used, and position and score of the last one admitted."""
    round_ = large.plain
    inside = round_.walk[got[round_.walk] >= 0]
    at = round_.choices[inside, got[inside]]
    county = round_.county[inside]
    counties = round_.cells.shape[1]
    rows: list[list[object]] = []
    for kind, caps, keys in (
        ("cap", round_.capacity, at),
        ("cell", round_.cells.ravel(), at.astype(np.int64) * counties + county),
    ):
        used = np.bincount(keys, minlength=len(caps))
        last = np.full(len(caps), -1, np.int64)
        last[keys] = inside  # the walk is in order: the last one stays
        for number in np.flatnonzero(caps >= 0).tolist():
            name = large.programmes[number // (counties if kind == "cell" else 1)]
            where = f"/{large.counties[number % counties]}" if kind == "cell" else ""
            who = int(last[number])
            seen = None if who < 0 else int(stand[who])
            score = None if who < 0 else plain(Decimal(int(large.score[who])).scaleb(-6))
            rows.append([f"{kind}/{name}{where}", kind, int(caps[number]), int(used[number]), seen, score])
    return rows


def explained(folder: Path, applicant: str, seed: str | None = None) -> Explanation:
    """One applicant's result, placed again; raises KeyError for an unknown applicant."""
    large = read_large(folder, seed)
    if applicant not in large.ids:
        raise KeyError(applicant)
    got = place(large.plain)
    stand = positions(large.plain, large.one_order)
    at = large.ids.index(applicant)
    limits = {str(row[0]): row for row in limits_of(large, got, stand)}
    with (folder / "applicants.csv").open(encoding="utf-8-sig", newline="") as file:
        line = next(row for row in csv.DictReader(file) if row["id"] == applicant)
    wishes = sorted((one for one in line if one.startswith("choice_")), key=lambda one: int(one[7:]))
    verdicts = [
        _verdict(large, at, (column, line[name]), int(got[at]), limits, stand)
        for column, name in enumerate(wishes)
        if line[name]
    ]
    placed = large.programmes[large.plain.choices[at, got[at]]] if got[at] >= 0 else None
    return Explanation(applicant, int(stand[at]), _score(large, at), placed, False, tuple(verdicts))


def _score(large: Large, at: int) -> str:
    return plain(Decimal(int(large.score[at])).scaleb(-6))


def _verdict(
    large: Large,
    at: int,
    listed: tuple[int, str],
    got: int,
    limits: dict[str, list[object]],
    stand: Ints,
) -> ChoiceVerdict:
    """What became of one choice: the first full limit whose last member stands above answers a refusal."""
    column, name = listed
    if large.plain.choices[at, column] < 0:
        cell = limits.get(f"cell/{name}/{large.counties[large.plain.county[at]]}")
        zero = cell is not None and cell[2] == 0
        return ChoiceVerdict(column + 1, name, "struck", struck="zero_cell" if zero else "duplicate")
    if got == column or 0 <= got < column:
        return ChoiceVerdict(column + 1, name, "admitted" if got == column else "not_reached")
    names = (f"cap/{name}", f"cell/{name}/{large.counties[large.plain.county[at]]}")
    rows = [limits[one] for one in names if one in limits]
    full = [(row, *_last(row)) for row in rows if row[2] == row[3]]
    row, last, score = next(one for one in full if one[1] < stand[at])
    gap = None if score is None else Decimal(score) - Decimal(_score(large, at))
    return ChoiceVerdict(
        column + 1,
        name,
        "full",
        limit_kind=str(row[1]),
        limit=str(row[0]),
        cap=int(str(row[2])),
        last_position=last or None,
        last_score=score,
        own_position=int(stand[at]),
        own_score=_score(large, at),
        gap=None if gap is None else plain(gap),
        tie_key="lottery" if gap == 0 else None,
    )


def _last(row: list[object]) -> tuple[int, str | None]:
    return (0, None) if row[4] is None else (int(str(row[4])), str(row[5]))


def main(arguments: list[str]) -> int:
    """Solve one folder; 2 for bad input, 9 if the round needs the other way."""
    folder, out, *seed = arguments
    try:
        summary = solve_large(Path(folder), Path(out), seed[0] if seed else None)
    except BadInstance as bad:
        sys.stderr.write("\n".join(str(fault) for fault in bad.faults) + "\n")
        return BAD_INPUT
    except NotPlain:
        return NOT_PLAIN
    sys.stdout.write(json.dumps(summary) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
