"""The one sentence under a chart: what a careful reader would say first, in both languages."""

from collections.abc import Sequence
from datetime import date

from core.clock import date_text
from core.words import Words


def share(part: int, whole: int) -> str:
    """A percentage with one decimal; ``—`` of nothing."""
    return f"{part / whole:.1%}" if whole else "—"


def bars_reading(data: Sequence[tuple[str, int]], unit: Words) -> Words:
    """The largest, the smallest and the sum."""
    total = sum(value for _, value in data)
    top, bottom = max(data, key=_value), min(data, key=_value)
    if len(data) == 1 or top[1] == bottom[1]:
        return Words(
            f"各项均为 {top[1]:,} {unit.zh}，合计 {total:,} {unit.zh}。",
            f"Each has {top[1]:,} {unit.en}, {total:,} {unit.en} together.",
        )
    return Words(
        f"{top[0]}最多，{top[1]:,} {unit.zh}；{bottom[0]}最少，{bottom[1]:,} {unit.zh}；合计 {total:,} {unit.zh}。",
        f"{top[0]} has most, {top[1]:,} {unit.en}; {bottom[0]} least, {bottom[1]:,} {unit.en}; "
        f"{total:,} {unit.en} together.",
    )


def stacks_reading(series: str, data: Sequence[tuple[str, int, int]]) -> Words:
    """Share of the first series over all, with the highest and the lowest bar."""
    part, whole = sum(row[1] for row in data), sum(row[2] for row in data)
    filled = [row for row in data if row[2]]
    overall = Words(
        f"{series}占 {share(part, whole)}（{part:,}/{whole:,}）",
        f"{series}: {share(part, whole)} ({part:,} of {whole:,})",
    )
    if len(filled) < 2:
        return Words(f"{overall.zh}。", f"{overall.en}.")
    top, bottom = max(filled, key=_rate), min(filled, key=_rate)
    return Words(
        f"{overall.zh}；{top[0]}最高，{share(top[1], top[2])}，{bottom[0]}最低，{share(bottom[1], bottom[2])}。",
        f"{overall.en}; highest in {top[0]}, {share(top[1], top[2])}, "
        f"lowest in {bottom[0]}, {share(bottom[1], bottom[2])}.",
    )


def funnel_reading(steps: Sequence[tuple[str, int]], unit: Words) -> Words:
    """What is left at the end, and the step that lost most."""
    (first, start), (last, end) = steps[0], steps[-1]
    kept = Words(
        f"从{first} {start:,} {unit.zh}到{last} {end:,} {unit.zh}，保留 {share(end, start)}",
        f"From {first}, {start:,} {unit.en}, to {last}, {end:,} {unit.en}: {share(end, start)} remain",
    )
    losses = [(before[1] - after[1], before[0], after[0]) for before, after in zip(steps, steps[1:], strict=False)]
    worst = max(losses, key=lambda loss: loss[0], default=(0, "", ""))
    if worst[0] <= 0:
        return Words(f"{kept.zh}。", f"{kept.en}.")
    return Words(
        f"{kept.zh}；减少最多的一步是{worst[1]}到{worst[2]}，少 {worst[0]:,} {unit.zh}。",
        f"{kept.en}; the largest loss, {worst[0]:,} {unit.en}, is from {worst[1]} to {worst[2]}.",
    )


def heat_reading(filled: int, quota: int, emptiest: tuple[str, str, int, int] | None) -> Words:
    """How full the plan is, and the cell with the lowest share: row, column, filled, quota."""
    overall = Words(
        f"计划 {quota:,} 个，已录取 {filled:,} 人，完成 {share(filled, quota)}",
        f"{filled:,} of {quota:,} places filled, {share(filled, quota)}",
    )
    if emptiest is None or emptiest[2] >= emptiest[3]:
        return Words(f"{overall.zh}。", f"{overall.en}.")
    row, column, done, planned = emptiest
    return Words(
        f"{overall.zh}；完成最少的是{row}面向{column}的计划，{done:,}/{planned:,}。",
        f"{overall.en}; least full is {row} for {column}, {done:,} of {planned:,}.",
    )


def flows_reading(flows: Sequence[tuple[str, str, int]], unit: Words) -> Words:
    """The sum and the largest flow: from, to, count."""
    total = sum(count for _, _, count in flows)
    if not total:
        return Words("没有人被录取。", "Nobody is placed.")
    start, end, most = max(flows, key=lambda flow: flow[2])
    return Words(
        f"合计 {total:,} {unit.zh}；最多的是{start}到{end}，{most:,} {unit.zh}，占 {share(most, total)}。",
        f"{total:,} {unit.en} together; most go from {start} to {end}, {most:,}, {share(most, total)}.",
    )


def dots_reading(data: Sequence[tuple[str, float]]) -> Words:
    """Highest, lowest and the distance between them in percentage points."""
    top, bottom = max(data, key=_value), min(data, key=_value)
    if len(data) == 1:
        return Words(f"{top[0]}为 {top[1]:.1%}。", f"{top[0]}: {top[1]:.1%}.")
    gap = (top[1] - bottom[1]) * 100
    return Words(
        f"{top[0]}最高，{top[1]:.1%}；{bottom[0]}最低，{bottom[1]:.1%}；相差 {gap:.1f} 个百分点。",
        f"{top[0]} is highest, {top[1]:.1%}; {bottom[0]} lowest, {bottom[1]:.1%}; {gap:.1f} percentage points apart.",
    )


def lines_reading(name: str, points: Sequence[tuple[date, int]], unit: Words) -> Words:
    """Beginning, end and peak of the leading line."""
    (first_day, first), (last_day, last) = points[0], points[-1]
    peak_day, peak = max(points, key=lambda point: point[1])
    move = Words("没有变化", "unchanged") if first == last else _move(last - first)
    return Words(
        f"{name}从{date_text(first_day)}的 {first:,} {unit.zh}到{date_text(last_day)}的 {last:,} {unit.zh}，"
        f"{move.zh}；最高是{date_text(peak_day)}的 {peak:,} {unit.zh}。",
        f"{name} went from {first:,} {unit.en} on {date_text(first_day, 'en')} to {last:,} on "
        f"{date_text(last_day, 'en')}, {move.en}; the peak was {peak:,} on {date_text(peak_day, 'en')}.",
    )


def _move(change: int) -> Words:
    if change > 0:
        return Words(f"增加 {change:,}", f"up {change:,}")
    return Words(f"减少 {-change:,}", f"down {-change:,}")


def _value(row: tuple[str, float]) -> float:
    return row[1]


def _rate(row: tuple[str, int, int]) -> float:
    return row[1] / row[2]
