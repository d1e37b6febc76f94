"""The solver's figures: wanted and reached, beside published packages, written to ``bench/RESULTS.md``.

    python -m bench.allocation [--only NAME ...] [--new-haven DIR] [--peer-limit S] [--no-peers] [--print]

Every case runs in a process of its own, one at a time.  Only the section of this command in
``bench/RESULTS.md`` is rewritten; with ``--only`` the other lines of it stay as last measured.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.allocation_peers import SHAPES

HERE = Path(__file__).parent
RESULTS, STORE = HERE / "RESULTS.md", HERE / "results" / "allocation.json"
BEGIN, END = "<!-- allocation: begin -->", "<!-- allocation: end -->"
RATIOS = {700: 20, 5_000: 100, 20_000: 300}
NOTES = """\
A load above 0.5 at the start means that other work shared the processors: such a figure is an upper bound, and
the command is to be repeated on a quiet machine. Figures are from prepared arrays or rounds unless the line says
otherwise; what preparing took stands beside them. `model ... (followed)` means that CP-SAT did not end its own proof
in time, and then walked the opening set the search had proven to the same assignment.""".splitlines()
Told = dict[str, Any]


def case(name: str, folder: Path | None) -> None:
    """Run one case in this process and print what it told."""
    from bench.allocation_cases import CASES, lottery

    told = lottery(folder) if folder is not None else CASES[name][3]()
    told["mib"] = (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    )
    print(json.dumps(told))


def child(arguments: list[str], limit: float) -> Told | None:
    """What a process printed last as JSON; ``None`` if it did not end in time."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", *arguments], capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    if ran.returncode:
        return {"error": ran.stderr.strip().splitlines()[-1][:90] if ran.stderr.strip() else f"exit {ran.returncode}"}
    told: Told = json.loads(ran.stdout.strip().splitlines()[-1])
    return told


def load() -> str:
    """The load of the last minute when a case started."""
    return f"{os.getloadavg()[0]:.1f}"


def measured(name: str, repeats: int, folder: Path | None = None) -> Told:
    """The median of a case over its repeats, each in a new process."""
    started = load()
    extra = ["--new-haven", str(folder)] if folder else []
    told = [child(["bench.allocation", "--case", name, *extra], 900) or {"error": "timeout"} for _ in range(repeats)]
    broken = next((one for one in told if "error" in one), None)
    if broken:
        return {"error": broken["error"], "load": started}
    return {
        "seconds": statistics.median(one["seconds"] for one in told),
        "mib": max(one["mib"] for one in told),
        "facts": told[-1]["facts"],
        "load": started,
    }


def peers(limit: float) -> Told:
    """Seconds from lists to answer, by size, for each way; 0 stands for no answer."""
    table: Told = {}
    for size in SHAPES:
        row: Told = {"load": load()}
        for name in ("own", "matching", "algmatch"):
            told = child(["bench.allocation_peers", name, str(size)], limit + 30) or {
                "error": f"no answer in {limit:.0f} s"
            }
            row[name] = told
            show(f"peers {size}: {name} {told.get('seconds', told.get('error'))}")
        table[str(size)] = row
    return table


def show(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def machine() -> str:
    """Processor, cores, memory and versions."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [f"CPython {platform.python_version()}"]
    for package in ("numpy", "ortools", "matching", "algmatch"):
        try:
            parts.append(f"{package} {version(package)}")
        except ImportError:
            continue
    return f"{cpu}, {os.cpu_count()} cores, {gib:.0f} GiB, {platform.system()}; " + ", ".join(parts)


def table(stored: Told) -> list[str]:
    """The lines of the table of wanted and reached figures."""
    from bench.allocation_cases import CASES

    lines = ["| what | wanted | reached | peak | load | |", "|---|---|---|---|---|---|"]
    for name, (what, seconds, mib, _, _) in CASES.items():
        told = stored.get(name)
        if told is None:
            continue
        wanted = f"≤ {seconds:g} s" + (f", ≤ {mib:g} MiB" if mib else "") if name != "digests" else "equal, always"
        if "error" in told:
            lines.append(f"| {what} | {wanted} | **{told['error']}** | | {told['load']} | |")
            continue
        good = told["seconds"] <= seconds and (mib is None or told["mib"] <= mib)
        reached = f"{told['seconds']:.3g} s" + ("" if good else " **not reached**")
        lines.append(f"| {what} | {wanted} | {reached} | {told['mib']:.0f} MiB | {told['load']} | {told['facts']} |")
    return lines


def peer_table(stored: Told) -> list[str]:
    """The lines of the table beside the published packages."""
    lines = ["| hospitals–residents | own | `matching` | `algmatch` | quicker than the quicker | wanted | load |"]
    lines.append("|---|---|---|---|---|---|---|")
    for size, row in stored.items():
        own = row["own"]
        others = [row[name]["seconds"] for name in ("matching", "algmatch") if "seconds" in row[name]]
        cells = []
        for name in ("own", "matching", "algmatch"):
            told = row[name]
            same = "" if told.get("digest") in (None, own.get("digest")) else " (another answer)"
            cells.append(f"{told['seconds']:.3g} s{same}" if "seconds" in told else told["error"])
        ratio = f"{min(others) / own['seconds']:.0f} ×" if others and "seconds" in own else "–"
        wanted = f"≥ {RATIOS[int(size)]} ×" if int(size) in RATIOS else "≤ 1 s where neither ends in 300 s"
        lines.append(
            f"| {int(size):,} × {SHAPES[int(size)]} | {' | '.join(cells)} | {ratio} | {wanted} | {row['load']} |"
        )
    return lines


def section(stored: Told) -> str:
    """The whole section."""
    lines = [BEGIN, "## The solver", "", f"`make bench-allocation`, {stored['date']}. {stored['machine']}.", ""]
    lines += ["Medians of processes of their own, one at a time; load is that of the last minute at the start.", ""]
    lines += table(stored["cases"])
    if "lottery" in stored:
        told = stored["lottery"]
        lines += [
            "",
            "### A real school lottery",
            "",
            f"`--new-haven DIR`: {told.get('facts', told.get('error'))}; "
            f"search to outcome {told.get('seconds', 0):.2f} s (load {told['load']}).",
        ]
    lines += ["", *NOTES]
    if "peers" in stored:
        lines += ["", "### Beside published packages, from lists to answer", "", *peer_table(stored["peers"])]
    return "\n".join([*lines, "", END])


def write(stored: Told) -> None:
    """Put the section into the file of results and leave all others alone."""
    STORE.parent.mkdir(exist_ok=True)
    STORE.write_text(json.dumps(stored, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Results\n"
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2] if rest else ""
    RESULTS.write_text(before.rstrip() + "\n\n" + section(stored) + after.rstrip() + "\n", encoding="utf-8")


def main() -> None:
    """Measure what was asked for and print the section."""
    from bench.allocation_cases import CASES

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--case", help=argparse.SUPPRESS)
    options.add_argument("--only", nargs="+", choices=[*CASES, "peers", "lottery"])
    options.add_argument("--new-haven", type=Path, metavar="DIR", help="folder of the real school lottery")
    options.add_argument("--peer-limit", type=float, default=300, metavar="S")
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--print", action="store_true", help="print the stored section, measure nothing")
    chosen = options.parse_args()
    if chosen.case:
        case(chosen.case, chosen.new_haven)
        return
    stored: Told = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {"cases": {}}
    wanted = chosen.only or [*CASES, "peers", "lottery"]
    for name in [] if chosen.print else [one for one in CASES if one in wanted]:
        stored["cases"][name] = measured(name, CASES[name][4])
        show(f"{name}: {stored['cases'][name]}")
    if not chosen.print:
        if "lottery" in wanted and chosen.new_haven:
            stored["lottery"] = measured("lottery", 1, chosen.new_haven)
        if "peers" in wanted and not chosen.no_peers:
            stored["peers"] = peers(chosen.peer_limit)
        stored["date"], stored["machine"] = time.strftime("%Y-%m-%d"), machine()
        write(stored)
    print(section(stored))


if __name__ == "__main__":
    main()
