"""What differs between two outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator


def compare(first: bytes, second: bytes) -> Iterator[str]:
    """One line per difference: digests, figures, closed classes, and who is placed elsewhere."""
    left, right = json.loads(first), json.loads(second)
    for key in ("instance", "rules", "assignment"):
        same = "same" if left["digests"][key] == right["digests"][key] else "differs"
        yield f"{key}: {same}"
    for key in ("placed", "rank_sum", "flow_bound", "shortfall"):
        was, now = left["yardsticks"][key], right["yardsticks"][key]
        yield f"{key}: {was} → {now} ({now - was:+d})"
    was, now = ({row["programme"] for row in side["closed"]} for side in (left, right))
    yield f"closed only in the first: {', '.join(sorted(was - now)) or '-'}"
    yield f"closed only in the second: {', '.join(sorted(now - was)) or '-'}"
    before, after = left["assignment"], right["assignment"]
    for who in sorted({**before, **after}):
        if before.get(who) != after.get(who) or (who in before) != (who in after):
            yield f"{who}: {_place(before, who)} → {_place(after, who)}"


def _place(assignment: dict[str, str | None], who: str) -> str:
    return assignment[who] or "unplaced" if who in assignment else "absent"
